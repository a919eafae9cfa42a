import { heldBack } from '../../../../rehearsal/judge/cloudwatch/actions';
import type { State } from '../../../../rehearsal/judge/cloudwatch/definitions';

/** `2 ALARM` → the change; times in seconds. */
const changes = (...of: readonly string[]) =>
  of.map((one) => ({ at: Number(one.split(' ')[0]) * 1000, state: one.split(' ')[1] as State }));
const suppression = {
  AlarmName: 'a',
  AlarmRule: '',
  ActionsSuppressor: 's',
  ActionsSuppressorWaitPeriod: 60,
  ActionsSuppressorExtensionPeriod: 120,
};
const acts = (
  own: readonly string[],
  suppressor: readonly string[],
  { until = 1_000, alarm = suppression as Partial<typeof suppression>, muted = [] as [number, number][] } = {},
) =>
  heldBack(
    changes(...own),
    changes(...suppressor),
    { AlarmName: 'a', AlarmRule: '', ...alarm },
    until * 1000,
    muted.map(([from, end]) => ({ from: from * 1000, until: end * 1000 })),
  ).map(({ at, state }) => `${at / 1000} ${state}`);

// CloudWatch API reference, PutCompositeAlarm, and user guide, "Alarm suppression", "Alarm mute rules".
test.each<[string, string[], string[], Parameters<typeof acts>[2], string[]]>([
  [
    'without a suppressor every change acts, but for an OK that it begins with',
    ['0 OK', '9 ALARM', '20 OK'],
    [],
    { alarm: {} },
    ['9 ALARM', '20 OK'],
  ],
  ['an ALARM that it begins with acts', ['0 ALARM'], [], { alarm: {} }, ['0 ALARM']],
  [
    'ALARM waits for the suppressor, OK does not',
    ['0 OK', '100 ALARM', '300 OK'],
    ['0 OK'],
    {},
    ['160 ALARM', '300 OK'],
  ],
  ['no wait period, no wait', ['0 OK', '100 ALARM'], ['0 OK'], { alarm: { ActionsSuppressor: 's' } }, ['100 ALARM']],
  ['what is over when the wait is over has said nothing', ['0 OK', '100 ALARM', '160 OK'], ['0 OK'], {}, []],
  ['what is over a second later has', ['0 OK', '100 ALARM', '161 OK'], ['0 OK'], {}, ['160 ALARM', '161 OK']],
  ['the suppressor comes in the wait', ['0 OK', '100 ALARM'], ['0 OK', '159 ALARM'], {}, []],
  [
    'the suppressor was there, and ends: the extension, and no wait',
    ['0 OK', '100 ALARM'],
    ['0 ALARM', '300 OK'],
    {},
    ['420 ALARM'],
  ],
  [
    'the suppressor just ended: the rest of its extension',
    ['0 OK', '350 ALARM'],
    ['0 ALARM', '300 OK'],
    {},
    ['420 ALARM'],
  ],
  ['its extension just ended: the wait', ['0 OK', '420 ALARM'], ['0 ALARM', '300 OK'], {}, ['480 ALARM']],
  [
    'no extension period, no extension',
    ['0 OK', '350 ALARM'],
    ['0 ALARM', '360 OK'],
    { alarm: { ActionsSuppressor: 's' } },
    ['360 ALARM'],
  ],
  [
    'the suppressor comes again before its extension ends',
    ['0 OK', '100 ALARM'],
    ['0 ALARM', '300 OK', '400 ALARM', '500 OK'],
    {},
    ['620 ALARM'],
  ],
  ['what is held back until the end acts at the end', ['0 OK', '100 ALARM'], ['0 OK'], { until: 160 }, ['160 ALARM']],
  ['what is held back longer does not', ['0 OK', '100 ALARM'], ['0 OK'], { until: 159 }, []],
  [
    'muted: from the first moment, to the last',
    ['0 OK', '100 ALARM'],
    [],
    { alarm: {}, muted: [[100, 200]] },
    ['200 ALARM'],
  ],
  ['muted until just now', ['0 OK', '200 ALARM'], [], { alarm: {}, muted: [[100, 200]] }, ['200 ALARM']],
  ['muted after it acted', ['0 OK', '100 ALARM'], [], { alarm: {}, muted: [[101, 200]] }, ['100 ALARM']],
  ['a mute is no reason to spare the wait', ['0 OK', '100 ALARM'], ['0 OK'], { muted: [[90, 110]] }, ['160 ALARM']],
  [
    'an end whose beginning was muted is not told',
    ['0 OK', '100 ALARM', '150 OK'],
    [],
    { alarm: {}, muted: [[90, 160]] },
    [],
  ],
  ['the end of silence is a change like any other', ['0 INSUFFICIENT_DATA', '60 OK'], [], { alarm: {} }, ['60 OK']],
])('%s', (_, own, suppressor, more, expected) => {
  expect(acts(own, suppressor, more)).toEqual(expected);
});

test('nothing is muted unless something is', () => {
  expect(heldBack(changes('0 ALARM'), [], undefined, 1_000)).toEqual(changes('0 ALARM'));
});
