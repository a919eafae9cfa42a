/** Two traces of the same operation: where one took longer. */
import type { StoredSpan } from './fetch';
import { durationText, filled } from './tree';

interface Total {
  count: number;
  duration: number;
  errors: number;
}

const totals = (spans: readonly StoredSpan[]): Map<string, Total> => {
  const by = new Map<string, Total>();
  for (const span of spans) {
    const crossing = span['span.attributes.crossing'];
    const border = crossing === 'hk-cn' || crossing === 'cn-hk' ? ` ⇔ ${crossing}` : '';
    const key = `${filled(span.serviceName, 16)}  ${filled(`${span.name}${border}`, 40)}`;
    const total = by.get(key) ?? { count: 0, duration: 0, errors: 0 };
    total.count++;
    total.duration += span.durationInNanos;
    total.errors += span['status.code'] === 2 ? 1 : 0;
    by.set(key, total);
  }
  return by;
};

/** By service and operation: calls, time and errors of each, the largest difference first. Times of calls include what they call. */
export function comparison(one: readonly StoredSpan[], other: readonly StoredSpan[]): string {
  const [left, right] = [totals(one), totals(other)];
  const none = { count: 0, duration: 0, errors: 0 };
  const rows = [...new Set([...left.keys(), ...right.keys()])].map((key) => {
    const [a, b] = [left.get(key) ?? none, right.get(key) ?? none];
    return { key, a, b, difference: b.duration - a.duration };
  });
  const side = ({ count, duration, errors }: Total): string =>
    count === 0
      ? '—'.padStart(20)
      : [`${count}×`.padStart(6), durationText(duration).padStart(8), (errors > 0 ? `✗${errors}` : '').padEnd(4)].join(
          ' ',
        );
  return [
    `${''.padEnd(58)}  ${'first'.padStart(20)}  ${'second'.padStart(20)}  difference`,
    ...rows
      .sort((x, y) => Math.abs(y.difference) - Math.abs(x.difference))
      .map(({ key, a, b, difference }) => {
        const sign = difference > 0 ? '+' : difference < 0 ? '−' : ' ';
        return `${key}  ${side(a)}  ${side(b)}  ${sign}${durationText(Math.abs(difference)).trim()}`;
      }),
  ].join('\n');
}
