/** What people are notified of an alarm, made of what CloudWatch says. */

import { alarmName } from '../../contract/alarms';
import { names } from '../../contract/names';
import { type Incident, incidents } from '../alarms/incidents';

/** What CloudWatch publishes to a topic. Source: CloudWatch user guide, "Notify users on alarm changes". */
export interface AlarmNotification {
  readonly AlarmName: string;
  readonly AlarmDescription?: string;
  readonly NewStateValue: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA';
  readonly NewStateReason?: string;
  readonly StateChangeTime?: string;
}

/** A message in both languages. */
export interface Message {
  /** The alarm: what systems recognise an incident by. */
  readonly id: string;
  readonly environment: string;
  readonly state: 'begins' | 'goes on' | 'is over';
  readonly severity: 'page' | 'inform';
  /** One line. */
  readonly title: string;
  /** What it means, and the first checks. */
  readonly text: string;
  readonly links: readonly { readonly label: string; readonly url: string }[];
}

const words = {
  begins: { en: '', zh: '' },
  'goes on': { en: 'still: ', zh: '仍在持续：' },
  'is over': { en: 'over: ', zh: '已恢复：' },
} as const;

/** Lines such as `Runbook: https://…` at the end of a description. */
const linkLine = /^(Runbook|Dashboard): (\S+)$/gm;

/**
 * @param minutes how long it has lasted, where it goes on
 * @param services that fail, or destinations, where alarms know them by name
 */
export function messageOf(
  notification: AlarmNotification,
  { environment, severity, namePrefix }: Pick<Message, 'environment' | 'severity'> & { readonly namePrefix?: string },
  minutes?: number,
  services: readonly string[] = [],
): Message {
  const { AlarmName, AlarmDescription = '', NewStateValue } = notification;
  const state = NewStateValue === 'OK' ? 'is over' : minutes === undefined ? 'begins' : 'goes on';
  const ours = alarmName(names(environment, namePrefix), '');
  const heading = AlarmName.startsWith(ours) ? AlarmName.slice(ours.length) : AlarmName;
  const incident = Object.values(incidents).find((each) => each.heading === heading);
  const links = [...AlarmDescription.matchAll(linkLine)].map(([, label = '', url = '']) => ({ label, url }));
  const means = AlarmDescription.replace(linkLine, '').trim();
  const lasting = minutes === undefined ? [] : [`It has lasted for ${minutes} minutes. 已持续 ${minutes} 分钟。`];
  const checks = incident && state !== 'is over' ? checksOf(incident) : [];
  return {
    id: AlarmName,
    environment,
    state,
    severity,
    title: `[${environment}] ${words[state].en}${heading}${incident ? ` · ${words[state].zh}${incident.zh.heading}` : ''}${services.length > 0 ? `: ${first(services)}` : ''}`,
    text: [
      ...lasting,
      ...(services.length > 0
        ? [`Failing: ${services.join(', ')}. 失败的服务或目标（→）：${services.join('、')}。`]
        : []),
      means,
      ...(incident ? [incident.zh.text] : []),
      ...(checks.length > 0 ? ['', ...checks] : []),
    ].join('\n'),
    links,
  };
}

/** A title has room for three. */
const first = (services: readonly string[]): string =>
  services.length > 3 ? `${services.slice(0, 3).join(', ')} and ${services.length - 3} more` : services.join(', ');

const checksOf = ({ checks }: (typeof incidents)[Incident]): string[] =>
  checks.map(({ en, zh }, index) => `${index + 1}. ${en} ${zh}`);
