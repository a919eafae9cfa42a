/** A window in which alarms of an environment notify nobody, that ends by itself and stays on record. */
import {
  type CloudWatchClient,
  DeleteAlarmMuteRuleCommand,
  GetAlarmMuteRuleCommand,
  ListAlarmMuteRulesCommand,
  type ListAlarmMuteRulesCommandOutput,
  PutAlarmMuteRuleCommand,
  type PutAlarmMuteRuleCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { type Coded, coded, Refusal, refused } from '../../config/refused';
import { alarmName, muteRulePrefix } from '../../lib/contract/alarms';
import { type Names, names } from '../../lib/contract/names';
import { ofType } from '../preflight/plan';
import type { Environment } from '../review/changes';

type Client = Pick<CloudWatchClient, 'send'>;

/** The longest window: what is muted for longer is no longer watched, and is a change of the configuration. */
const longestHours = 24;

/** Most alarms that a rule takes. Source: CloudWatch API reference, PutAlarmMuteRule. */
const alarmsInARule = 100;

const minuteMs = 60_000;

export interface Wanted {
  readonly environment: string;
  /** `organisation.namePrefix`. */
  readonly namePrefix?: string | undefined;
  /** `90m`, `4h`. */
  readonly for: string;
  /** When it begins, UTC: `2026-12-01T02:00`. @default the next full minute */
  readonly at?: string;
  /** Headings of the runbook. @default every alarm that notifies somebody */
  readonly only: readonly string[];
  readonly reason: string;
  /** Who asks: the ARN that AWS knows them by. */
  readonly by: string;
}

/** Names of all alarms of an environment that notify somebody. */
export const notifying = (environment: Environment): string[] =>
  ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']
    .flatMap((type) => ofType(environment, type))
    .flatMap(({ Properties = {} }) =>
      Properties.AlarmName && (Properties.AlarmActions ?? []).length > 0 ? [String(Properties.AlarmName)] : [],
    )
    .sort();

/** @throws Error with all that is wrong with it */
export function ruleOf(wanted: Wanted, alarms: readonly string[], now: number): PutAlarmMuteRuleCommandInput {
  const problems: Coded[] = [];
  const length = /^([1-9]\d{0,3})([mh])$/.exec(wanted.for);
  const minutes = length ? Number(length[1]) * (length[2] === 'h' ? 60 : 1) : Number.NaN;
  if (!(minutes <= longestHours * 60)) {
    problems.push(
      coded('HL-MUTE-001', `--for ${wanted.for}: write minutes or hours, such as 90m or 4h, ${longestHours}h at most.`),
    );
  }
  const soon = Math.ceil((now + 1) / minuteMs) * minuteMs;
  const start = wanted.at === undefined ? soon : Date.parse(`${wanted.at}Z`);
  if (wanted.at !== undefined && (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wanted.at) || !(start > now))) {
    problems.push(
      coded('HL-MUTE-002', `--at ${wanted.at}: write a minute of the future, in UTC, such as 2026-12-01T02:00.`),
    );
  }
  if (wanted.reason.trim().length < 10)
    problems.push(
      coded(
        'HL-MUTE-003',
        '--reason is missing or too short: say what is done and under which ticket, in ten letters or more.',
      ),
    );
  const ours = names(wanted.environment, wanted.namePrefix);
  const asked = wanted.only.map((heading) => alarmName(ours, heading));
  const unknown = wanted.only.filter((_heading, index) => !alarms.includes(asked[index] as string));
  if (unknown.length > 0) {
    const known = alarms.map((name) => name.slice(alarmName(ours, '').length));
    problems.push(
      coded(
        'HL-MUTE-004',
        `--only ${unknown.join(', ')}: no alarm of that name notifies anybody. These do: ${known.join(', ')}.`,
      ),
    );
  }
  const targets = asked.length > 0 ? asked : alarms;
  if (targets.length > alarmsInARule)
    problems.push(
      coded(
        'HL-MUTE-005',
        `${targets.length} alarms, and a rule of CloudWatch takes ${alarmsInARule}: name those to mute with --only.`,
      ),
    );
  if (problems.length > 0) throw new Refusal(problems);
  const minute = new Date(start).toISOString().slice(0, 16);
  return {
    Name: `${muteRulePrefix(ours)}${minute.replace(/[-:]/g, '')}`,
    Description: `${wanted.reason.trim()} (${wanted.by})`,
    Rule: { Schedule: { Expression: `at(${minute})`, Duration: `PT${minutes}M`, Timezone: 'UTC' } },
    MuteTargets: { AlarmNames: [...targets] },
    StartDate: new Date(start),
    // It ends whether or not anybody thinks of it, and stays on record as EXPIRED.
    ExpireDate: new Date(start + minutes * minuteMs),
  };
}

/** Mutes. Resolves with what is said to whoever asked. */
export async function mute(client: Client, rule: PutAlarmMuteRuleCommandInput): Promise<string> {
  await client.send(new PutAlarmMuteRuleCommand(rule));
  const count = rule.MuteTargets?.AlarmNames?.length ?? 0;
  return `${rule.Name}: ${count} alarms notify nobody from ${rule.StartDate?.toISOString()} to ${rule.ExpireDate?.toISOString()}. They are evaluated and shown meanwhile.`;
}

/** All windows of an environment, over ones too, newest first. */
export async function list(client: Client, ours: Names): Promise<string[]> {
  const lines: string[] = [];
  let NextToken: string | undefined;
  do {
    const page: ListAlarmMuteRulesCommandOutput = await client.send(
      new ListAlarmMuteRulesCommand(NextToken ? { NextToken } : {}),
    );
    for (const { AlarmMuteRuleArn = '' } of page.AlarmMuteRuleSummaries ?? []) {
      const name = AlarmMuteRuleArn.split(':').at(-1) ?? '';
      if (!name.startsWith(muteRulePrefix(ours))) continue;
      const { Status, StartDate, ExpireDate, Description } = await client.send(
        new GetAlarmMuteRuleCommand({ AlarmMuteRuleName: name }),
      );
      lines.push([name, Status, StartDate?.toISOString(), ExpireDate?.toISOString(), Description].join('  '));
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return lines.sort().reverse();
}

/** Ends a window before its time. @throws Error on a rule that is none of this environment's */
export async function end(client: Client, ours: Names, name: string): Promise<string> {
  if (!name.startsWith(muteRulePrefix(ours))) {
    throw refused(
      'HL-MUTE-006',
      `--end ${name}: windows of ${ours.environment} begin with ${muteRulePrefix(ours)}; see --list.`,
    );
  }
  await client.send(new DeleteAlarmMuteRuleCommand({ AlarmMuteRuleName: name }));
  return `${name} is over.`;
}
