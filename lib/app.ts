import { App, type AppProps } from 'aws-cdk-lib';
import type { EnvironmentConfig } from '../config/schema';
import { OperatorsStage } from './access/operators-stage';
import { AnalysisStage } from './analysis/analysis-stage';
import { ClientStage } from './client/client-stage';
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
    const { handedOver } = config.collect.entrance;
    if (handedOver) for (const client of config.clients) new ClientStage(app, config, client, handedOver);
    const { endpoint } = config.store.access;
    if (endpoint?.account && endpoint.account !== config.account)
      new OperatorsStage(app, config, endpoint, endpoint.account);
    if (config.link?.analysis) new AnalysisStage(app, linked(config), config.link.analysis);
  }
  return app;
}
