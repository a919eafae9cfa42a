/** What the templates say of a connection over the link, beside what the allow-list says of it. */
import { relaySource } from '../../config/allowlist';
import { addressProblem, within } from '../../config/cidr';
import type { ReachModel } from '../../judges/reach/model';
import { decides, reach } from '../../judges/reach/reach';
import type { LinkedConfig } from '../../lib/contract/link-parameters';
import { why } from '../../lib/link/allowlist-questions';

/** One source, as the templates treat it. */
export interface Held {
  readonly text: string;
  readonly passes: boolean;
  /** A line admits it, and it does not pass. */
  readonly shut: boolean;
}

const isAddress = (text: string): boolean => addressProblem(text) === undefined;

/** Whoever may be at the other end of the link, where nobody is named. */
const everybody = ['relay', 'service', 'mainland'];

/**
 * Asks the model for connections to an address and port: from somebody, or from whoever there is.
 *
 * @param from an address, or `relay`
 */
export function held(
  { network, ends }: ReachModel,
  config: LinkedConfig,
  address: string,
  port: number,
  from?: string,
): Held[] {
  const to = ends.named(address);
  const asked = from
    ? [from === relaySource ? 'relay' : from]
    : everybody.filter((name) => !ends.named(name).holds(to.points[0] as never));
  return asked.flatMap((name): Held[] => {
    const source = ends.named(name);
    const verdict = reach(network, source, to, 'tcp', port);
    const passes = verdict.passes !== 'none';
    const { admitted } = why(config, address, port, from ?? (name === 'relay' ? relaySource : undefined));
    // Of a whole place only some addresses are listed: it is judged one address at a time, by `--from`.
    const whole = !from && name !== 'relay';
    const parts = network.portCuts.filter((part) => part <= 65_535);
    const every = passes && parts.every((part) => reach(network, source, to, 'tcp', part).passes !== 'none');
    const end = verdict.failing && decides(verdict.failing);
    const rule = verdict.passing?.forth.findLast(
      ({ at, what }) => !at.includes('-mainland/') && /security group|ACL of|firewall/.test(what),
    );
    // Its owner attaches a VPC when the transit gateway is there: until then nothing leads to it, as outputs and preflight say.
    const waiting = config.link.serviceAttachments.find(
      ({ attachmentId, prefix }) =>
        !attachmentId && [name, address].some((one) => isAddress(one) && within(`${one}/32`, prefix)),
    );
    const pending = !passes && admitted && waiting !== undefined;
    const text = pending
      ? `${name}: not yet: the VPC ${waiting.prefix} is not attached, its entry in link.serviceAttachments has no attachmentId`
      : every
        ? `${name}: every port of it passes: not held in Hong Kong, but by the far end and by whoever has the address`
        : passes
          ? `${name}: passes${rule ? `, by ${rule.at}` : ''}`
          : `${name}: does not get there: ${end ? `${end.at}: ${end.what}` : 'nobody is there'}`;
    return [{ text, passes, shut: !passes && admitted && !whole && !pending }];
  });
}
