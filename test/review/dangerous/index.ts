import type { DangerousCase } from '../support';
import { access } from './access';
import { kinds } from './kinds';
import { link } from './link';
import { store } from './store';
import { watch } from './watch';

/** Changes that a reviewer must not miss. */
export const dangerous: readonly DangerousCase[] = [...store, ...link, ...access, ...watch, ...kinds];
