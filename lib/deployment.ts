import type { App, AppProps } from 'aws-cdk-lib';
import { parseEnvironments } from '../config/parse';
import type { EnvironmentConfig, EnvironmentConfigInput } from '../config/schema';
import { buildApp } from './app';
import { TracingStage } from './tracing-stage';

/** What a firm deploys. */
export interface DeploymentProps {
  /** Environments by the file that they are written in, for messages: `{ 'config/dev.ts': dev }`. */
  readonly environments: Readonly<Record<string, EnvironmentConfigInput>>;
  /**
   * Adds to an environment what is the firm's own: an alarm, a row of a dashboard, a stack. Called when the environment's own
   * stacks are there. What it adds is judged as all else is. @default nothing
   */
  readonly extend?: (stage: TracingStage, config: EnvironmentConfig) => void;
}

/** What `cdk synth` and every command work on. */
export interface Deployment {
  /** All environments, checked. @throws ConfigError with every problem of every file */
  environments(): EnvironmentConfig[];
  /** The app of some environments, as this version of Harbourline builds it, with what the firm adds. */
  app(environments: readonly EnvironmentConfig[], props?: AppProps): App;
}

/** A firm's deployment: the default export of `harbourline.config.ts`. Nothing is read or checked before it is asked. */
export const defineDeployment = ({ environments, extend }: DeploymentProps): Deployment => ({
  environments: () => parseEnvironments(environments),
  app: (configs, props) => {
    const app = buildApp(configs, props);
    for (const config of extend ? configs : []) {
      const stage = app.node.findChild(config.environment);
      if (stage instanceof TracingStage) extend?.(stage, config);
    }
    return app;
  },
});

/** An environment: checks its shape while it is written, and nothing else. */
export const defineEnvironment = (environment: EnvironmentConfigInput): EnvironmentConfigInput => environment;
