import type { Graded } from '../graded';
import { accessCases } from './access';
import { given } from './given';
import { leaves } from './leaves';

/** Every change that is graded. */
export const graded: readonly Graded[] = [...given, ...accessCases, ...leaves];
