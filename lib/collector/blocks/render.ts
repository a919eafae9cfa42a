/**
 * From a configuration object to the text that a collector reads.
 *
 * The text is static: its only variables are `${env:NAME}`, which the instance (or a rehearsal) sets. So the text that
 * is reviewed in a template is the text that runs.
 */
import { Document, isCollection, isPair, visit, type YAMLMap, type YAMLSeq } from 'yaml';

/** A variable that the machine sets, as a whole value or inside a string. */
export const env = (name: string): string => `\${env:${name}}`;

/** Variables that a tier's configuration may use. Whoever starts a collector sets all that its text names without a default. */
export const variables = {
  /** Address that peers reach: the instance's private address. */
  bind: 'BIND_ADDRESS',
  /** Loopback address of what only this machine may reach. */
  loopback: 'LOOPBACK_ADDRESS',
  /** Loopback address of the operators' pages, where several collectors share a machine. @default 127.0.0.1 */
  pages: 'PAGES_ADDRESS',
  /** Folder of disk queues. */
  dataDirectory: 'DATA_DIRECTORY',
  /** Folder with `certificate.pem`, `key.pem` (this tier) and `authority.pem` (whom it trusts). */
  tlsDirectory: 'TLS_DIRECTORY',
  /** The same three files of the link, for the relay: signed by the organisation's own authority. */
  linkTlsDirectory: 'LINK_TLS_DIRECTORY',
  /** URL of the mainland's receiver, for the relay. */
  receiverEndpoint: 'RECEIVER_ENDPOINT',
  /** `host:port` of the gateways, for the agent. */
  gatewayEndpoint: 'GATEWAY_ENDPOINT',
  /** Tells instances apart in log streams. */
  instance: 'INSTANCE_ID',
  /** File with whom to trust for the backends that kept traces are forwarded to. */
  forwardAuthority: 'FORWARD_AUTHORITY',
  /** Key of the pseudonyms, where there are any. */
  pseudonymSecret: 'PSEUDONYM_SECRET',
} as const;

/** Renders a configuration. A literal `$` becomes `$$`, as the collector wants; `${env:…}` stays. */
export function renderConfiguration(configuration: object): string {
  const escaped = JSON.parse(JSON.stringify(configuration), (_key, value) =>
    typeof value === 'string' ? value.replace(/\$(?!\{env:)/g, '$$$$') : value,
  );
  const document = new Document(escaped, { aliasDuplicateObjects: false });
  visit(document, {
    Collection: (_key, collection) => {
      if (isShort(collection)) collection.flow = true;
    },
  });
  // Indented by one, as the document around it: EC2 has little room, and a sampler that forwards says most.
  return document.toString({ lineWidth: 0, indent: 1, indentSeq: false, flowCollectionPadding: false });
}

/** Characters of a line that a reviewer reads without scrolling; user data has little room for short lines. */
const lineLength = 120;

/** Whether a collection, with those in it and in these, fits on one line, as a person would write it. */
const isShort = (collection: YAMLMap | YAMLSeq): boolean =>
  depth(collection) <= 3 && JSON.stringify(collection.toJSON()).length <= lineLength;

const depth = (collection: YAMLMap | YAMLSeq): number =>
  1 +
  Math.max(
    0,
    ...collection.items.map((item) => {
      const value = isPair(item) ? item.value : item;
      return isCollection(value) ? depth(value) : 0;
    }),
  );

/** Names of the variables in a rendered configuration that have no default, sorted. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\$\{env:(\w+)\}/g)].map((match) => match[1] as string))].sort();
}
