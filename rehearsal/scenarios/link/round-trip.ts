/** What the probe measured, by the metrics that it publishes, against what was set. */
import { metricNamespace, pathDimension, probeMetrics } from '../../../lib/contract/metrics';
import type { MetricStore } from '../../judge/cloudwatch/metric-store';
import { count, type Row } from '../../judge/report';
import type { LinkStage } from '../../stage/link/link-stage';
import { distanceOf } from '../../stage/link/path';

/** Milliseconds that programs on the way may take: daemons that encipher, relays of frames, a busy machine. */
const onTopMs = 10;

/** A line for each path that is probed. */
export function roundTrips({ parameters, props }: LinkStage, metrics: MetricStore): Row[] {
  return parameters.paths
    .map(({ name, probeAddress }, index) => ({ name, probeAddress, ...distanceOf(props.distance, index + 1) }))
    .filter(({ probeAddress }) => probeAddress)
    .map(({ name, delayMs, lossPercent }) => {
      const set = 2 * delayMs;
      const figure = (metric: string, statistic: string) =>
        metrics.total({
          namespace: metricNamespace(parameters.environment),
          name: metric,
          dimensions: { [pathDimension]: name },
          statistic,
        });
      const median = figure(probeMetrics.rtt.name, 'p50');
      const [sent = 0, lost = 0] = [figure(probeMetrics.sent.name, 'Sum'), figure(probeMetrics.lost.name, 'Sum')];
      return {
        what: `round trip of ${name}, by the probe`,
        seen:
          median === undefined
            ? 'nothing published'
            : `p50 ${median.toFixed(1)} ms, p95 ${figure(probeMetrics.rtt.name, 'p95')?.toFixed(1)} ms; ${count(lost)} of ${count(sent)} connects unanswered, cuts included`,
        expected: `p50 ${set} to ${set + onTopMs} ms (set: ${delayMs} ms and ${lossPercent} % each way)`,
        ok: median !== undefined && median >= set && median <= set + onTopMs,
      };
    });
}
