/**
 * Measures how long incidents last: from the first breach to OK. It keeps no state: CloudWatch's own history of the
 * alarm says what came before, in whatever order events arrive.
 */
import { CloudWatchClient, DescribeAlarmHistoryCommand } from '@aws-sdk/client-cloudwatch';
import { recoveryMetrics, severityDimension } from '../contract/metrics/recovery';

/** What CloudWatch tells EventBridge when an alarm changes its state. Source: user guide, "Alarm events and EventBridge". */
export interface StateChange {
  readonly detail: {
    readonly alarmName: string;
    readonly state: { readonly value: string; readonly timestamp: string };
  };
}

/** Variables of the function. */
export interface Settings {
  readonly namespace: string;
  /** Names of the incidents, which page. */
  readonly pages: readonly string[];
  /** Names of alarms that are part of others and tell nobody. The rest informs. */
  readonly parts: readonly string[];
}

type Client = Pick<CloudWatchClient, 'send'>;

/** EventBridge delivers at least once: what this instance has told is not told again. Another instance would. */
const told = new Set<string>();

/** Writes the duration as an embedded metric, where the alarm came back from ALARM. */
export async function handler(
  { detail: { alarmName, state } }: StateChange,
  _context?: unknown,
  client: Client = new CloudWatchClient(),
  { namespace, pages, parts }: Settings = JSON.parse(process.env.SETTINGS ?? '{}'),
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`), // console.log would put words before it
): Promise<void> {
  if (state.value !== 'OK' || parts.includes(alarmName)) return;
  const ended = Date.parse(state.timestamp);
  const key = `${alarmName} ${ended}`;
  if (told.has(key)) return;
  const began = await firstBreach(client, alarmName, ended);
  if (began === undefined) return;
  told.add(key);
  const { name, unit } = recoveryMetrics.recovery;
  write(
    JSON.stringify({
      _aws: {
        Timestamp: ended,
        CloudWatchMetrics: [
          { Namespace: namespace, Dimensions: [[severityDimension]], Metrics: [{ Name: name, Unit: unit }] },
        ],
      },
      [severityDimension]: pages.includes(alarmName) ? 'page' : 'inform',
      [name]: Math.round((ended - began) / 1000),
      alarm: alarmName,
      began: new Date(began).toISOString(),
    }),
  );
}

/** When the incident that ended then began; undefined where it was none: data were missing and came back. */
async function firstBreach(client: Client, AlarmName: string, ended: number): Promise<number | undefined> {
  const { AlarmHistoryItems = [] } = await client.send(
    new DescribeAlarmHistoryCommand({
      AlarmName,
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      HistoryItemType: 'StateUpdate',
      ScanBy: 'TimestampDescending',
      EndDate: new Date(ended),
    }),
  );
  let began: number | undefined;
  // Backwards, to the last time that all was well. Missing data in between do not end an incident.
  for (const item of AlarmHistoryItems) {
    const at = item.Timestamp?.getTime() ?? ended;
    if (at >= ended) continue; // the change that ended it
    const update = JSON.parse(item.HistoryData ?? '{}') as Update;
    if (update.newState?.stateValue === 'OK') break;
    if (update.newState?.stateValue === 'ALARM') began = breachBehind(update, at);
  }
  return began;
}

/** A state update in the history of an alarm. */
interface Update {
  readonly newState?: {
    readonly stateValue?: string;
    readonly stateReasonData?: {
      readonly threshold?: number;
      /** Of a metric alarm. */
      readonly evaluatedDatapoints?: readonly { readonly timestamp: string; readonly value?: number }[];
      /** Of a composite alarm. */
      readonly triggeringAlarms?: readonly { readonly state: { readonly timestamp: string } }[];
    };
  };
}

/** An alarm of M out of N periods fires M - 1 periods after the first breach; a composite one after its parts. */
function breachBehind({ newState }: Update, at: number): number {
  const { threshold, evaluatedDatapoints = [], triggeringAlarms = [] } = newState?.stateReasonData ?? {};
  const points = evaluatedDatapoints
    .map(({ timestamp, value }) => ({ at: Date.parse(timestamp), above: (value ?? Number.NaN) - (threshold ?? 0) }))
    .sort((a, b) => b.at - a.at);
  // The newest point is the one that fired it: those on its side of the threshold breach too.
  const side = Math.sign(points[0]?.above ?? 0);
  const breaching = points.filter(({ above }) => Math.sign(above) === side).map((point) => point.at);
  const parts = triggeringAlarms.map(({ state }) => Date.parse(state.timestamp));
  return Math.min(at, ...breaching, ...parts);
}
