/** Says of each span which border it crosses: the one place where the mainland's addresses are compared. */
import { crossingAttribute, traceparentAttribute } from '../../contract/metrics';

/** How to tell that a peer is in the mainland. */
export interface MainlandPeers {
  /** CIDRs of the mainland side. */
  readonly prefixes: readonly string[];
  /** DNS suffixes whose hosts are in the mainland, e.g. `.cn.example.internal`. */
  readonly hostSuffixes: readonly string[];
}

/** The processor that sets {@link crossingAttribute} and {@link traceparentAttribute}, over whatever a service had put there. */
export const crossingProcessor = ({ prefixes, hostSuffixes }: MainlandPeers) => ({
  harbourline_crossing: {
    prefixes,
    host_suffixes: hostSuffixes,
    attribute: crossingAttribute,
    traceparent_attribute: traceparentAttribute,
  },
});
