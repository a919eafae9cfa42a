/** The environments of this repository. A new one: write its file, name it here. */
import { dev } from './dev';
import { parseEnvironments } from './parse';
import { prod } from './prod';
import type { EnvironmentConfig } from './schema';
import { staging } from './staging';

/** All environments, checked. @throws ConfigError with every problem of every file */
export const loadEnvironments = (): EnvironmentConfig[] =>
  parseEnvironments({ 'config/dev.ts': dev, 'config/staging.ts': staging, 'config/prod.ts': prod });
