import { handler, type RecoverySettings, type StateChange } from '../../lib/observe/recovery.handler';
import { dataPoints } from '../../rehearsal/judge/cloudwatch/embedded-metrics';
import { resourcesOf } from '../support/app';

const settings: RecoverySettings = {
  environment: 'dev',
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

/** A client whose histories hold these changes, two a page, in the order in which the API gives them. */
function client(histories: Readonly<Record<string, readonly Change[]>>) {
  return {
    send: async ({ input }: { input: { EndDate: Date; AlarmName: string; NextToken?: string } }) => {
      const items = [...(histories[input.AlarmName] ?? [])]
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
        .filter(({ Timestamp }) => Timestamp <= input.EndDate);
      const from = Number(input.NextToken ?? 0);
      return {
        AlarmHistoryItems: items.slice(from, from + 2),
        ...(from + 2 < items.length ? { NextToken: `${from + 2}` } : {}),
      };
    },
  };
}

const border = 'harbourline-dev: Calls to the mainland';
const ok = (time: string, data?: object): Change => ({ time, to: 'OK', ...(data ? { data } : {}) });
const alarm = (time: string, data?: object): Change => ({ time, to: 'ALARM', ...(data ? { data } : {}) });
const points = (...values: readonly (readonly [time: string, value: number])[]) => ({
  threshold: 500,
  period: 60,
  evaluatedDatapoints: values.map(([time, value]) => ({ timestamp: at(time), value })),
});
/** The part of a composite alarm that made it change. */
const by = (name: string, time: string, value: string) => ({
  triggeringAlarms: [
    { arn: `arn:aws:cloudwatch:ap-east-1:111111111111:alarm:${name}`, state: { value, timestamp: at(time) } },
  ],
});

/** What the function writes for events, as CloudWatch reads it. */
async function measured(
  changes: readonly StateChange[],
  histories: readonly Change[] | Readonly<Record<string, readonly Change[]>>,
) {
  const lines: string[] = [];
  const named = Array.isArray(histories) ? { [changes[0]!.detail.alarmName]: histories } : histories;
  await handler(
    { Records: changes.map((change) => ({ body: JSON.stringify(change) })) },
    undefined,
    client(named as Record<string, Change[]>),
    settings,
    (line) => lines.push(line),
  );
  return lines.map((line) => ({
    ...Object.fromEntries(dataPoints(line).map(({ name, values }) => [name, values[0]])),
    severity: dataPoints(line)[0]!.dimensions.severity,
    units: [...new Set(dataPoints(line).map(({ unit }) => unit))],
  }));
}

const recovery = 'incident.recovery.time';
const detection = 'incident.detection.time';

describe('time to recovery', () => {
  test('from ALARM to OK, by severity', async () => {
    expect(
      await measured([event(border, '10:50:00', 'OK', 'ALARM')], [ok('09:00:00'), alarm('10:42:00'), ok('10:50:00')]),
    ).toEqual([{ [recovery]: 480, [detection]: 0, severity: 'page', units: ['Seconds'] }]);
    expect(
      await measured(
        [event('harbourline-dev: Spans refused', '11:00:00', 'OK', 'ALARM')],
        [ok('09:00:00'), alarm('10:59:00'), ok('11:00:00')],
      ),
    ).toMatchObject([{ severity: 'inform', [recovery]: 60 }]);
  });

  test('from the first breach to the end of the last, not from message to message', async () => {
    const first = points(['10:43:00', 900], ['10:42:00', 100], ['10:41:00', 700], ['10:40:00', 200]);
    const last = points(['10:55:00', 100], ['10:54:00', 90], ['10:48:00', 800], ['10:47:00', 900]);
    expect(
      await measured(
        [event(border, '10:56:00', 'OK', 'ALARM')],
        [ok('09:00:00'), alarm('10:44:00', first), ok('10:56:00', last)],
      ),
    ).toMatchObject([{ [recovery]: 480, [detection]: 180 }]); // 10:41 to 10:49
  });

  test('through all levels of composite alarms', async () => {
    const [objective, window] = ['harbourline-dev: P99 hk-cn', 'harbourline-dev: P99 hk-cn, 5 minutes'];
    expect(
      await measured([event(border, '11:00:00', 'OK', 'ALARM')], {
        [border]: [ok('09:00:00'), alarm('10:46:00', by(objective, '10:45:00', 'ALARM')), ok('11:00:00')],
        [objective]: [ok('09:00:00'), alarm('10:45:00', by(window, '10:44:00', 'ALARM')), ok('11:00:00')],
        [window]: [ok('09:00:00'), alarm('10:44:00', points(['10:43:00', 900], ['10:40:00', 900])), ok('10:59:00')],
      }),
    ).toMatchObject([{ [recovery]: 1200, [detection]: 360 }]); // from 10:40: 20 minutes, of which 6 until the page
  });

  test('what flaps for two hours is one incident of two hours', async () => {
    const times = Array.from({ length: 30 }, (_, index) => 12 * 60 + 4 * index);
    const clock = (minutes: number) =>
      `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:00`.padStart(8, '0');
    const history = times.flatMap((minutes) => [alarm(clock(minutes)), ok(clock(minutes + 1))]);
    const events = times.map((minutes) => event(border, clock(minutes + 1), 'OK', 'ALARM'));
    expect(await measured(events, [ok('09:00:00'), ...history])).toMatchObject([{ [recovery]: (29 * 4 + 1) * 60 }]);
  });

  test('an incident that began long after another is one of its own', async () => {
    expect(
      await measured(
        [event(border, '15:10:00', 'OK', 'ALARM')],
        [ok('09:00:00'), alarm('13:00:00'), ok('14:00:00'), alarm('15:00:00'), ok('15:10:00')],
      ),
    ).toMatchObject([{ [recovery]: 600 }]);
  });

  test('missing data in between do not end an incident, and alone are none', async () => {
    const missing: Change = { time: '10:45:00', to: 'INSUFFICIENT_DATA' };
    expect(
      await measured(
        [event(border, '10:53:00', 'OK', 'INSUFFICIENT_DATA')],
        [ok('09:00:00'), alarm('10:40:00'), missing, ok('10:53:00')],
      ),
    ).toMatchObject([{ [recovery]: 780 }]);
    expect(
      await measured(
        [event(border, '10:54:00', 'OK', 'INSUFFICIENT_DATA')],
        [alarm('08:00:00'), ok('09:00:00'), missing, ok('10:54:00')],
      ),
    ).toEqual([]);
  });

  test('a repeated event is measured once, a part of another alarm never', async () => {
    const history = [ok('09:00:00'), alarm('10:40:00'), ok('10:57:00')];
    const once = event(border, '10:57:00', 'OK', 'ALARM');
    expect(await measured([once, once], history)).toHaveLength(1);
    expect(await measured([event(settings.parts[0]!, '10:58:00', 'OK', 'ALARM')], history)).toEqual([]);
  });

  test('an incident that begins in a maintenance window is on record, and no figure', async () => {
    const silent = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    let second = 10; // each case ends in a second of its own: an end is measured once
    const lines = async (window: { StartDate: Date; ExpireDate: Date } | Error, name: string) => {
      const written: string[] = [];
      const time = `01:55:${second++}`;
      const histories = client({ [border]: [ok('01:00:00'), alarm('01:42:00'), ok(time)] });
      const answering = {
        send: async (command: { constructor: { name: string }; input: any }) => {
          if (!command.constructor.name.includes('MuteRule')) return histories.send(command);
          if (window instanceof Error) throw window;
          const AlarmMuteRuleArn = `arn:aws:cloudwatch:ap-east-1:111111111111:alarm-mute-rule:${name}`;
          return { AlarmMuteRuleSummaries: [{ AlarmMuteRuleArn, ExpireDate: window.ExpireDate }], ...window };
        },
      };
      const Records = [{ body: JSON.stringify(event(border, time, 'OK', 'ALARM')) }];
      await handler({ Records }, undefined, answering, settings, (line) => written.push(line));
      return JSON.parse(written[0]!);
    };
    const window = (from: string, until: string) => ({
      StartDate: new Date(`${day}${from}Z`),
      ExpireDate: new Date(`${day}${until}Z`),
    });
    const name = 'harbourline-dev-mute-20261124T0130';
    const muted = await lines(window('01:30:00', '02:30:00'), name);
    expect(muted).toMatchObject({ alarm: border, muted: name, began: '2026-11-24T01:42:00.000Z' });
    expect(muted).not.toHaveProperty('_aws');
    for (const [other, rule] of [
      [window('01:43:00', '02:30:00'), name],
      [window('01:00:00', '01:41:00'), name],
      [window('01:30:00', '02:30:00'), 'of-another-team'],
      [new Error('throttled'), name],
    ] as const) {
      expect(await lines(other, rule)).toHaveProperty('_aws');
    }
    silent.mockRestore();
  });

  test('events wait until an alarm cannot come back any more', () => {
    const resources = [...resourcesOf('prod').values()];
    const [queue] = resources.filter(({ Type }) => Type === 'AWS::SQS::Queue');
    expect(queue?.Properties).toMatchObject({ DelaySeconds: 900, SqsManagedSseEnabled: true });
  });
});
