/** Assemblies of an environment, as it is before its gateway exists and as it becomes day by day. */
import { join } from 'node:path';
import type { EnvironmentConfig } from '../../config/schema';
import { unjudged } from '../../harness/context';
import { deployedApp, loadEnvironments } from '../../harness/deployment';

/** What can be deployed by itself: an environment, or its mainland side. */
export interface Target {
  /** Name of the stage. */
  readonly stage: string;
  readonly config: EnvironmentConfig;
  readonly account: string;
  readonly region: string;
}

/** @throws Error that names those there are */
export function targetNamed(stage: string): Target {
  const targets = loadEnvironments().flatMap((config): Target[] => [
    { stage: config.environment, config, account: config.account, region: config.region },
    ...(config.link?.analysis
      ? [
          {
            stage: `${config.environment}-mainland`,
            config,
            account: config.link.analysis.account,
            region: config.link.analysis.region,
          },
        ]
      : []),
  ]);
  const found = targets.find((each) => each.stage === stage);
  if (!found) throw new Error(`There is no ${stage}. There are: ${targets.map((each) => each.stage).join(', ')}.`);
  return found;
}

/** The configuration of a first deployment: no VPC can be attached to a gateway that is not there. */
export const firstConfig = (config: EnvironmentConfig): EnvironmentConfig =>
  config.link
    ? {
        ...config,
        link: { ...config.link, serviceAttachments: config.link.serviceAttachments.map(({ prefix }) => ({ prefix })) },
      }
    : config;

/** Synthesises into a folder. @returns the folder, for `cdk --app` */
export function synthesiseTo(folder: string, name: string, config: EnvironmentConfig): string {
  const outdir = join(folder, name);
  deployedApp([config], {
    outdir,
    ...unjudged(),
  }).synth();
  return outdir;
}
