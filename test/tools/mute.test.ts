import { readFileSync } from 'node:fs';
import { alarmName } from '../../lib/contract/alarms';
import { names as namesOfEnvironment } from '../../lib/contract/names';
import { end, list, mute, notifying, ruleOf, type Wanted } from '../../tools/mute/mute';
import { committed } from '../review/support';

const alarms = notifying(committed());
const now = Date.UTC(2026, 10, 30, 3, 0, 20);
const wanted = (more: Partial<Wanted> = {}): Wanted => ({
  environment: 'prod',
  for: '90m',
  only: [],
  reason: 'router replaced, NET-1234',
  by: 'arn:aws:sts::333333333333:assumed-role/ops/lee',
  ...more,
});

test('all that notify somebody, from the next minute, until it ends by itself', () => {
  const rule = ruleOf(wanted(), alarms, now);
  expect(rule).toMatchObject({
    Name: 'harbourline-prod-mute-20261130T0301',
    Description: 'router replaced, NET-1234 (arn:aws:sts::333333333333:assumed-role/ops/lee)',
    Rule: { Schedule: { Expression: 'at(2026-11-30T03:01)', Duration: 'PT90M', Timezone: 'UTC' } },
    StartDate: new Date('2026-11-30T03:01:00Z'),
    ExpireDate: new Date('2026-11-30T04:31:00Z'),
  });
  expect(rule.MuteTargets!.AlarmNames).toEqual(alarms);
  expect(alarms).toContain(alarmName(namesOfEnvironment('prod'), 'Calls to the mainland'));
  expect(alarms).not.toContain(alarmName(namesOfEnvironment('prod'), 'P99 hk-cn'));
  expect(alarms.length).toBeLessThanOrEqual(100);
});

test('one alarm, at a minute to come', () => {
  const rule = ruleOf(wanted({ only: ['Calls to the mainland'], at: '2026-12-01T18:00', for: '4h' }), alarms, now);
  expect(rule.MuteTargets).toEqual({ AlarmNames: ['harbourline-prod: Calls to the mainland'] });
  expect(rule.Rule!.Schedule).toMatchObject({ Expression: 'at(2026-12-01T18:00)', Duration: 'PT240M' });
});

test('all that is wrong is said at once', () => {
  const wrong = wanted({ for: '3d', at: '2026-11-29T18:00', only: ['Storm'], reason: ' ' });
  expect(() => ruleOf(wrong, alarms, now)).toThrow(
    /--for 3d: .*\n--at 2026-11-29T18:00: .*\n--reason is missing .*\n--only Storm: /,
  );
  for (const length of ['25h', '1441m', '0m', '', '1.5h']) {
    expect(() => ruleOf(wanted({ for: length }), alarms, now)).toThrow(/--for/);
  }
});

test('is sent, listed with who and why, and ended; rules of others stay', async () => {
  const sent: [string, Record<string, any>][] = [];
  const arn = (name: string) => `arn:aws:cloudwatch:ap-east-1:333333333333:alarm-mute-rule:${name}`;
  const names = ['harbourline-prod-mute-20261129T0301', 'somebody-else', 'harbourline-prod-mute-20261130T0301'];
  const client = {
    send: async (command: { constructor: { name: string }; input: Record<string, any> }) => {
      const { input } = command;
      sent.push([command.constructor.name, input]);
      if (command.constructor.name === 'ListAlarmMuteRulesCommand') {
        return input.NextToken
          ? { AlarmMuteRuleSummaries: [{ AlarmMuteRuleArn: arn(names[2]!) }] }
          : {
              AlarmMuteRuleSummaries: names.slice(0, 2).map((name) => ({ AlarmMuteRuleArn: arn(name) })),
              NextToken: 'n',
            };
      }
      return { Status: 'EXPIRED', Description: 'NET-1234 (lee)', StartDate: new Date(now), ExpireDate: new Date(now) };
    },
  } as never;
  expect(await mute(client, ruleOf(wanted(), alarms, now))).toContain(
    `${alarms.length} alarms notify nobody from 2026-11-30T03:01`,
  );
  const lines = await list(client, namesOfEnvironment('prod'));
  expect(lines.map((line) => line.split('  ')[0])).toEqual([names[2], names[0]]);
  expect(lines[0]).toContain('NET-1234 (lee)');
  await end(client, namesOfEnvironment('prod'), names[0]!);
  await expect(end(client, namesOfEnvironment('prod'), 'somebody-else')).rejects.toThrow(
    'begin with harbourline-prod-mute-',
  );
  expect(sent.filter(([name]) => name === 'DeleteAlarmMuteRuleCommand').map(([, input]) => input)).toEqual([
    { AlarmMuteRuleName: names[0] },
  ]);
});

test('the page shows the command as it is', () => {
  const page = readFileSync('docs/operations.md', 'utf8');
  const [, length = '', at = '', reason = ''] = /--for (\S+) --at (\S+) --reason "([^"]+)"/.exec(page) ?? [];
  expect(ruleOf(wanted({ for: length, at, reason }), alarms, now).ExpireDate).toEqual(new Date('2026-12-01T22:00:00Z'));
});
