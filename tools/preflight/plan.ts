import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnvironmentConfig } from '../../config/schema';
import { unjudged } from '../../harness/context';
import { deployedApp, loadEnvironments } from '../../harness/deployment';
import { readEnvironments } from '../../judges/assembly/environments';
import { type Environment, type Resource, resourcesOf } from '../review/changes';
import type { Plan } from './check';

/** A configured environment. @throws Error that names those there are */
function environmentNamed(name: string): EnvironmentConfig {
  const environments = loadEnvironments();
  const config = environments.find(({ environment }) => environment === name);
  if (config) return config;
  throw new Error(
    `There is no environment ${name}. There are: ${environments.map((each) => each.environment).join(', ')}.`,
  );
}

/** Stages of the mainland are named after their environment: `dev-mainland`. */
export const mainland = /-mainland$/;

/** An environment, or its mainland side, and its templates, synthesised here and now. */
export function plan(name: string): Plan {
  const config = environmentNamed(name.replace(mainland, ''));
  const outdir = mkdtempSync(join(tmpdir(), 'harbourline-plan-'));
  try {
    deployedApp([config], { outdir, ...unjudged({ 'aws:cdk:bundling-stacks': [] }) }).synth();
    return { config, environment: readEnvironments(outdir).get(name) ?? {} };
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
