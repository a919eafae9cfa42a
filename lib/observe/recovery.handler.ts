/**
 * Measures incidents: how long from the first breach until people were notified, and until the last breach was over. It
 * keeps no state: CloudWatch's own history of alarms says what came before, in whatever order events arrive. It is called a
 * quarter of an hour after an alarm is OK again: one that comes back within that time is the same incident.
 */
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  type DescribeAlarmHistoryCommandOutput,
  GetAlarmMuteRuleCommand,
  ListAlarmMuteRulesCommand,
  type ListAlarmMuteRulesCommandOutput,
} from '@aws-sdk/client-cloudwatch';
import { embeddedMetric } from '../common/embedded-metric';
import { muteRulePrefix } from '../contract/alarms';
import { recoveryMetrics, severityDimension } from '../contract/metrics/recovery';
import { names } from '../contract/names';
import { breachOf, firstOf, joinMs, lastOf, type Update, updateOf } from './recovery.history';

/** What CloudWatch tells EventBridge when an alarm changes its state. Source: user guide, "Alarm events and EventBridge". */
export interface StateChange {
  readonly detail: {
    readonly alarmName: string;
    readonly state: { readonly value: string; readonly timestamp: string };
  };
}

/** Messages of the queue in which events wait: each body is a {@link StateChange}. */
export interface Delayed {
  readonly Records: readonly { readonly body: string }[];
}

/** Variables of the function. */
export interface RecoverySettings {
  readonly environment: string;
  /** `organisation.namePrefix`. */
  readonly namePrefix?: string;
  readonly namespace: string;
  /** Names of the incidents, which page. */
  readonly pages: readonly string[];
  /** Names of alarms that are part of others and notify nobody. The rest informs. */
  readonly parts: readonly string[];
}

type Client = Pick<CloudWatchClient, 'send'>;

/** A queue delivers at least once: what this instance has measured is not measured again. Another instance would. */
const measured = new Set<string>();

