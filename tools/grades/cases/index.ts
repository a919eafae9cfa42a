import type { Graded } from '../graded';
import { accessCases } from './access';
import { accessMore } from './access-more';
import { given } from './given';
import { guarded } from './guarded';
import { guardedMore } from './guarded-more';
import { harmless } from './harmless';
import { harmlessMore } from './harmless-more';
import { judges } from './judges';
import { leaves } from './leaves';
import { leavesMore } from './leaves-more';
import { leaving } from './leaving';
import { noticed } from './noticed';
import { noticedMore } from './noticed-more';
import { rights } from './rights';
import { root } from './root';
import { settingCases } from './settings';
import { watching } from './watching';

/** Every change that is graded. */
export const graded: readonly Graded[] = [
  ...given,
  ...accessCases,
  ...accessMore,
  ...leaves,
  ...leavesMore,
  ...root,
  ...guarded,
  ...guardedMore,
  ...noticed,
  ...noticedMore,
  ...judges,
  ...settingCases,
  ...rights,
  ...leaving,
  ...watching,
  ...harmless,
  ...harmlessMore,
];
