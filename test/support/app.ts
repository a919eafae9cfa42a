/** The app as tests synthesise it: the committed environments, the feature flags of cdk.json, no policy packs. */
import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { EnvironmentConfig } from '../../config/schema';
import { context, unjudged } from '../../harness/context';
import { exampleEnvironments } from '../../harness/environments';
import { synthesiseApp } from '../../harness/synthesise';

export const environments = exampleEnvironments();
export const environmentNames = environments.map(({ environment }) => environment);

export const configOf = (environment: string): EnvironmentConfig =>
  environments.find((config) => config.environment === environment) as EnvironmentConfig;

/** @param more context beside that of cdk.json */
export const freshApp = (
  configs: readonly EnvironmentConfig[] = environments,
  more: Readonly<Record<string, unknown>> = {},
): App => {
  // Only where an app is made: loading it takes longer than reading what another file has synthesised.
  const { buildApp } = require('../../lib/app') as typeof import('../../lib/app');
  return buildApp(configs, unjudged(more));
};

/** The app as `auditPolicy` wants it: with CDK's built-in validation. */
export function judgedApp(): App {
  const { buildApp } = require('../../lib/app') as typeof import('../../lib/app');
  return buildApp(environments, { context: context() });
}

/** The assembly of an environment and of its mainland, synthesised once in a run of Jest. */
export const assemblyOf = (environment: string): CloudAssembly => synthesiseApp([configOf(environment)]).assembly;

const shared = new Map<string, Template>();

/** The template of a stack such as `dev`, `Store`, out of {@link assemblyOf}. */
export function templateOf(environment: string, stack: string): Template {
  const id = `${environment}/${stack}`;
  if (!shared.has(id)) {
    for (const { hierarchicalId, template } of assemblyOf(environment).stacksRecursively)
      shared.set(hierarchicalId, Template.fromJSON(template));
  }
  return shared.get(id)!;
}

/** All resources of an environment: `Stack/LogicalId` → resource. */
export function resourcesOf(
  environment: string,
): Map<string, { Type: string; Properties: any; DeletionPolicy?: string; UpdatePolicy?: any }> {
  return new Map(
    ['Network', 'Store', 'Collect', 'Link', 'Observe'].flatMap((stack) =>
      Object.entries(templateOf(environment, stack).toJSON().Resources as Record<string, never>).map(
        ([id, resource]) => [`${stack}/${id}`, resource] as const,
      ),
    ),
  );
}
