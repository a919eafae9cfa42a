/** What people ask of an allow-list: who admits this, and what ends when? */
import { lastDayOf, relaySource } from '../../config/allowlist';
import { within } from '../../config/cidr';
import { warningDays } from '../contract/alarms';
import { type Flow, flows, type LinkedConfig } from '../contract/link-parameters';

/** The answer to {@link why}. */
export interface AllowlistAnswer {
  readonly admitted: boolean;
  /** An address of each line that admits it, or `relay`. */
  readonly sources: readonly string[];
  readonly lines: readonly string[];
}

/**
 * Which line admits connections to an address and port, or why none does.
 *
 * @param from address of who connects, or `relay`; anybody if left out
 */
export function why(config: LinkedConfig, address: string, port: number, from?: string): AllowlistAnswer {
  const { link, mainland, network } = config;
  const all = flows(config);
  const toIt = all.filter(({ to }) => within(`${address}/32`, to));
  const byIt = toIt.filter((flow) => !from || isFrom(flow, from));
  const admitting = byIt.filter((flow) => flow.port === port);
  const where = (flow: Flow) => `${link.allowlist.file}:${flow.line}`;
  const shown = (flow: Flow) =>
    `${where(flow)}  ${flow.fromRelay ? `${relaySource} (${flow.from.join(', ')})` : flow.from} → ${flow.to} port ${flow.port}`;
  if (admitting.length > 0) {
    return {
      admitted: true,
      sources: admitting.map((flow) => (flow.fromRelay ? relaySource : (flow.from[0] as string).replace(/\/.*/, ''))),
      lines: admitting.map(
        (flow) => `admitted by ${shown(flow)}; ${flow.owner}, ${flow.ticket}, until ${flow.expires}`,
      ),
    };
  }

  const otherPort = byIt.length > 0 ? byIt : [];
  const otherSource = toIt.filter((flow) => flow.port === port && !byIt.includes(flow));
  const listed = (prefixes: readonly string[]) => prefixes.some((prefix) => within(`${address}/32`, prefix));
  const side = listed(mainland.prefixes)
    ? 'it is in mainland.prefixes, so a line can admit it'
    : listed(network.serviceVpcPrefixes)
      ? 'it is in network.serviceVpcPrefixes, so a line can admit it from the mainland'
      : listed([network.cidr])
        ? "it is in Harbourline's own VPC, which the mainland never reaches"
        : 'it is in no prefix of this environment: mainland.prefixes or network.serviceVpcPrefixes must name it first';
  return {
    admitted: false,
    sources: [],
    lines: [
      `not admitted: ${toIt.length === 0 ? `no line of ${link.allowlist.file} holds ${address}; ${side}` : `${address} is listed, but not so`}`,
      ...otherPort.map((flow) => `other port:   ${shown(flow)}`),
      ...otherSource.map((flow) => `other source: ${shown(flow)}`),
    ],
  };
}

const isFrom = (flow: Flow, from: string): boolean =>
  from === relaySource ? flow.fromRelay : flow.from.some((prefix) => within(`${from}/32`, prefix));

/** A line of which a date is to be said. */
interface Ending {
  readonly ended: boolean;
  /** It holds for longer than `link.allowlistDays`: no synthesis takes it. */
  readonly tooLong?: true;
  readonly text: string;
}

/**
 * Lines that have ended at a date, end within {@link warningDays} of it, or end later than a line may. A line still holds on its
 * last day.
 */
export function ending(config: LinkedConfig, date: string): Ending[] {
  const { file, allowlistDays } = { ...config.link.allowlist, ...config.link };
  const days = (day: string) => Date.parse(`${day}T00:00:00Z`) / 86_400_000;
  return flows(config).flatMap((flow) => {
    const left = days(flow.expires) - days(date);
    const named = `${file}:${flow.line}  ${flow.to} port ${flow.port} (${flow.owner}, ${flow.ticket})`;
    if (left > allowlistDays) {
      const text = `TOO LONG ${named} ends on ${flow.expires}, in ${left} days: name ${lastDayOf(date, allowlistDays)} at the latest`;
      return [{ ended: false, tooLong: true, text }];
    }
    if (left > warningDays) return [];
    const ended = left < 0;
    const when = ended ? `ended on ${flow.expires}` : `ends on ${flow.expires}, in ${left} days`;
    return [
      {
        ended,
        text: `${ended ? 'ENDED  ' : 'warning'} ${named} ${when}: renew or remove it`,
      },
    ];
  });
}
