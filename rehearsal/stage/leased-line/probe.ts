/**
 * Stand-in of the relays' probe, as the line is a stand-in of the link: a call to the far end and back, once a second by
 * each path. It is measured and counted under the probe's own names; the probe itself runs in the scenario `link`.
 */
import { request } from 'node:http';
import { metricNamespace, pathDimension, probeMetrics } from '../../../lib/contract/metrics';
import type { MetricStore } from '../../judge/cloudwatch/metric-store';

export interface LineProbeProps {
  /** The line: `http://127.77.0.61:3128`. */
  readonly line: string;
  /** What answers at the far end, as it is known here: `http://10.20.0.15:8080/health`. */
  readonly target: string;
  readonly paths: readonly string[];
  readonly environment: string;
  /** What CloudWatch would hold. */
  readonly metrics: MetricStore;
}

/** As the probe's: beyond it a call counts as lost. */
const timeoutMs = 1_000;
const everyMs = 1_000;
/** As the collectors': four reports a minute. */
const reportMs = 15_000;

/** Measures until it is stopped. */
export function probeLine({ line, target, paths, environment, metrics }: LineProbeProps): () => void {
  const found = new Map(paths.map((path) => [path, [] as (number | undefined)[]]));
  const measure = setInterval(() => {
    for (const calls of found.values()) {
      void roundTrip(line, target).then((milliseconds) => calls.push(milliseconds));
    }
  }, everyMs);
  const report = setInterval(() => {
    for (const [path, calls] of found) {
      const answered = calls.filter((milliseconds) => milliseconds !== undefined);
      const point = (name: string, unit: string, values: number[]) => ({
        namespace: metricNamespace(environment),
        name,
        unit,
        dimensions: { [pathDimension]: path },
        timestamp: Date.now(),
        values,
        counts: values.map(() => 1),
      });
      const { rtt, sent, lost } = probeMetrics;
      if (answered.length > 0) metrics.add([point(rtt.name, rtt.unit, answered)]);
      metrics.add([
        point(sent.name, sent.unit, [calls.length]),
        point(lost.name, lost.unit, [calls.length - answered.length]),
      ]);
      calls.length = 0;
    }
  }, reportMs);
  return () => {
    clearInterval(measure);
    clearInterval(report);
  };
}

/** Milliseconds until the far end has answered; undefined where it does not in time. */
function roundTrip(line: string, target: string): Promise<number | undefined> {
  const { hostname, port } = new URL(line);
  return new Promise((resolve) => {
    const start = performance.now();
    const call = request({ host: hostname, port, path: target, timeout: timeoutMs, agent: false }, (response) => {
      resolve(performance.now() - start);
      response.resume();
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
    call.end();
  });
}
