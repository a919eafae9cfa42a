/** Names in the certificates of the collectors' tiers. */

/** What tells the tiers' own names from others. `.internal` is reserved for private use by ICANN (2024). */
export const tierDomain = 'harbourline.internal';

/** Name in the certificate of a tier. */
export const tierName = (tier: 'agent' | 'gateway' | 'sampler' | 'relay', environment: string): string =>
  `${tier}.${environment}.${tierDomain}`;
