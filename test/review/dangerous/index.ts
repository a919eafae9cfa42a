import type { DangerousCase } from '../support';
import { access } from './access';
import { firewall } from './firewall';
import { guards } from './guards';
import { link } from './link';
import { reach } from './reach';
import { store } from './store';
import { watch } from './watch';

/** Changes that a reviewer must not miss. */
export const dangerous: readonly DangerousCase[] = [
  ...store,
  ...link,
  ...access,
  ...watch,
  ...reach,
  ...guards,
  ...firewall,
];
