/**
 * Notifies targets of alarms: at once what a topic brings; every five minutes, an incident that lasts, again and to others; and a
 * heartbeat to the outside, so that the silence of all of this is noticed. It keeps no state: CloudWatch says since when an
 * alarm is in ALARM.
 */
import { CloudWatchClient, DescribeAlarmContributorsCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { destinationAttribute, serviceDimension } from '../../contract/metrics';
import { type AlarmNotification, type Message, messageOf } from './message';
import { refusal, requestFor, type TargetKind, type TargetSecret } from './targets';

export interface Target {
  readonly kind: TargetKind;
  readonly secretArn: string;
}

/** Variables of the function. */
export interface NotifySettings {
  readonly environment: string;
  /** `organisation.namePrefix`. */
  readonly namePrefix?: string;
  readonly targets: Readonly<Record<'page' | 'inform', readonly Target[]>>;
  /** Topic of each severity: an event of another topic is refused. */
  readonly topics: Readonly<Record<'page' | 'inform', string>>;
  /** Names of the incidents, which page. */
  readonly incidents: readonly string[];
  /** Alarms that have a series for each service or destination: of each name of an alarm or incident, those that say which one fails. */
  readonly byName: Readonly<Record<string, readonly string[]>>;
  /** Minutes between two messages of an incident that lasts. 0: it is sent once. */
  readonly repeatMinutes: number;
  /** Who is notified of an incident that lasts that long, and was sent to the first ones only. */
  readonly escalation?: { readonly afterMinutes: number; readonly targets: readonly Target[] };
  /** Secret with the `url` that hears from us every five minutes. */
  readonly heartbeatArn?: string;
}

/** An event of SNS, or the schedule's. Sources: Lambda developer guide, "Using Lambda with SNS"; EventBridge user guide. */
export interface NotifyEvent {
  readonly Records?: readonly { readonly Sns: { readonly TopicArn: string; readonly Message: string } }[];
  /** When the schedule rang. */
  readonly time?: string;
}

/** What the function uses of the world. */
export interface World {
  readonly cloudWatch: Pick<CloudWatchClient, 'send'>;
  readonly secrets: Pick<SecretsManagerClient, 'send'>;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/** Minutes between two rings of the schedule. */
export const scheduleMinutes = 5;

/** @throws Error with everybody who could not be notified: it is tried again, and an alarm counts it */
export async function handler(event: NotifyEvent): Promise<void> {
  const world = { cloudWatch: new CloudWatchClient(), secrets: new SecretsManagerClient(), fetch, now: Date.now };
  await notify(event, JSON.parse(process.env.SETTINGS ?? '{}') as NotifySettings, world);
}

/** @throws Error as {@link handler} */
export async function notify(event: NotifyEvent, settings: NotifySettings, world: World): Promise<void> {
  const failures: string[] = [];
  const tell = async (targets: readonly Target[], message: Message): Promise<void> => {
    for (const target of targets) {
      await send(target, message, world).catch(({ message: why }: Error) => failures.push(`${target.kind}: ${why}`));
    }
  };
  for (const { Sns } of event.Records ?? []) {
    const severity = (['page', 'inform'] as const).find((each) => settings.topics[each] === Sns.TopicArn);
    if (!severity) throw new Error(`${Sns.TopicArn} is no topic of this environment's alarms.`);
    const notification = JSON.parse(Sns.Message) as AlarmNotification;
    const { AlarmName, NewStateValue } = notification;
    const services = NewStateValue === 'ALARM' ? await failing(AlarmName, settings, world) : [];
    const about = { ...settings, severity };
    await tell(settings.targets[severity], messageOf(notification, about, undefined, services));
  }
  if (event.time !== undefined) {
    for (const { targets, message } of await lasting(settings, world, Date.parse(event.time)))
      await tell(targets, message);
    if (settings.heartbeatArn)
      await beat(settings.heartbeatArn, world).catch(({ message }: Error) => failures.push(message));
  }
  if (failures.length > 0) throw new Error(`Not notified: ${failures.join('; ')}`);
}

/** Services that fail, and destinations with an arrow, by name. A message without names is better than none: where nobody answers, it has none. */
async function failing(alarm: string, { byName }: NotifySettings, { cloudWatch }: World): Promise<string[]> {
  const names = new Set<string>();
  for (const AlarmName of byName[alarm] ?? []) {
    try {
      const { AlarmContributors = [] } = await cloudWatch.send(new DescribeAlarmContributorsCommand({ AlarmName }));
      for (const { ContributorAttributes } of AlarmContributors) {
        const { [serviceDimension]: service, [destinationAttribute]: destination } = ContributorAttributes ?? {};
        if (service) names.add(service);
        if (destination) names.add(`→ ${destination}`);
      }
    } catch (error) {
      console.error(`${AlarmName}: which of its names fail is not known: ${(error as Error).message}`);
    }
  }
  return [...names].sort();
}

/** Messages that are due of incidents that go on: those whose minute lies between this ring of the schedule and the last. */
async function lasting(settings: NotifySettings, world: World, ring: number) {
  const { incidents, repeatMinutes, escalation, targets } = settings;
  const { CompositeAlarms = [] } = await world.cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [...incidents], AlarmTypes: ['CompositeAlarm'], StateValue: 'ALARM' }),
  );
  const due: { targets: readonly Target[]; message: Message }[] = [];
  for (const {
    AlarmName = '',
    AlarmDescription = '',
    StateTransitionedTimestamp,
    ActionsSuppressedBy,
  } of CompositeAlarms) {
    if (!StateTransitionedTimestamp || ActionsSuppressedBy) continue;
    const minutes = Math.floor((ring - StateTransitionedTimestamp.getTime()) / 60_000);
    const before = minutes - scheduleMinutes;
    const again =
      repeatMinutes > 0 &&
      minutes >= repeatMinutes &&
      Math.floor(minutes / repeatMinutes) > Math.floor(before / repeatMinutes);
    const escalated = escalation && minutes >= escalation.afterMinutes && before < escalation.afterMinutes;
    if (!again && !escalated) continue;
    const message = messageOf(
      { AlarmName, AlarmDescription, NewStateValue: 'ALARM' },
      { ...settings, severity: 'page' },
      minutes,
      await failing(AlarmName, settings, world),
    );
    if (again) due.push({ targets: targets.page, message });
    if (escalated) due.push({ targets: escalation.targets, message });
  }
  return due;
}

async function secretOf(arn: string, { secrets }: World): Promise<TargetSecret> {
  const { SecretString = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId: arn }));
  return JSON.parse(SecretString) as TargetSecret;
}

const timeoutMs = 10_000;

async function send({ kind, secretArn }: Target, message: Message, world: World): Promise<void> {
  const { url, headers, body } = requestFor(kind, await secretOf(secretArn, world), message, world.now());
  const answer = await world.fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) });
  const refused = refusal(kind, answer.status, await answer.text());
  if (refused) throw new Error(refused);
}

async function beat(arn: string, world: World): Promise<void> {
  const { url } = await secretOf(arn, world);
  if (!url) throw new Error('The secret of the heartbeat has no url.');
  const answer = await world.fetch(url, { method: 'POST', signal: AbortSignal.timeout(timeoutMs) });
  if (!answer.ok) throw new Error(`The heartbeat's receiver answers ${answer.status}.`);
}
