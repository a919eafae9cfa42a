/** Who stands where on the two sides: addresses that the allow-list names, and some that it does not. */
import { addressIn, within } from '../../../config/cidr';
import { refused } from '../../../config/refused';
import type { Flow, LinkParameters } from '../../../lib/contract/link-parameters';

export interface LinkAddresses {
  /** One in each link subnet. */
  readonly relays: readonly string[];
  /** Service of Hong Kong that calls the mainland. */
  readonly payment: string;
  /** Service of the mainland that it calls. */
  readonly settlement: { readonly host: string; readonly port: number };
  /** Address from which the mainland calls back, and where to. */
  readonly notifier: string;
  readonly notified: { readonly host: string; readonly port: number };
  /** Addresses beside the listed ones, which no line admits. */
  readonly unlisted: { readonly hongKong: string; readonly mainland: string };
}

/** AWS keeps the first four addresses of a subnet and the last one. */
const firstOfSubnet = 4;

/** @throws Error where the allow-list has no call of services in each direction */
export function linkAddresses({ allowedFlows, relayAddresses }: LinkParameters): LinkAddresses {
  const out = flow(allowedFlows, 'hong-kong');
  const back = flow(allowedFlows, 'mainland');
  const [caller, notifier] = [out.from[0] as string, back.from[0] as string];
  return {
    relays: relayAddresses.map((prefix) => addressIn(prefix, firstOfSubnet)),
    payment: hostIn(caller),
    settlement: { host: hostIn(out.to), port: out.port },
    notifier: hostIn(notifier),
    notified: { host: hostIn(back.to), port: back.port },
    unlisted: { hongKong: beside(caller, allowedFlows), mainland: beside(notifier, allowedFlows) },
  };
}

function flow(allowedFlows: readonly Flow[], side: Flow['side']): Flow {
  const found = allowedFlows.find((candidate) => candidate.side === side && !candidate.fromRelay);
  if (!found)
    throw refused(
      'HL-REHEARSE-009',
      `The allow-list has no call of a service that begins in ${side}, so there is none to rehearse: add its line, or use another scenario or --env.`,
    );
  return found;
}

const hostIn = (prefix: string): string => addressIn(prefix, prefix.endsWith('/32') ? 0 : 1);

function beside(prefix: string, allowedFlows: readonly Flow[]): string {
  const listed = allowedFlows.flatMap(({ from, to }) => [...from, to]);
  for (let offset = 2 ** (32 - Number(prefix.split('/')[1])); ; offset++) {
    const address = addressIn(prefix, offset);
    if (!listed.some((other) => within(`${address}/32`, other))) return address;
  }
}
