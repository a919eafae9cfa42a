/** Says of each span which border it crosses: the one place where the mainland's addresses are compared. */
import { type Crossing, crossingAttribute, traceparentAttribute } from '../../contract/metrics';

/** How to tell that a peer is in the mainland. */
export interface MainlandPeers {
  /** CIDRs of the mainland side. */
  readonly prefixes: readonly string[];
  /** DNS suffixes whose hosts are in the mainland, e.g. `.cn.example.internal`. */
  readonly hostSuffixes: readonly string[];
}

/** Where semantic conventions, current and older, put the far end's address: the first that is set decides. */
const serverAddress = ['server.address', 'network.peer.address', 'net.peer.name', 'net.peer.ip'];
const clientAddress = ['client.address', 'network.peer.address', 'net.peer.ip', 'net.sock.peer.addr'];

const list = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The far end's address, and whether it is in the mainland: values that live as long as the span is processed. */
const peer = 'span.cache["peer"]';
const abroad = 'span.cache["abroad"]';

/** The last that is set wins, so the first in the list comes last. What is not there changes nothing: `set` passes over nil. */
const findPeer = (kind: string, addresses: readonly string[]): string[] =>
  [...addresses]
    .reverse()
    .map((attribute) => `set(${peer}, span.attributes["${attribute}"]) where span.kind.string == "${kind}"`);

function inMainland({ prefixes, hostSuffixes }: MainlandPeers): string {
  const tests = [
    ...(prefixes.length > 0 ? [`IsInCIDR(${peer}, ${list(prefixes)})`] : []),
    ...(hostSuffixes.length > 0
      ? [`IsMatch(${peer}, ${JSON.stringify(`(?:${hostSuffixes.map(escapeRegExp).join('|')})$`)})`]
      : []),
  ];
  // Without the guard IsInCIDR errs on every span that has no peer.
  return `IsString(${peer}) and (${tests.join(' or ')})`;
}

const fromMainland = `span.attributes["${crossingAttribute}"] == "cn-hk"`;

/** The transform processor that sets {@link crossingAttribute} and {@link traceparentAttribute}, over whatever a service had put there. */
export function crossingProcessor(mainland: MainlandPeers) {
  const mark = (crossing: Crossing, kind: string): string =>
    `set(span.attributes["${crossingAttribute}"], "${crossing}") where ${abroad} == true and span.kind.string == "${kind}"`;
  return {
    'transform/crossing': {
      error_mode: 'ignore',
      trace_statements: [
        {
          statements: [
            `set(span.attributes["${crossingAttribute}"], "none")`,
            ...findPeer('Client', serverAddress),
            ...findPeer('Server', clientAddress),
            `set(${abroad}, true) where ${inMainland(mainland)}`,
            mark('hk-cn', 'Client'),
            mark('cn-hk', 'Server'),
            `delete_key(span.attributes, "${traceparentAttribute}")`,
            `set(span.attributes["${traceparentAttribute}"], "received") where ${fromMainland}`,
            `set(span.attributes["${traceparentAttribute}"], "lost") where ${fromMainland} and IsRootSpan()`,
          ],
        },
      ],
    },
  };
}
