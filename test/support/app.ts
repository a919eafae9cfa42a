/** The app as tests synthesise it: the committed environments, the feature flags of cdk.json, no policy packs. */
import type { App, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { EnvironmentConfig } from '../../config/schema';
import { exampleEnvironments } from '../../harness/environments';
import { context } from '../../harness/synthesise';
import { buildApp } from '../../lib/app';

export const environments = exampleEnvironments();
export const environmentNames = environments.map(({ environment }) => environment);

export const configOf = (environment: string): EnvironmentConfig =>
  environments.find((config) => config.environment === environment) as EnvironmentConfig;

/** @param more context beside that of cdk.json */
export const freshApp = (
  configs: readonly EnvironmentConfig[] = environments,
  more: Readonly<Record<string, unknown>> = {},
): App => buildApp(configs, { context: { ...context(), ...more } });

const shared = new Map<string, App>();

/** The template of a stack such as `dev`, `Store`, each environment synthesised once a test file. */
export function templateOf(environment: string, stack: string): Template {
  const app = shared.get(environment) ?? freshApp([configOf(environment)]);
  shared.set(environment, app);
  const stage = app.node.findChild(environment) as Stage;
  return Template.fromStack(stage.node.findChild(stack) as Stack);
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
