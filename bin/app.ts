import { loadEnvironments } from '../config';
import { buildApp } from '../lib/app';
import { registerPolicyPacks } from '../lib/compliance/policy';

try {
  const app = buildApp(loadEnvironments());
  registerPolicyPacks(app);
  app.synth();
} catch (error) {
  // A configuration error is for people: the list of what to mend, without a stack.
  if (!(error instanceof Error) || error.name !== 'ConfigError') throw error;
  console.error(error.message);
  process.exitCode = 1;
}
