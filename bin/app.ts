import { join } from 'node:path';
import { loadEnvironments } from '../config';
import { refuseDates } from '../config/dates';
import { buildApp } from '../lib/app';
import { registerPolicyPacks } from '../lib/compliance/policy';
import { commitDay } from './commit-day';

try {
  const environments = loadEnvironments();
  refuseDates(environments, commitDay(join(__dirname, '..')));
  const app = buildApp(environments);
  registerPolicyPacks(app);
  app.synth();
} catch (error) {
  // A configuration error is for people: the list of what to fix, without a stack.
  if (!(error instanceof Error) || error.name !== 'ConfigError') throw error;
  console.error(error.message);
  process.exitCode = 1;
}
