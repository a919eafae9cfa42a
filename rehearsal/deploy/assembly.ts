/** Assemblies of an environment, as it is before its gateway exists and as it becomes day by day. */
import { join } from 'node:path';
import { refused } from '../../config/refused';
import type { EnvironmentConfig } from '../../config/schema';
import { unjudged } from '../../harness/context';
import { deployedApp } from '../../harness/deployment';
import { everyStage, type NamedStage } from '../../harness/stages';

/** What is rehearsed by itself: an environment, or its mainland side. @throws Error that names those there are */
export function targetNamed(stage: string): NamedStage {
  const targets = everyStage().filter(({ kind }) => kind === 'environment' || kind === 'mainland');
  const found = targets.find(({ name }) => name === stage);
  if (!found)
    throw refused(
      'HL-REHEARSE-004',
      `--env ${stage}: of this deployment are rehearsed, each by itself: ${targets.map(({ name }) => name).join(', ')}. Use one of them.`,
    );
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
