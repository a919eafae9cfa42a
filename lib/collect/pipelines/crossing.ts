/** Says of each span which border it crosses: the one place where the mainland's addresses are compared. */
import { type Crossing, crossingAttribute, traceparentAttribute } from '../../observe/metrics';

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

function inMainland(attribute: string, { prefixes, hostSuffixes }: MainlandPeers): string {
  const value = `span.attributes["${attribute}"]`;
  const tests = [
    ...(prefixes.length > 0 ? [`IsInCIDR(${value}, ${list(prefixes)})`] : []),
    ...(hostSuffixes.length > 0
      ? [`IsMatch(${value}, ${JSON.stringify(`(?:${hostSuffixes.map(escapeRegExp).join('|')})$`)})`]
      : []),
  ];
  // Without the guard IsInCIDR errs on every span that lacks the attribute.
  return `IsString(${value}) and (${tests.join(' or ')})`;
}

const fromMainland = `span.attributes["${crossingAttribute}"] == "cn-hk"`;

/** The transform processor that sets {@link crossingAttribute} and {@link traceparentAttribute}, over whatever a service had put there. */
export function crossingProcessor(mainland: MainlandPeers) {
  const mark = (crossing: Crossing, kind: string, addresses: readonly string[]): string[] =>
    addresses.map(
      (attribute, index) =>
        `set(span.attributes["${crossingAttribute}"], "${crossing}") where span.kind.string == "${kind}" and ${addresses
          .slice(0, index)
          .map((earlier) => `span.attributes["${earlier}"] == nil and `)
          .join('')}${inMainland(attribute, mainland)}`,
    );
  return {
    'transform/crossing': {
      error_mode: 'ignore',
      trace_statements: [
        {
          statements: [
            `set(span.attributes["${crossingAttribute}"], "none")`,
            ...mark('hk-cn', 'Client', serverAddress),
            ...mark('cn-hk', 'Server', clientAddress),
            `delete_key(span.attributes, "${traceparentAttribute}")`,
            `set(span.attributes["${traceparentAttribute}"], "received") where ${fromMainland}`,
            `set(span.attributes["${traceparentAttribute}"], "lost") where ${fromMainland} and IsRootSpan()`,
          ],
        },
      ],
    },
  };
}
