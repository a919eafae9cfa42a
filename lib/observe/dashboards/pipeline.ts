/** The line from services to CloudWatch and to the store, by tier. */
import type { Construct } from 'constructs';
import {
  type CollectorTier,
  collectorMetrics,
  type EmittedMetric,
  serviceDimension,
  serviceMetrics,
  tierDimension,
} from '../../contract/metrics';
import type { Watched } from '../alarms/alarm';
import { agentEgress, collector, keptShare, searched } from '../expressions';
import { type Row, rowsDashboard } from './widgets';

/** Makes it. */
export function pipelineDashboard(scope: Construct, watched: Watched): void {
  const { config } = watched;
  const oneService = '--service NAME --since 1h';
  const logs = { where: `ispresent(\`${serviceDimension}\`)` };
  const { environment, agent, sampling } = config;
  const tiers = (metric: EmittedMetric & { tiers: readonly CollectorTier[] }, statistic: 'Sum' | 'Maximum') =>
    metric.tiers.map((tier) => collector(environment, metric, tier, statistic));
  const ofServices = (metric: keyof typeof serviceMetrics, statistic: string, only?: 'failures') =>
    searched(
      environment,
      serviceMetrics[metric],
      only ? [serviceDimension, 'error.type'] : [serviceDimension],
      statistic,
    );
  const rows: Row[] = [
    {
      title: 'What comes in, what is sent back',
      read: {
        en: 'All tiers take the same spans, a little apart in time. Refused spans are not lost: the sender holds them and tries again. A full queue and refused spans are the same spans twice.',
        zh: '各层接收的是同一批 span，略有时差。被拒的 span 并未丢失，发送方会重试；队列满与被拒是同一批 span。',
      },
      links: { runbook: ['No spans', 'Spans refused', 'Queue of samplers'], logs: { where: 'ispresent(tier)' } },
      graphs: [
        { title: 'Spans taken', metrics: tiers(collectorMetrics.accepted, 'Sum'), width: 8, unit: 'spans a minute' },
        { title: 'Spans refused', metrics: tiers(collectorMetrics.refused, 'Sum'), width: 8, unit: 'spans a minute' },
        {
          title: 'Spans and metrics on disk, fullest instance',
          metrics: tiers(collectorMetrics.queued, 'Maximum'),
          width: 8,
          unit: 'bytes',
        },
      ],
    },
    {
      title: 'What is kept, what is lost',
      read: {
        en: `Kept share: the band of ${sampling.floorPercent} to ${sampling.ceilingPercent} % of ordinary traces, and failed and slow ones on top. Anything but nothing in the other three asks for a look.`,
        zh: `保留比例：普通 trace 的 ${sampling.floorPercent}–${sampling.ceilingPercent} %，另加出错与慢的 trace。其余三图应为空，否则需排查。`,
      },
      links: { runbook: ['Spans lost', 'Traces decided too early'], logs: { where: "tier = 'sampler'" } },
      graphs: [
        {
          title: 'Traces kept',
          metrics: [keptShare(environment)],
          width: 6,
          unit: '%',
          max: 100,
          threshold: { value: sampling.floorPercent, label: `floor ${sampling.floorPercent} %` },
        },
        {
          title: 'Spans lost: queue of a sampler full',
          metrics: tiers(collectorMetrics.notQueued, 'Sum'),
          width: 6,
          unit: 'spans a minute',
        },
        {
          title: 'Traces dropped before they were decided',
          metrics: tiers(collectorMetrics.droppedTooEarly, 'Sum'),
          width: 6,
          unit: 'traces a minute',
        },
        {
          title: 'Spans that a queue did not take, by exporter',
          metrics: [searched(environment, collectorMetrics.notQueued, [tierDimension, 'exporter'], 'Sum')],
          width: 6,
          unit: 'spans a minute',
        },
      ],
    },
    {
      title: 'What is refused for good, and what is cut',
      read: {
        en: 'Nothing here is usual. Refused for good: no retry helps, the spans or counts are lost. Cut: a service sends what is too deep, too long or too large, and its beginning is stored.',
        zh: '正常时此处应为空。永久拒绝：重试无效，span 或计数已丢失。截断：服务发送的内容过深、过长或过大，仅保留开头。',
      },
      links: {
        runbook: ['Spans refused for good', 'Metrics refused for good', 'Spans cut'],
        logs: { where: 'ispresent(exporter)' },
      },
      graphs: [
        {
          title: 'Spans refused for good',
          metrics: tiers(collectorMetrics.sendFailed, 'Sum'),
          width: 6,
          unit: 'spans a minute',
        },
        {
          title: 'Spans refused for good, by exporter',
          metrics: [searched(environment, collectorMetrics.sendFailed, [tierDimension, 'exporter'], 'Sum')],
          width: 6,
          unit: 'spans a minute',
        },
        {
          title: 'Metrics refused for good',
          metrics: tiers(collectorMetrics.metricsFailed, 'Sum'),
          width: 6,
          unit: 'points a minute',
        },
        {
          title: 'Spans cut, by service',
          metrics: [searched(environment, collectorMetrics.cut, [tierDimension, 'service'], 'Sum')],
          width: 6,
          unit: 'spans a minute',
        },
      ],
    },
    {
      title: 'What services hand over',
      read: {
        en: 'By service, to the agent of its node. A full queue drops spans: the agent is away or too slow, or batches leave too rarely. A service that is missing here reports nothing.',
        zh: '各服务交给本节点 agent 的 span。队列满时丢弃：agent 不可用或过慢，或批次间隔过长。此处缺失的服务未上报。',
      },
      links: { runbook: ['A service drops spans', 'Spans of a service never taken'], traces: oneService, logs },
      graphs: [
        { title: 'Spans handed over', metrics: [ofServices('exported', 'Sum')], width: 8, unit: 'spans a minute' },
        { title: 'Spans ended', metrics: [ofServices('processed', 'Sum')], width: 8, unit: 'spans a minute' },
        {
          title: 'Spans dropped or never taken, by reason',
          metrics: [ofServices('processed', 'Sum', 'failures'), ofServices('exported', 'Sum', 'failures')],
          width: 8,
          unit: 'spans a minute',
        },
      ],
    },
    {
      title: 'How handing over goes',
      read: {
        en: 'Spans that wait and the time of a batch rise together: the agent is busy or away. A batch that cannot be handed over is tried again, up to the time-out of the service.',
        zh: '排队与批次耗时同升：agent 繁忙或不可用。失败的批次会重试，直至服务的超时。',
      },
      links: { runbook: ['A service drops spans', 'Agent bandwidth'], traces: oneService, logs },
      graphs: [
        {
          title: 'Spans that wait in a service',
          metrics: [ofServices('spanQueue', 'Maximum')],
          width: 8,
          unit: 'spans',
        },
        {
          title: 'Handing a batch over: p99',
          metrics: [ofServices('exportDuration', 'p99')],
          width: 8,
          unit: 's',
        },
        {
          title: 'Batches that could not be handed over, by reason',
          metrics: [ofServices('exportDuration', 'SampleCount', 'failures')],
          width: 8,
          unit: 'batches a minute',
        },
      ],
    },
    {
      title: 'What holds services and nodes up',
      read: {
        en: "Pauses of Python's garbage collector hold a service up with or without tracing: compare them with its p99. What an agent sends stays below its limit, or packets are dropped before traces are.",
        zh: 'Python 垃圾回收停顿与追踪无关，但同样拖慢服务：与其 p99 对照。agent 发送量应低于上限，超出则先丢包，trace 仍在磁盘。',
      },
      links: { runbook: ['Services in Hong Kong', 'Agent bandwidth'], traces: oneService, logs },
      graphs: [
        {
          title: 'Garbage collections',
          metrics: [ofServices('gcCollections', 'Sum')],
          width: 6,
          unit: 'collections a minute',
        },
        {
          title: 'Garbage collection: all pauses of a minute',
          metrics: [ofServices('gcPause', 'Sum')],
          width: 6,
          unit: 's a minute',
        },
        {
          title: 'Garbage collection: the longest pause',
          metrics: [ofServices('gcLongestPause', 'Maximum')],
          width: 6,
          unit: 's',
        },
        {
          title: "What a node's agent sends",
          metrics: [agentEgress(environment)],
          width: 6,
          unit: 'kbit/s',
          threshold: { value: agent.egressKilobits, label: `limit ${agent.egressKilobits} kbit/s` },
        },
      ],
    },
    {
      title: 'What does not come through',
      read: {
        en: 'Spans of another environment, refused before they are stored, and attributes whose key is not on the allow-list. A service by name: its variable or its key is missing.',
        zh: '其他环境的 span（入库前拒绝）与不在白名单的属性。出现服务名：其环境变量或键需补充。',
      },
      links: {
        runbook: ['No spans', 'Many attribute keys'],
        logs: { where: 'ispresent(otelcol_processor_environment_refused_spans)' },
      },
      graphs: [
        {
          title: 'Spans of a foreign environment',
          metrics: tiers(collectorMetrics.foreign, 'Sum'),
          width: 8,
          unit: 'spans a minute',
        },
        {
          title: 'Spans of a foreign environment, by service',
          metrics: [searched(environment, collectorMetrics.foreign, [tierDimension, 'service'], 'Sum')],
          width: 8,
          unit: 'spans a minute',
        },
        {
          title: 'Attributes with unknown keys, masked',
          metrics: tiers(collectorMetrics.unknownKeys, 'Sum'),
          width: 8,
          unit: 'attributes a minute',
        },
      ],
    },
  ];
  rowsDashboard(scope, watched, 'pipeline', rows);
}
