/** What decides which traces are kept, beside the shares in the configuration. */

/**
 * The same salt for floor and ceiling makes the floor a subset. It stands in the template on purpose: with it anyone
 * can work out which traces a sampler keeps.
 */
export const hashSalt = 'harbourline-band-1';

/**
 * Seconds that a trace waits for its root, where that does not come: longer than the time-outs of usual clients (30 s), so
 * that what fails by one is known at the decision. Only traces whose root is late wait so long.
 */
export const rootWaitSeconds = 60;

/**
 * Gates of the collector that a sampler needs: stored traces say which policy kept them (`tailsampling.policy` of their scopes)
 * and how many they stand for (`ot=th` of their trace state), so that counts can be estimated from the store.
 */
export const featureGates = [
  'processor.tailsamplingprocessor.recordpolicy',
  'processor.tailsamplingprocessor.usetracestate',
] as const;
