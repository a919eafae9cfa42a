import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { boundaryOf, organise } from '../common/organisation';
import type { AnalysisConfig, LinkedConfig } from '../contract/link-parameters';
import { AnalysisStack } from './analysis-stack';

/**
 * The mainland side of an environment: a stage of its own, in partition aws-cn, deployed with credentials of that account:
 * `npx cdk deploy 'dev-mainland/*'`. Nothing refers to it, and it refers to nothing.
 */
export class AnalysisStage extends Stage {
  constructor(scope: Construct, config: LinkedConfig, analysis: AnalysisConfig) {
    super(scope, `${config.environment}-mainland`, {
      env: { account: analysis.account, region: analysis.region },
      ...boundaryOf(analysis),
    });
    organise(this, config, analysis);
    new AnalysisStack(this, 'Analysis', {
      config,
      analysis,
      description: 'Harbourline: aggregates of Hong Kong, received and shown in the mainland',
      terminationProtection: config.production,
    });
  }
}
