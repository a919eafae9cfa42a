/** What commands of people must know to reach the store: physical names, because they are looked up by them. */
import type { Names } from './names';

/** Session document that forwards to the store of an environment, and to nothing else. */
export const sessionDocument = ({ system }: Names): string => `${system}-store`;

/** Value of `harbourline:tier` on the instance that sessions go through. */
export const accessTier = 'access';

/** Name of the store's domain. */
export const domainName = ({ system }: Names): string => system;
