/** What the pipeline says of itself: what scaling and its alarms go by. */
import {
  collectorMetrics,
  type EmittedMetric,
  metricNamespace,
  tierDimension,
  writerMetrics,
} from '../../lib/contract/metrics';
import type { Evidence } from './evidence';
import { count, type Row } from './report';

/** What one node puts on the network. */
export function bandwidth({ metrics: store, config }: Evidence): Row {
  const most = config.agent.egressKilobits;
  const figure = (statistic: string) =>
    store.total({
      namespace: metricNamespace(config.environment),
      name: collectorMetrics.egress.name,
      dimensions: { [tierDimension]: 'agent' },
      statistic,
    });
  const [average, peak] = [figure('Average'), figure('Maximum')];
  return {
    what: 'bandwidth of a node, zstd',
    seen: peak === undefined ? 'no figure' : `${average?.toFixed(0)} kbit/s, at most ${peak.toFixed(0)}`,
    expected: `below the ${count(most)} kbit/s that it may send`,
    ok: peak !== undefined && peak < most,
  };
}

/** Metrics of the collectors themselves: what scaling and the alarms of the pipeline go by. */
export function selfMeasured({ metrics: store, config, driveSeconds }: Evidence): Row {
  const { environment } = config;
  const sum = (
    { name, dimensions: [dimensions] }: EmittedMetric,
    given: Record<string, string>,
  ): number | undefined => {
    const found = store.search(metricNamespace(environment), name, dimensions ?? [], given);
    return found.length === 0
      ? undefined
      : found.reduce((total, metric) => total + (store.total({ ...metric, statistic: 'Sum' }) ?? 0), 0);
  };
  const wanted = [collectorMetrics.accepted, collectorMetrics.queued].flatMap((metric) =>
    metric.tiers.map((tier) => ({ name: `${tier}: ${metric.name}`, value: sum(metric, { [tierDimension]: tier }) })),
  );
  const stored = sum(writerMetrics.stored, { [tierDimension]: 'sampler' });
  wanted.push({ name: `writer: ${writerMetrics.stored.name}`, value: stored || undefined });
  const decided = (sampled: string) => sum(collectorMetrics.decided, { sampled });
  const [kept, dropped] = [decided('true'), decided('false')];
  const missing = wanted.filter(({ value }) => value === undefined).map(({ name }) => name);
  return {
    what: 'collectors and writers measure themselves',
    seen:
      missing.length > 0
        ? `nothing of ${missing.join(', ')}`
        : `${wanted.length} of ${wanted.length}; kept share so far ${((100 * (kept ?? 0)) / Math.max(1, (kept ?? 0) + (dropped ?? 0))).toFixed(1)} % of all traces`,
    expected: 'spans taken and queues of all tiers, decisions, documents',
    // Read once a minute: a shorter drive may end before the first reading.
    ...(driveSeconds < 60 ? {} : { ok: missing.length === 0 && kept !== undefined }),
  };
}
