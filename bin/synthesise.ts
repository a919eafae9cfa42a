import { refuseDates } from '../config/dates';
import { registerPolicyPacks } from '../lib/compliance/policy';
import type { Deployment } from '../lib/deployment';
import { commitDay } from './commit-day';

/**
 * Synthesises a deployment as `cdk synth` wants it: refuses a wrong configuration with the list of what to fix, judges dates by
 * the day of the commit, and judges every template by all policy packs.
 *
 * @param folder of the repository whose commit counts. @default the working directory, which the CDK CLI makes it
 */
export function synthesise(deployment: Deployment, folder = process.cwd()): void {
  try {
    const environments = deployment.environments();
    refuseDates(environments, commitDay(folder));
    const app = deployment.app(environments);
    registerPolicyPacks(app);
    app.synth();
  } catch (error) {
    // A configuration error is for people: the list of what to fix, without a stack.
    if (!(error instanceof Error) || error.name !== 'ConfigError') throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
