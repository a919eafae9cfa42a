import { handler, type Settings, type StateChange } from '../../lib/observe/recovery.handler';
import { dataPoints } from '../../rehearsal/judge/cloudwatch/embedded-metrics';

const settings: Settings = {
  namespace: 'Harbourline/dev',
  pages: ['harbourline-dev: Calls to the mainland'],
  parts: ['harbourline-dev: P99 hk-cn, 5 minutes'],
};
const day = '2026-11-24T';
const at = (time: string) => `${day}${time}.000+0000`;

/** As CloudWatch sends it. Source: user guide, "Alarm events and EventBridge". */
const event = (alarmName: string, time: string, value: string, previous: string): StateChange =>
  ({
    version: '0',
    id: 'c4c1c1c9-6542-e61b-6ef0-8c4d36933a92',
    'detail-type': 'CloudWatch Alarm State Change',
    source: 'aws.cloudwatch',
    account: '111111111111',
    time: `${day}${time}Z`,
    region: 'ap-east-1',
    resources: [`arn:aws:cloudwatch:ap-east-1:111111111111:alarm:${alarmName}`],
    detail: {
      alarmName,
      configuration: { alarmRule: 'ALARM("harbourline-dev: P99 hk-cn")' },
      state: { value, timestamp: at(time), reason: '', reasonData: '{"triggeringAlarms":[]}' },
      previousState: { value: previous, timestamp: at('00:00:00'), reason: '' },
    },
  }) as StateChange;

interface Change {
  readonly time: string;
  readonly to: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly data?: object;
}

/** A client whose history holds these changes, in the order in which the API gives them. */
function client(changes: readonly Change[]) {
  const calls: { EndDate: Date; AlarmName: string }[] = [];
  return {
    calls,
    send: async ({ input }: { input: { EndDate: Date; AlarmName: string } }) => {
      calls.push(input);
      return {
        AlarmHistoryItems: [...changes]
          .reverse()
          .map(({ time, to, data }) => ({
            AlarmName: input.AlarmName,
            Timestamp: new Date(`${day}${time}Z`),
            HistoryItemType: 'StateUpdate',
            HistoryData: JSON.stringify({
              version: '1.0',
              newState: { stateValue: to, stateReason: '', ...(data ? { stateReasonData: data } : {}) },
            }),
          }))
          .filter(({ Timestamp }) => Timestamp <= input.EndDate),
      };
    },
  };
}

const border = 'harbourline-dev: Calls to the mainland';
const ok = (time: string): Change => ({ time, to: 'OK' });
const alarm = (time: string, data?: object): Change => ({ time, to: 'ALARM', ...(data ? { data } : {}) });

/** What the function writes for an event, as CloudWatch reads it. */
async function told(change: StateChange, history: readonly Change[]) {
  const lines: string[] = [];
  await handler(change, undefined, client(history) as never, settings, (line) => lines.push(line));
  return lines
    .flatMap(dataPoints)
    .map(({ dimensions, values, name, unit }) => ({ name, unit, ...dimensions, value: values[0] }));
}

describe('time to recovery', () => {
  test('from ALARM to OK, by severity', async () => {
    expect(
      await told(event(border, '10:50:00', 'OK', 'ALARM'), [ok('09:00:00'), alarm('10:42:00'), ok('10:50:00')]),
    ).toEqual([{ name: 'incident.recovery.time', unit: 'Seconds', severity: 'page', value: 480 }]);
    const refused = event('harbourline-dev: Spans refused', '11:00:00', 'OK', 'ALARM');
    expect(await told(refused, [ok('09:00:00'), alarm('10:59:00'), ok('11:00:00')])).toMatchObject([
      { severity: 'inform', value: 60 },
    ]);
  });

  test('counts from the first breach: M of N periods before the alarm, parts before a composite', async () => {
    const evaluatedDatapoints = [
      { timestamp: at('10:43:00'), value: 900 },
      { timestamp: at('10:42:00'), value: 100 },
      { timestamp: at('10:41:00'), value: 700 },
      { timestamp: at('10:40:00'), value: 200 },
    ];
    const first = { threshold: 500, evaluatedDatapoints };
    expect(
      await told(event(border, '10:51:00', 'OK', 'ALARM'), [ok('09:00:00'), alarm('10:44:00', first), ok('10:51:00')]),
    ).toMatchObject([{ value: 600 }]);
    const parts = { triggeringAlarms: [{ arn: 'arn', state: { value: 'ALARM', timestamp: at('10:43:00') } }] };
    expect(
      await told(event(border, '10:52:00', 'OK', 'ALARM'), [ok('09:00:00'), alarm('10:44:00', parts), ok('10:52:00')]),
    ).toMatchObject([{ value: 540 }]);
  });

  test('missing data in between do not end an incident', async () => {
    const history: Change[] = [
      ok('09:00:00'),
      alarm('10:40:00'),
      { time: '10:45:00', to: 'INSUFFICIENT_DATA' },
      ok('10:53:00'),
    ];
    expect(await told(event(border, '10:53:00', 'OK', 'INSUFFICIENT_DATA'), history)).toMatchObject([{ value: 780 }]);
  });

  test('missing data alone are no incident', async () => {
    const history: Change[] = [ok('09:00:00'), { time: '10:45:00', to: 'INSUFFICIENT_DATA' }, ok('10:54:00')];
    expect(await told(event(border, '10:54:00', 'OK', 'INSUFFICIENT_DATA'), history)).toEqual([]);
  });

  test('a repeated event is told once', async () => {
    const history = [ok('09:00:00'), alarm('10:40:00'), ok('10:55:00')];
    const once = event(border, '10:55:00', 'OK', 'ALARM');
    expect(await told(once, history)).toHaveLength(1);
    expect(await told(once, history)).toEqual([]);
  });

  test('an event that comes late, after the next incident began, is about its own', async () => {
    const history = [ok('09:00:00'), alarm('10:40:00'), ok('10:56:00'), alarm('10:58:00')];
    expect(await told(event(border, '10:56:00', 'OK', 'ALARM'), history)).toMatchObject([{ value: 960 }]);
  });

  test('only alarms that tell somebody, only when they end, only our function to look', async () => {
    const history = [ok('09:00:00'), alarm('10:40:00'), ok('10:57:00')];
    expect(await told(event('harbourline-dev: P99 hk-cn, 5 minutes', '10:57:00', 'OK', 'ALARM'), history)).toEqual([]);
    const began = client(history);
    await handler(event(border, '10:40:00', 'ALARM', 'OK'), undefined, began as never, settings, () => {
      throw new Error('nothing has ended');
    });
    expect(began.calls).toEqual([]);
  });
});
