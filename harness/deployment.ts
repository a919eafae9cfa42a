/** The deployment that a command works on: that of the repository in which it is called. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { App, AppProps } from 'aws-cdk-lib';
import { refused } from '../config/refused';
import type { EnvironmentConfig } from '../config/schema';
import type { Deployment } from '../lib/deployment';
import { sourceExtension } from './program';

/** Where a repository says what it deploys. */
const deploymentFile = 'harbourline.config.ts';

/** Root of the repository that the working directory is in. @throws Error where it is in none */
export function deploymentRoot(from = process.cwd()): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, deploymentFile))) return folder;
    if (dirname(folder) === folder) break;
  }
  throw refused(
    'HL-COMMAND-008',
    `There is no ${deploymentFile} in ${from}, nor above it: this works on a deployment. Go to its repository, or make one: npx harbourline init --help`,
  );
}

function deployment(): Deployment {
  // The package is JavaScript, a firm's configuration is not.
  if (sourceExtension === '.js') require('tsx/cjs');
  const loaded: { default: Deployment | { default: Deployment } } = require(join(deploymentRoot(), deploymentFile));
  // A module of the other kind wraps what it exports once more.
  return 'default' in loaded.default ? loaded.default.default : loaded.default;
}

/** Its environments, checked. @throws ConfigError with every problem of every file */
export const loadEnvironments = (): EnvironmentConfig[] => deployment().environments();

/** The app of some environments, with what the firm adds. */
export const deployedApp = (environments: readonly EnvironmentConfig[], props?: AppProps): App =>
  deployment().app(environments, props);
