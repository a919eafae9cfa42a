/** What the report says, word by word: figures that people read are promises, too. */
import { judge } from '../../../rehearsal/judge/judge';
import { type Row, summary, table } from '../../../rehearsal/judge/report';
import { healthy } from './healthy';

test('a fair day', () => {
  expect(judge(healthy()).map(({ what, seen, expected }) => [what, seen, expected])).toEqual([
    ['payments made, answered', '120, 120', 'all answered, each with its trace'],
    ['spans made / counted by the metrics', '480 / 480', 'equal'],
    [
      'ordinary traces kept',
      '38.4 % (43 of 112; floor 16 of 16, band 27 of 27, others 0 of 69)',
      'all of the 10 % floor, none beyond the 30 % ceiling, by the hash of the trace id',
    ],
    ['failed and slow traces kept', '6 of 6 failed, 2 of 2 slow', 'all, within their budget'],
    ['kept traces complete', '51 of 51, 204 spans', 'all, every span once, no foreign trace'],
    ['spans without trace group', '0', '0'],
    ['dead letters', '0', '0'],
    ['P99 hk-cn, dashboard / true', '2517.5 ms / 2517.5 ms (0.0 %, 120 spans)', 'within ±2 %'],
    [
      'slow calls hk-cn, alarm / true',
      '1.67 % / 1.67 % above 500 ms',
      '1.67 to 1.67 %: calls near the limit count on either side',
    ],
    ['P99 cn-hk, dashboard / true', '3.1 ms / 3.1 ms (0.0 %, 120 spans)', 'within ±2 %'],
    [
      'slow calls cn-hk, alarm / true',
      '0.00 % / 0.00 % above 300 ms',
      '0.00 to 0.00 %: calls near the limit count on either side',
    ],
    ['P99 none, dashboard / true', '2537.6 ms / 2537.6 ms (0.0 %, 120 spans)', 'within ±2 %'],
    [
      'slow calls none, alarm / true',
      '1.67 % / 1.67 % above 800 ms',
      '1.67 to 1.67 %: calls near the limit count on either side',
    ],
    ['sensitive values in the store', '0 of 120 forms; 120 span names carried one', '0 found, some carried'],
    [
      "refused to the writer's role",
      'search, get, delete, delete the index, write to a foreign index, create an index, read the roles',
      '403 each',
    ],
    ['AWS requests refused', '0', '0: signed by the right key, region and service'],
    ['traceparent across and back', '120 of 120 seen over there; 120 of 120 calls back in their trace', 'all'],
    ['calls over the line', '120 hk-cn, 120 cn-hk', 'for information'],
    [
      'aggregates for the mainland, at most',
      '100,000 bytes, 4.4 kbit/s (as JSON; 0.4 by zstd)',
      '< 1,000 kbit/s, no span',
    ],
    ['metrics of dashboards and alarms that were sent', 'all of 8', 'all but faults that did not occur'],
    ['sets of dimensions sent and known', '31 sent, each in lib/contract/metrics', 'the same'],
    [
      'collectors and writers measure themselves',
      '7 of 7; kept share so far 50.0 % of all traces',
      'spans taken and queues of all tiers, decisions, documents',
    ],
    ['bandwidth of a node, zstd', '50 kbit/s, at most 50', 'below the 1,000 kbit/s that it may send'],
    ['alarms that notified somebody', 'none', 'none'],
    ['processes ended when asked', 'all', 'all'],
    [
      'this machine meanwhile',
      'others took 2 % of the processors, the driver waited 0.10 ms for one each time, something waited 10 % of the time, a call back took 3.0 ms of its server in the calm part',
      'the driver ≤ 1 ms, a call back ≤ 5 ms; beyond: inconclusive',
    ],
  ]);
});

const row = (more: Partial<Row>): Row => ({ what: 'what', seen: 'seen', expected: 'expected', ok: true, ...more });

test('the table fits 120 columns; long cells are wrapped at spaces, those that fit to the letter are not', () => {
  const thirty = 'a word of thirty letters, all.';
  expect(thirty).toHaveLength(30);
  const rows = [
    row({ what: thirty, seen: 'yes' }),
    row({ what: `${thirty} And more`, seen: 'no', ok: false }),
    row({ what: 'not here', notRun: 'it has no kernel' }),
    row({ what: 'x', seen: `${'w'.repeat(60)} and`, expected: 'e' }),
  ];
  expect(table(rows).split('\n')).toEqual([
    `   ${'what'.padEnd(30)}  ${'seen'.padEnd(52)}  expected`,
    `─  ${'─'.repeat(30)}  ${'─'.repeat(52)}  ${'─'.repeat(30)}`,
    `✓  ${thirty}  ${'yes'.padEnd(52)}  expected`,
    `✗  ${thirty}  ${'no'.padEnd(52)}  expected`,
    '   And more',
    `–  ${'not here'.padEnd(30)}  ${'not run: it has no kernel'.padEnd(52)}  expected`,
    `✓  ${'x'.padEnd(30)}  ${'w'.repeat(60)}  e`,
    `   ${''.padEnd(30)}  and`,
  ]);
});

test('the last line counts what held, what broke, what was not run and what was not judged', () => {
  const rows = [
    row({}),
    row({}),
    row({ ok: false }),
    row({ notRun: 'x' }),
    row({ doubtful: true }),
    row({ ok: undefined }),
  ];
  expect(summary(rows)).toBe('2 passed, 1 failed, 1 not run, 1 not judged');
});
