/** Says of each span which border it crosses, and of calls what they are told apart by: the one place where the mainland's addresses are compared. */
import { crossingAttribute, traceparentAttribute } from '../../contract/metrics';

/** How to tell that a peer is in the mainland. */
export interface MainlandPeers {
  /** CIDRs of the mainland side. */
  readonly prefixes: readonly string[];
  /** DNS suffixes whose hosts are in the mainland, e.g. `.cn.example.internal`. */
  readonly hostSuffixes: readonly string[];
}

/** Names that have metrics of their own; those beyond are one together. */
export interface NamedCalls {
  readonly destinations: number;
  readonly operations: number;
}

/**
 * The processor that sets {@link crossingAttribute} and {@link traceparentAttribute}, and where a call goes or which operation it is,
 * over whatever a service had put there.
 */
export const crossingProcessor = ({ prefixes, hostSuffixes }: MainlandPeers, named: NamedCalls) => ({
  harbourline_crossing: {
    prefixes,
    host_suffixes: hostSuffixes,
    attribute: crossingAttribute,
    traceparent_attribute: traceparentAttribute,
    destinations: named.destinations,
    operations: named.operations,
  },
});
