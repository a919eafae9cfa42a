import { App, type AppProps } from 'aws-cdk-lib';
import { ConfigError } from '../config/errors';
import type { EnvironmentConfig } from '../config/schema';
import { OperatorsStage } from './access/operators-stage';
import { AnalysisStage } from './analysis/analysis-stage';
import { ClientStage } from './client/client-stage';
import { UserDataTooLarge } from './contract/instance';
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
    withRoom(config, () => new TracingStage(app, config));
    const { handedOver } = config.collect.entrance;
    if (handedOver) for (const client of config.clients) new ClientStage(app, config, client, handedOver);
    const { endpoint } = config.store.access;
    if (endpoint?.account && endpoint.account !== config.account)
      new OperatorsStage(app, config, endpoint, endpoint.account);
    if (config.link?.analysis) new AnalysisStage(app, linked(config), config.link.analysis);
  }
  return app;
}

/** Instances are told these lists when they start: which of them is too long is a question of the configuration. */
function withRoom(config: EnvironmentConfig, build: () => void): void {
  try {
    build();
  } catch (error) {
    if (!(error instanceof UserDataTooLarge)) throw error;
    const { environment, mainland, redaction, collect } = config;
    const [longest = ''] = Object.entries({
      'mainland.prefixes': mainland.prefixes,
      'mainland.hostSuffixes': mainland.hostSuffixes,
      'redaction.allowedKeys': redaction.allowedKeys,
      'redaction.pseudonymKeys': redaction.pseudonymKeys,
      'collect.forward.authority': collect.forward.authority,
    })
      .map(([path, value]) => ({ path, size: JSON.stringify(value ?? '').length }))
      .sort((one, other) => other.size - one.size)
      .map(({ path }) => path);
    throw new ConfigError([
      {
        code: 'HL-USERDATA-001',
        file: `config/${environment}.ts`,
        path: longest,
        value: undefined,
        why: `It is too long for the user data of an instance. ${error.message.split(':')[0]}.`,
        fix:
          longest === 'collect.forward.authority'
            ? 'Write the certificate of one authority, with an elliptic curve or RSA of 2048 bits, and nothing else; or forward to one backend.'
            : 'Name wider prefixes, shorter suffixes, namespaces instead of keys, or fewer of them.',
      },
    ]);
  }
}
