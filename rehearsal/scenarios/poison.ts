import { holds } from '../../harness/wait';
import { spanLimits } from '../../lib/contract/limits';
import { collectorMetrics } from '../../lib/contract/metrics';
import { count } from '../judge/report';
import {
  attribute,
  freshIds,
  ledgerEntry,
  type MadeSpan,
  otlpJson,
  sendToAgent,
  spanJson,
} from '../stage/clients/otlp-json';
import { seeded } from '../stage/driver/random';
import type { Stage } from '../stage/stage';
import { publishedTotal } from '../stage/telemetry';
import { nothing, type Scenario } from './scenario';

const hostile = 'careless';
const innocent = 'careful';
const kibi = 1024;

/** An attribute nested so many levels deep. */
const nested = (levels: number): object => {
  let value: object = { stringValue: 'deep' };
  for (let level = 0; level < levels; level++) value = { kvlistValue: { values: [{ key: 'k', value }] } };
  return { key: 'nested', value };
};

/** What a hostile span holds, by what is wrong with it. Each fits into a message that the agent takes. */
const kinds: Readonly<Record<string, readonly object[]>> = {
  'nested 48 levels': [nested(48)],
  'a value of 3 MiB, all escapes': [attribute('text', '%31'.repeat(kibi * kibi))],
  'a value of 40 KiB': [attribute('body', 'x'.repeat(40 * kibi))],
  '8,000 keys': Array.from({ length: 8000 }, (_, n) => attribute(`key.${n}`, 'x'.repeat(100))),
  'a key of 12 KiB': [attribute('k'.repeat(12 * kibi), 'x')],
};
/** Requests in which an ordinary trace stands behind a hostile one, for each kind. */
const each = 20;

/** Hostile spans beside ordinary ones: only what is wrong is cut, counted by service; nobody else loses anything. */
export const poison: Scenario = {
  name: 'poison',
  summary:
    'spans that are too deep, too long, too many beside ordinary ones: they are cut and counted, nothing else is lost',
  alarms: { notify: ['Spans cut'], may: { 'Many attribute keys': 'spans of 256 keys, each another' } },
  seconds: 60,
  async during(stage, { at, signal, progress }) {
    await at(0.1);
    const { config, seed } = stage.props;
    const random = seeded(seed);
    const before = stage.agent.pid;
    const made: MadeSpan[] = [];
    const statuses = new Set<number>();
    for (const [name, attributes] of Object.entries(kinds)) {
      for (let n = 0; n < each; n++) {
        const now = BigInt(Date.now()) * 1_000_000n;
        // Failed, so that each of them must be in the store.
        const span = (of: string): MadeSpan => ({
          ...freshIds(random),
          name: of,
          startNs: now,
          endNs: now + 1_000_000n,
          failed: true,
        });
        const [bad, good] = [{ ...span(name), attributes }, span('ordinary')];
        made.push(bad, good);
        statuses.add(
          await sendToAgent(
            joined(
              otlpJson(hostile, config.environment, [spanJson(bad)]),
              otlpJson(innocent, config.environment, [spanJson(good)]),
            ),
          ),
        );
      }
    }
    // Two million levels: a parser that follows them ends the process.
    const bottomless = await sendToAgent(Buffer.from(`{"resourceSpans":${'['.repeat(2_000_000)}`));
    const huge = await sendToAgent(otlpJson(hostile, config.environment, [{ name: 'x'.repeat(20 * kibi * kibi) }]));
    progress('the hostile spans are sent');
    const expected = Object.keys(kinds).length * each;
    // Collectors read themselves once a minute.
    await holds(() => cutOf(stage, hostile) >= expected, 90, signal, 500);
    const [cut, others] = [cutOf(stage, hostile), cutOf(stage, innocent)];
    return {
      ...nothing,
      made: made.map(ledgerEntry),
      rows: [
        {
          what: 'requests with a hostile and an ordinary span',
          seen: `${count(expected)}, answered with HTTP ${[...statuses].join(', ')}`,
          expected: '200: taken',
          ok: statuses.size === 1 && statuses.has(200),
        },
        {
          what: 'spans cut',
          seen: `${count(cut)} of "${hostile}", ${count(others)} of "${innocent}"`,
          expected: `each of ${count(expected)}, counted by service in CloudWatch (over ${spanLimits.valueBytes / kibi} KiB, ${spanLimits.depth} levels, ${spanLimits.attributes} keys)`,
          ok: cut === expected && others === 0,
        },
        {
          what: 'two million levels; 20 MiB',
          seen: `HTTP ${bottomless}, ${huge}; the agent ${stage.agent.pid === before ? 'continues' : 'was restarted'}`,
          expected: 'refused for good (4xx), by a process that continues',
          ok: [bottomless, huge].every((status) => status >= 400 && status < 500) && stage.agent.pid === before,
        },
      ],
    };
  },
};

/** Two requests as one. */
function joined(one: Buffer, other: Buffer): Buffer {
  const [first, second] = [one, other].map((body) => JSON.parse(body.toString()));
  return Buffer.from(JSON.stringify({ resourceSpans: [...first.resourceSpans, ...second.resourceSpans] }));
}

/** Spans of a service that the agent cut, as CloudWatch has them. */
const cutOf = (stage: Stage, service: string): number => publishedTotal(stage, collectorMetrics.cut, 'agent', service);