/** Writes the figures of each incident that is over as embedded metrics. @throws what the API throws: the queue tries again */
export async function handler(
  { Records }: Delayed,
  _context?: unknown,
  client: unknown = undefined, // AWS gives a callback here in some runtimes
  settings: RecoverySettings = JSON.parse(process.env.SETTINGS ?? '{}'),
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`), // console.log would put words before it
): Promise<void> {
  const own = isClient(client) ? client : new CloudWatchClient();
  for (const { body } of Records) await measure(JSON.parse(body) as StateChange, own, settings, write);
}

const isClient = (value: unknown): value is Client => typeof value === 'object' && value !== null && 'send' in value;

async function measure(
  { detail: { alarmName, state } }: StateChange,
  client: Client,
  { environment, namePrefix, namespace, pages, parts }: RecoverySettings,
  write: (line: string) => void,
): Promise<void> {
  if (state.value !== 'OK' || parts.includes(alarmName)) return;
  const over = Date.parse(state.timestamp);
  const key = `${alarmName} ${over}`;
  if (measured.has(key)) return;
  const history = await historyOf(client, alarmName, over + joinMs);
  const incident = incidentOf(history, over);
  if (!incident) return;
  measured.add(key);
  const began = await followed(client, incident.first, firstOf);
  const muted = await mutedAt(client, muteRulePrefix(names(environment, namePrefix)), alarmName, began);
  if (muted) {
    // On record, and no figure: what was planned is no failure.
    write(JSON.stringify({ alarm: alarmName, began: new Date(began).toISOString(), muted, times: incident.times }));
    return;
  }
  const ended = Math.min(over, await followed(client, incident.last, lastOf));
  const severity = pages.includes(alarmName) ? 'page' : 'inform';
  const { recovery, detection } = recoveryMetrics;
  write(
    embeddedMetric({
      namespace,
      at: over,
      metrics: [recovery, detection],
      dimensions: [severityDimension],
      fields: {
        [severityDimension]: severity,
        [recovery.name]: Math.round((Math.max(ended, began) - began) / 1000),
        [detection.name]: Math.round((incident.first.at - began) / 1000),
        alarm: alarmName,
        began: new Date(began).toISOString(),
        times: incident.times,
      },
    }),
  );
}

/** Name of the maintenance window in which an incident began. Where nobody answers it counts: a figure too many says so. */
async function mutedAt(client: Client, ours: string, AlarmName: string, began: number): Promise<string | undefined> {
  try {
    let NextToken: string | undefined;
    do {
      const page: ListAlarmMuteRulesCommandOutput = await client.send(
        new ListAlarmMuteRulesCommand({ AlarmName, ...(NextToken ? { NextToken } : {}) }),
      );
      for (const { AlarmMuteRuleArn = '', ExpireDate } of page.AlarmMuteRuleSummaries ?? []) {
        const AlarmMuteRuleName = AlarmMuteRuleArn.split(':').at(-1) ?? '';
        if (!AlarmMuteRuleName.startsWith(ours) || !ExpireDate || ExpireDate.getTime() < began) continue;
        const { StartDate } = await client.send(new GetAlarmMuteRuleCommand({ AlarmMuteRuleName }));
        if (StartDate && StartDate.getTime() <= began) return AlarmMuteRuleName;
      }
      NextToken = page.NextToken;
    } while (NextToken);
  } catch (error) {
    console.error(`${AlarmName}: maintenance windows are not known: ${(error as Error).message}`);
  }
  return undefined;
}

/** All changes of state of an alarm, oldest first. */
async function historyOf(client: Client, AlarmName: string, until: number): Promise<Update[]> {
  const updates: Update[] = [];
  let NextToken: string | undefined;
  do {
    const page: DescribeAlarmHistoryCommandOutput = await client.send(
      new DescribeAlarmHistoryCommand({
        AlarmName,
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        HistoryItemType: 'StateUpdate',
        ScanBy: 'TimestampDescending',
        EndDate: new Date(until),
        ...(NextToken ? { NextToken } : {}),
      }),
    );
    updates.push(...(page.AlarmHistoryItems ?? []).map(updateOf));
    NextToken = page.NextToken;
  } while (NextToken && updates.length < 1_000);
  return updates.sort((a, b) => a.at - b.at);
}

interface Incident {
  /** The change to ALARM that began it, and the change to OK that ended it. */
  readonly first: Update;
  readonly last: Update;
  /** How often it came back. */
  readonly times: number;
}

/** The incident that was over then: undefined where it goes on, or was none (data were missing and came back). */
function incidentOf(history: readonly Update[], over: number): Incident | undefined {
  const last = history.find(({ at, state }) => at === over && state === 'OK') ?? { at: over, state: 'OK', data: {} };
  const again = history.some(({ at, state }) => at > over && at <= over + joinMs && state === 'ALARM');
  if (again) return undefined;
  let first: Update | undefined;
  let times = 0;
  for (const update of history.filter(({ at }) => at < over).reverse()) {
    // It was OK before, for longer than that: what came earlier is another incident.
    if (update.state === 'OK' && (!first || first.at - update.at > joinMs)) break;
    if (update.state !== 'ALARM') continue; // missing data in between do not end an incident
    first = update;
    times += 1;
  }
  return first && { first, last, times };
}

/**
 * The time of a change, through all levels: a composite alarm changes after its parts, an alarm of M out of N periods after
 * the first breach.
 */
async function followed(client: Client, update: Update, of: typeof firstOf, depth = 4): Promise<number> {
  const parts = update.data.triggeringAlarms ?? [];
  if (parts.length === 0 || depth === 0) return breachOf(update, of);
  const times = await Promise.all(
    parts.map(async ({ arn, state }) => {
      const at = Date.parse(state.timestamp);
      const name = arn.slice(arn.indexOf(':alarm:') + ':alarm:'.length);
      const changes = arn.includes(':alarm:') ? await historyOf(client, name, at + 1000) : [];
      const change = changes.filter((one) => one.state === state.value && one.at <= at + 1000).at(-1);
      return change ? followed(client, change, of, depth - 1) : at;
    }),
  );
  return of(...times, ...(of === firstOf ? [update.at] : []));
}
