import { App, type AppProps } from 'aws-cdk-lib';
import type { EnvironmentConfig } from '../config/schema';
import { AnalysisStage } from './analysis/analysis-stage';
import { linked } from './contract/link-parameters';
import { TracingStage } from './tracing-stage';

/** The app: a stage for each environment. Policy packs are registered by bin/app.ts, tests run them by themselves. */
export function buildApp(environments: readonly EnvironmentConfig[], props?: AppProps): App {
  const app = new App({
    ...props,
    // The CLI takes the judgement from the app, and then only looks at selected stacks: `cdk synth` without a name
    // selects none that stands in a stage, and would pass over every finding.
    postCliContext: { '@aws-cdk/core:failSynthOnValidationErrors': true, ...props?.postCliContext },
  });
  for (const config of environments) {
    new TracingStage(app, config);
    if (config.link?.analysis) new AnalysisStage(app, linked(config), config.link.analysis);
  }
  return app;
}
