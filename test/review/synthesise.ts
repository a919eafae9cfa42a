/** Synthesises prod of the checkout that it is started in, without judging and bundling, into CDK_OUTDIR. */
import { join } from 'node:path';

const { loadEnvironments } = require(join(process.cwd(), 'config'));
const { buildApp } = require(join(process.cwd(), 'lib/app'));
const { context } = require(join(process.cwd(), 'cdk.json'));

buildApp(
  loadEnvironments().filter(({ environment }: { environment: string }) => environment === 'prod'),
  { context: { ...context, 'aws:cdk:bundling-stacks': [], '@aws-cdk/core:validateAgainstDefaultRules': false } },
).synth();
