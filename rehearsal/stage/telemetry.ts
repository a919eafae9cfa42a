/** What a collector says about itself, as its operators would read it. */
import { type CollectorTier, type collectorMetrics, metricNamespace, tierDimension } from '../../lib/contract/metrics';
import { ports } from '../../lib/contract/ports';
import type { Stage } from './stage';

/** Sum of what CloudWatch has of a tier's metric, of one service where the metric names them. 0 where nothing came. */
export const publishedTotal = (
  { aws, props }: Stage,
  { name }: (typeof collectorMetrics)[keyof typeof collectorMetrics],
  tier: CollectorTier,
  service?: string,
): number =>
  aws.metrics.total({
    namespace: metricNamespace(props.config.environment),
    name,
    dimensions: { [tierDimension]: tier, ...(service ? { service } : {}) },
    statistic: 'Sum',
  }) ?? 0;

/** Sums over the series of each metric, by name; empty where the collector does not answer. */
export async function telemetry(address: string): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>();
  try {
    const response = await fetch(`http://${address}:${ports.telemetry}/metrics`, {
      signal: AbortSignal.timeout(2_000),
    });
    for (const line of (await response.text()).split('\n')) {
      const [, name, value] = /^(otelcol_\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
      if (name) sums.set(name, (sums.get(name) ?? 0) + Number(value));
    }
  } catch {
    // It is gone, or not there yet.
  }
  return sums;
}

/** Remembers a counter of one collector, once a second, until it is stopped. */
export class Recorder {
  private readonly readings: { at: number; value: number }[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(address: string, counter: string) {
    const read = async () => {
      const value = (await telemetry(address)).get(counter);
      if (value !== undefined) this.readings.push({ at: performance.now(), value });
    };
    this.timer = setInterval(() => void read(), 1000);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** How much it grew in the last seconds before now. */
  growth(seconds: number): number {
    const since = performance.now() - seconds * 1000;
    const before = this.readings.filter(({ at }) => at <= since).at(-1) ?? { value: 0 };
    return (this.readings.at(-1)?.value ?? 0) - before.value;
  }
}
