/** Alarms of the trace store: what OpenSearch Service says of the domain, what our check finds in it, what writers meet. */
import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, type IMetric, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { metricNamespace, storeMetrics, tierDimension, writerMetrics } from '../../contract/metrics';
import { period } from '../expressions';
import { type AlarmDefinition, pageMinutes, type Watched } from './alarm';
import { everUsed } from './flow';

const atLeast = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
const once = { threshold: 1, comparison: atLeast, minutes: 1 };

/** A domain under maintenance reports late: the last state holds. */
const late = TreatMissingData.IGNORE;

/** All of them. Thresholds of `AWS/ES` are those that AWS recommends, where no other source is named. */
export function storeAlarms({ config, domainName }: Watched): AlarmDefinition[] {
  const { environment, account, store } = config;
  const domain = (metricName: string, statistic = 'Maximum'): Metric =>
    new Metric({
      namespace: 'AWS/ES',
      metricName,
      dimensionsMap: { DomainName: domainName, ClientId: account },
      statistic,
      period,
    });
  const own = (metricName: string, statistic: string): Metric =>
    new Metric({
      namespace: metricNamespace(environment),
      metricName,
      dimensionsMap: { [tierDimension]: 'sampler' },
      statistic,
      period,
    });
  const hourly = (metricName: string): Metric =>
    new Metric({
      namespace: metricNamespace(environment),
      metricName,
      statistic: 'Maximum',
      period: Duration.hours(1),
    });

  const alarms: AlarmDefinition[] = [
    {
      heading: 'Store red',
      notifies: 'tracing',
      metric: domain('ClusterStatus.red'),
      ...once,
      of: pageMinutes,
      missing: late,
      text: 'A primary shard of the trace store is missing: some traces cannot be read, and new ones may be refused.',
    },
    {
      heading: 'Store yellow',
      metric: domain('ClusterStatus.yellow'),
      ...once,
      // An index that was just made is yellow for seconds, a node that is replaced for minutes.
      minutes: 30,
      of: 30,
      missing: late,
      text: 'A copy of a shard has been missing for half an hour: nothing is lost, but the next node that fails may take traces with it.',
    },
    {
      heading: 'Store refuses writes',
      notifies: 'tracing',
      metric: domain('ClusterIndexWritesBlocked'),
      ...once,
      of: pageMinutes,
      missing: late,
      text: 'The trace store is full or short of memory: spans wait in the disk queues of the samplers until it recovers.',
    },
    {
      heading: 'Store fills up',
      metric: domain('FreeStorageSpace', 'Minimum'),
      // In MiB, of the fullest node. A quarter: the service blocks writes at a fifth.
      threshold: (store.dataNodes.volumeGiB * 1024) / 4,
      comparison: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      minutes: 1,
      missing: late,
      text: 'A node of the trace store has less than a quarter of its disk left: at a fifth it refuses writes.',
    },
    {
      heading: 'Store short of memory',
      metric: domain('JVMMemoryPressure'),
      threshold: 95,
      comparison: atLeast,
      missing: late,
      text: 'A node of the trace store has hardly any heap left: searches fail, and writes are blocked if it stays so.',
    },
    {
      heading: 'Store write queue full',
      metric: rejected(domain('ThreadpoolWriteRejected', 'Sum')),
      ...once,
      minutes: 3,
      missing: TreatMissingData.NOT_BREACHING, // a domain that rejects nothing may say nothing
      text: 'The trace store turns bulk requests away: writers send them again, and queues of the samplers grow.',
    },
    {
      heading: 'Store snapshot failed',
      metric: domain('AutomatedSnapshotFailure'),
      ...once,
      missing: late,
      text: 'No snapshot of the trace store was made in the last hour: after a loss of the domain there is less to go back to.',
    },
    {
      heading: 'Store key unusable',
      notifies: 'tracing',
      metric: either(domain('KMSKeyError'), domain('KMSKeyInaccessible')),
      ...once,
      missing: TreatMissingData.NOT_BREACHING, // both are published only when they are wrong
      text: 'OpenSearch cannot use the key of the trace store: after a while it stops, and without the key its data is gone for good.',
    },
    ...(store.managerNodes
      ? [
          {
            heading: 'Store managers busy',
            metric: domain('MasterCPUUtilization'),
            threshold: 50,
            comparison: atLeast,
            minutes: 15,
            of: 15,
            missing: late,
            text: 'The nodes that hold the cluster together have been busy for a quarter of an hour: changes of indices and mappings wait.',
          } satisfies AlarmDefinition,
        ]
      : []),
    {
      heading: 'Store nodes missing',
      metric: domain('Nodes', 'Minimum'),
      threshold: store.dataNodes.count + (store.managerNodes?.count ?? 0),
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      // A node that is replaced, or a domain that is changed, is back within the hour.
      minutes: 30,
      of: 30,
      onlyWhile: everUsed(environment),
      missing: TreatMissingData.BREACHING, // a domain that says nothing for half an hour is not seen by anybody
      text: 'For half an hour a node of the trace store has been away, or the store has not reported: the rest carries its load and its shards.',
    },
    {
      heading: 'Store busy',
      metric: domain('CPUUtilization'),
      threshold: 80,
      comparison: atLeast,
      minutes: 15,
      of: 15,
      missing: late,
      text: 'A node of the trace store has been busy for a quarter of an hour: spans are found late, and writers wait.',
    },
    {
      heading: 'Store fails requests',
      metric: new MathExpression({
        expression: 'IF(FILL(faults, 0) >= 10, 100 * FILL(faults, 0) / FILL(requests, 1), 0)',
        usingMetrics: { faults: domain('5xx', 'Sum'), requests: domain('OpenSearchRequests', 'Sum') },
        period,
      }),
      threshold: 10,
      comparison: atLeast,
      missing: TreatMissingData.NOT_BREACHING, // no requests, none failed
      text: 'One request in ten to the trace store ends with a fault of the store itself: writers send again, searches fail.',
    },
    {
      heading: 'Oldest span',
      metric: hourly(storeMetrics.oldest.name),
      // A day until rollover, another for the lifecycle's jobs and their retries.
      threshold: (store.retentionDays + 2) * 86_400,
      minutes: 2,
      of: 3,
      missing: TreatMissingData.BREACHING, // an hour without an answer is a check that does not run
      onlyWhile: everUsed(environment),
      text: `Spans have been in the trace store for more than ${store.retentionDays + 2} days, or nobody knows: the hourly check does not answer.`,
    },
    {
      heading: 'Lifecycle failed',
      metric: hourly(storeMetrics.lifecycleFailures.name),
      ...once,
      of: 1,
      missing: TreatMissingData.NOT_BREACHING, // "Oldest span" tells of a check that does not run
      text: 'A lifecycle job of a span index failed and has stopped: that index is neither rolled over nor deleted until somebody acts.',
    },
    {
      heading: 'Dead letters',
      metric: own(writerMetrics.dead.name, 'Sum'),
      ...once,
      missing: TreatMissingData.NOT_BREACHING, // no letters, no figure
      text: 'The trace store refused spans for their content, even without attributes: they are in the dead letters, for 7 days.',
    },
    {
      heading: 'Dead letters full',
      metric: own(writerMetrics.lettersDropped.name, 'Sum'),
      ...once,
      missing: TreatMissingData.NOT_BREACHING, // none dropped, no figure
      text: 'The folder of dead letters is full: spans that the trace store refuses are no longer kept, only counted.',
    },
    {
      heading: 'Request not taken',
      metric: own(writerMetrics.dropped.name, 'Sum'),
      ...once,
      missing: TreatMissingData.NOT_BREACHING, // none dropped, no figure
      text: 'The span writer refused a request for good, as too large or no OTLP: its spans are gone.',
    },
    {
      heading: 'Many attribute keys',
      metric: own(writerMetrics.aside.name, 'Sum'),
      ...once,
      // One span with an odd key is no matter; a service that goes on sending new ones is.
      minutes: 15,
      of: 15,
      missing: TreatMissingData.NOT_BREACHING, // none set aside, no figure
      text: 'A service sends more attribute keys than an index may have: what is beyond is kept with its span, but is no field.',
    },
    {
      heading: 'Writer slow',
      metric: own(writerMetrics.latency.name, 'p99'),
      // Four requests at a time for each sampler: at 5 s of 500 spans it writes 400 a second, and its queue grows.
      threshold: 5_000,
      missing: TreatMissingData.NOT_BREACHING, // nothing to write
      text: 'One bulk request in a hundred takes longer than 5 s: spans are found late, and queues of the samplers grow.',
    },
  ];
  return alarms.map((alarm) => ({ dashboard: 'store', ...alarm }));
}

/** Requests that were rejected since the last minute: the service counts them since a node's start. */
const rejected = (sinceStart: IMetric): MathExpression =>
  new MathExpression({ expression: 'DIFF(rejected)', usingMetrics: { rejected: sinceStart }, period });

const either = (one: IMetric, other: IMetric): MathExpression =>
  new MathExpression({
    expression: 'MAX([FILL(one, 0), FILL(other, 0)])',
    usingMetrics: { one, other },
    period,
  });
