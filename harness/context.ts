/** Context of the app as a deployment has it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppProps } from 'aws-cdk-lib';
import { deploymentRoot } from './deployment';

/** Context of the deployment's `cdk.json`: the same feature flags, and what a firm sets beside them. */
export const context = (): Record<string, unknown> =>
  (JSON.parse(readFileSync(join(deploymentRoot(), 'cdk.json'), 'utf8')) as { context: Record<string, unknown> })
    .context;

/** Nobody looks for the line that made a resource. */
const withoutStackTraces = { 'aws:cdk:disable-creation-stack-traces': true };

/**
 * Properties of an app whose templates are only read: without CDK's built-in validation, which takes as long as all the rest of synth,
 * and without the stack of calls that made each resource. Neither changes a template. `cdk synth` and the tests of the policy judge.
 *
 * @param more context beside that of cdk.json
 */
export const unjudged = (more: Readonly<Record<string, unknown>> = {}): AppProps => ({
  context: { ...context(), ...withoutStackTraces, ...more },
  builtinCloudFormationValidation: false,
});
