/** Figures that no benchmark writes into a file. */

import { serviceMetrics } from '../../lib/contract/metrics/services';
import { metrics, operationAttribute } from '../../lib/contract/metrics/spans';

/** Spans of a trace: what `npm run bench:collect` sends, and near what the sample payment makes. */
export const spansPerTrace = 10;

/**
 * What the aggregates of one service take of the link, in kbit/s, at most: `npm run rehearse` prints 8.0 for two services, by zstd, with
 * everything that collectors say of themselves, which does not cross.
 */
export const aggregatesKilobitsPerService = 4;

/** What may be sent over the link, in kbit/s: the promise of the README. */
export const linkLimitKilobits = 1000;

/**
 * Series of CloudWatch that one service makes: each set of dimensions that names services, for each crossing that it takes part in,
 * with and without an error where the status is one of them.
 */
export function seriesPerService(crossings: number): number {
  const ofSpans = Object.values(metrics)
    .flatMap(({ dimensions }) => dimensions as readonly (readonly string[])[])
    // Operations have a budget of their own.
    .filter((set) => set.includes('service.name') && !set.includes(operationAttribute))
    .map((set) => crossings * (set.includes('status.code') ? 2 : 1));
  const ofItself = Object.values(serviceMetrics).flatMap(
    ({ dimensions }) => dimensions as readonly (readonly string[])[],
  );
  return ofSpans.reduce((sum, series) => sum + series, 0) + ofItself.length;
}
