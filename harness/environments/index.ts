/**
 * Three environments for tests and measurements of the product. They look as a firm's would, and are nobody's: what stands in
 * `config/` is the deployment's own, and no test of the product depends on it.
 */
import { parseEnvironments } from '../../config/parse';
import type { EnvironmentConfig } from '../../config/schema';
import { dev } from './dev';
import { prod } from './prod';
import { staging } from './staging';

/** What each of them writes, by file. */
const files = { 'config/dev.ts': dev, 'config/staging.ts': staging, 'config/prod.ts': prod } as const;

/** All of them, checked. */
export const exampleEnvironments = (): EnvironmentConfig[] => parseEnvironments(files);
