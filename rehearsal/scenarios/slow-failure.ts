import { setTimeout as sleep } from 'node:timers/promises';
import { count } from '../judge/report';
import { freshIds, ledgerEntry, type MadeSpan, otlpJson, sendToAgent, spanJson } from '../stage/clients/otlp-json';
import { seeded, text } from '../stage/driver/random';
import { nothing, type Scenario } from './scenario';

/** Seconds after which a job fails: longer than a sampler waits for the spans beside a root. */
const failsAfter = 13;
const traces = 300;
/** Jobs that begin in a second: their spans are a small share of what the payments make. */
const aSecond = 8;
const service = 'reconciliation';

/** Jobs whose first span ends at once and whose root fails after thirteen seconds: the traces that one looks for first. */
export const slowFailure: Scenario = {
  name: 'slow-failure',
  summary: `${traces} jobs fail after ${failsAfter} s, their first spans long sent: each is kept, whole`,
  alarms: { notify: [] },
  seconds: 75,
  async during(stage, { at, signal, progress }) {
    await at(0.05);
    const { config, seed } = stage.props;
    const random = seeded(seed);
    const made: MadeSpan[] = [];
    const statuses = new Set<number>();
    const send = async (spans: readonly MadeSpan[]) => {
      made.push(...spans);
      statuses.add(await sendToAgent(otlpJson(service, config.environment, spans.map(spanJson))));
    };
    const jobs: Promise<void>[] = [];
    for (let begun = 0; begun < traces; begun += aSecond) {
      const startNs = BigInt(Date.now()) * 1_000_000n;
      const roots = Array.from({ length: Math.min(aSecond, traces - begun) }, () => freshIds(random));
      jobs.push(
        (async () => {
          await send(
            roots.map(({ traceId, spanId }) => ({
              traceId,
              spanId: text(random, 16, '123456789abcdef'),
              parentSpanId: spanId,
              name: 'read statement',
              startNs,
              endNs: startNs + 1_000_000n,
            })),
          );
          await sleep(failsAfter * 1000, undefined, { signal });
          const endNs = startNs + BigInt(failsAfter) * 1_000_000_000n;
          await send(roots.map((ids) => ({ ...ids, name: 'reconcile', startNs, endNs, failed: true })));
        })(),
      );
      await sleep(1000, undefined, { signal });
    }
    await Promise.all(jobs);
    progress(`${count(traces)} jobs have failed`);
    return {
      ...nothing,
      made: made.map(ledgerEntry),
      rows: [],
      atRest({ spans }) {
        const stored = new Map<string, number>();
        for (const { traceId } of spans) stored.set(traceId, (stored.get(traceId) ?? 0) + 1);
        const whole = made.filter(({ name, traceId }) => name === 'reconcile' && stored.get(traceId) === 2).length;
        return [
          {
            what: `jobs that failed after ${failsAfter} s`,
            seen: `${count(whole)} of ${count(traces)} kept whole; sent with HTTP ${[...statuses].join(', ')}`,
            expected: 'all of them',
            ok: whole === traces,
          },
        ];
      },
    };
  },
};
