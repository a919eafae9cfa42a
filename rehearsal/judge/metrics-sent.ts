/** Dashboards have data: every metric of theirs was sent, and nothing else. */
import { everyMetric, metricNamespace, statusError, traceparentAttribute } from '../../lib/contract/metrics';
import { probeMetrics } from '../../lib/contract/metrics/link';
import { alarmMetrics } from './cloudwatch/alarms';
import { shownMetrics } from './cloudwatch/dashboards';
import type { Evidence } from './evidence';
import type { Row } from './report';

/** Dimensions of what a fair day does not show: a failed call, a lost header. */
const ofFaults: readonly (readonly [string, string])[] = [
  ['status.code', statusError],
  [traceparentAttribute, 'lost'],
];

/** What probes measure: an environment without a link has none. */
const ofLink = new Set<string>(Object.values(probeMetrics).map(({ name }) => name));

/**
 * What dashboards and alarms read was really sent, and what was sent is known: name and dimensions stand in
 * lib/contract/metrics, and each is shown somewhere or says why not (a test of the templates).
 */
export function metricsSent({ deployed, metrics: store, driveSeconds, config }: Evidence): Row[] {
  const namespace = metricNamespace(config.environment);
  const key = (name: string, dimensions: readonly string[]) => `${name} {${[...dimensions].sort().join()}}`;
  const declared = everyMetric
    .filter((metric) => metric.namespace === undefined)
    .flatMap(({ name, dimensions, onlyWhen, notRehearsed }) =>
      dimensions.map((set) => ({
        key: key(name, set),
        rare:
          onlyWhen ??
          notRehearsed ??
          (!config.link && ofLink.has(name) ? 'there is a link' : undefined) ??
          (set.some((dimension) => dimension === 'error.type') ? 'something fails' : undefined),
      })),
    );
  const sent = new Set(store.list().map(({ name, dimensions }) => key(name, Object.keys(dimensions))));
  const unknown = [...sent].filter((one) => !declared.some((known) => known.key === one));
  const notSent = declared.filter((known) => !known.rare && !sent.has(known.key)).map((known) => known.key);

  const shown = [
    ...deployed.dashboards.flatMap(({ widgets }) => shownMetrics(widgets, store).metrics),
    ...alarmMetrics(deployed.alarms),
  ].filter((metric) => metric.namespace === namespace);
  const rare = new Set(declared.filter((known) => known.rare).map((known) => known.key));
  const empty = deployed.dashboards
    .flatMap(({ widgets }) => shownMetrics(widgets, store).empty)
    // AWS's own are not sent here.
    .filter((search) => search.namespace === namespace)
    .filter(({ name, dimensions }) => !rare.has(key(name, dimensions)) && !dimensions.includes('status.code'))
    .map(({ widget }) => widget);
  const silent = shown.filter(
    (metric) =>
      store.total(metric) === undefined &&
      !rare.has(key(metric.name, Object.keys(metric.dimensions))) &&
      !ofFaults.some(([dimension, value]) => metric.dimensions[dimension] === value),
  );
  const names = [...new Set(silent.map(({ name, dimensions }) => `${name} ${JSON.stringify(dimensions)}`))];
  // Collectors and services read their own metrics once a minute: a shorter drive may end before the first reading.
  const judged = driveSeconds >= 60;
  return [
    {
      what: 'metrics of dashboards and alarms that were sent',
      seen:
        names.length + empty.length > 0
          ? `missing: ${[...names, ...empty.map((title) => `anything for "${title}"`)].join(', ')}`
          : `all of ${new Set(shown.map((metric) => JSON.stringify([metric.name, metric.dimensions]))).size}`,
      expected: 'all but faults that did not occur',
      ...(judged ? { ok: shown.length > 0 && names.length + empty.length === 0 } : {}),
    },
    {
      what: 'sets of dimensions sent and known',
      seen:
        unknown.length + notSent.length > 0
          ? [...unknown.map((one) => `sent, not known: ${one}`), ...notSent.map((one) => `not sent: ${one}`)].join('; ')
          : `${sent.size} sent, each in lib/contract/metrics`,
      expected: 'the same',
      ok: unknown.length === 0 && (notSent.length === 0 || !judged),
    },
  ];
}
