/** What a call says of its far end, where that has no spans here: the mainland keeps its own, a database makes none. */
import { isIP } from 'node:net';
import { crossingAttribute } from '../../contract/metrics';
import { attributeText } from './attributes';
import type { FlatSpan } from './spans';

/** A far end without spans, as a node of the service map. */
export interface Peer {
  /** `settlement (mainland)`, `payments (postgresql)`, `api.example.com`. */
  readonly name: string;
  /** What was called, by the name of the caller's span: there is no other. */
  readonly operation: string;
  /** Where the call crosses a border. */
  readonly crossing?: string;
}

/** Where the far end is in the mainland and nothing names it, and whoever calls from there. */
export const mainland = 'mainland';

const first = (values: ReadonlyMap<string, string>, ...keys: string[]): string | undefined => {
  for (const key of keys) {
    const value = values.get(key);
    if (value) return value.slice(0, 200);
  }
  return undefined;
};

const asked = new Set([
  crossingAttribute,
  'peer.service',
  'server.address',
  'net.peer.name',
  'db.system.name',
  'db.system',
  'db.namespace',
  'db.name',
  'messaging.system',
  'messaging.destination.name',
  'messaging.destination',
]);

/** The far end of a client's or producer's call. @returns undefined where nothing says what it is */
export function peerOf({ span }: FlatSpan): Peer | undefined {
  const said = new Map<string, string>();
  for (const { key, value } of span.attributes) if (asked.has(key)) said.set(key, attributeText(value));
  const crossing = said.get(crossingAttribute);
  const service = first(said, 'peer.service');
  const address = first(said, 'server.address', 'net.peer.name');
  // Addresses of hosts come and go; names stay.
  const host = address && isIP(address) === 0 ? address : undefined;
  const operation = span.name;
  if (crossing === 'hk-cn') {
    const name = service ?? host;
    return { name: name ? `${name} (${mainland})` : mainland, operation, crossing };
  }
  const system = first(said, 'db.system.name', 'db.system');
  if (system) {
    const name = service ?? first(said, 'db.namespace', 'db.name') ?? host;
    return { name: name ? `${name} (${system})` : system, operation };
  }
  const broker = first(said, 'messaging.system');
  if (broker) {
    const name = first(said, 'messaging.destination.name', 'messaging.destination') ?? service ?? host;
    return { name: name ? `${name} (${broker})` : broker, operation };
  }
  const name = service ?? host;
  return name ? { name, operation } : undefined;
}

/** Whether a server's span was called from the mainland. */
export const isFromMainland = ({ span }: FlatSpan): boolean =>
  span.attributes.some(({ key, value }) => key === crossingAttribute && attributeText(value) === 'cn-hk');
