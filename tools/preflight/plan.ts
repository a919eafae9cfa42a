import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refused } from '../../config/refused';
import { unjudged } from '../../harness/context';
import { deployedApp } from '../../harness/deployment';
import { stageNamed } from '../../harness/stages';
import { readEnvironments } from '../../judges/assembly/environments';
import { type Environment, type Resource, resourcesOf } from '../review/changes';
import type { Plan } from './check';

/** An environment, or a stage of another account, and its templates, synthesised here and now. @throws Error that names those there are */
export function plan(name: string): Plan {
  const { config, ...stage } = stageNamed(name);
  if (stage.kind === 'client' && !config.collect.entrance.handedOver)
    throw refused(
      'HL-PREFLIGHT-002',
      `${name} is not there yet: copy the outputs of ${config.environment}-Collect into collect.entrance.handedOver in config/${config.environment}.ts first.`,
    );
  const outdir = mkdtempSync(join(tmpdir(), 'harbourline-plan-'));
  try {
    deployedApp([config], { outdir, ...unjudged({ 'aws:cdk:bundling-stacks': [] }) }).synth();
    return { config, environment: readEnvironments(outdir).get(name) ?? {}, stage };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The resources of a type. */
export const ofType = (environment: Environment, type: string): Resource[] =>
  resourcesOf(environment)
    .map(({ resource }) => resource)
    .filter(({ Type }) => Type === type);

/** The fleets: instance type and how many there may be. A new version stands beside the old one meanwhile. */
export function fleets(environment: Environment): { instanceType: string; most: number }[] {
  return Object.values(environment).flatMap(({ resources }) =>
    Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::AutoScaling::AutoScalingGroup')
      .map(({ Properties }) => {
        const template = resources[Properties?.LaunchTemplate?.LaunchTemplateId?.Ref];
        return {
          instanceType: String(template?.Properties?.LaunchTemplateData?.InstanceType),
          most: Number(Properties?.MaxSize),
        };
      }),
  );
}

/** SSM parameters that the templates read at deployment: the image, the version of the bootstrap stack. */
export const parameters = (environment: Environment): string[] => [
  ...new Set(
    Object.values(environment).flatMap(({ template }) =>
      Object.values((template.Parameters ?? {}) as Record<string, { Type: string; Default?: string }>)
        .filter(({ Type }) => Type.startsWith('AWS::SSM::Parameter::Value'))
        .map(({ Default }) => String(Default)),
    ),
  ),
];
