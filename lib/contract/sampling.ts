/** What decides which traces are kept, beside the shares in the configuration. */

/**
 * The same salt for floor and ceiling makes the floor a subset. It stands in the template on purpose: with it anyone
 * can work out which traces a sampler keeps.
 */
export const hashSalt = 'harbourline-band-1';
