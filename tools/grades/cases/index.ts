import type { Graded } from '../graded';
import { accessCases } from './access';
import { given } from './given';
import { guarded } from './guarded';
import { harmless } from './harmless';
import { judges } from './judges';
import { leaves } from './leaves';
import { noticed } from './noticed';
import { root } from './root';

/** Every change that is graded. */
export const graded: readonly Graded[] = [
  ...given,
  ...accessCases,
  ...leaves,
  ...root,
  ...guarded,
  ...noticed,
  ...judges,
  ...harmless,
];
