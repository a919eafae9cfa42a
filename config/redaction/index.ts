/** What must never reach the store: kinds, keys and the mask, by the one list of `list.yaml`. */
import list from './list.json';

export { isSensitiveKey } from './keys';

/** What stands instead of a masked value. */
export const mask = list.mask;
