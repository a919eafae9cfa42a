import { Stack, Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { operatorsStage } from '../../config/stages';
import { allowCloudWatchLogs, encryptionKey } from '../common/encryption-key';
import { stackName } from '../common/names';
import { boundaryOf, organise } from '../common/organisation';
import { StoreEndpoint, type StoreEndpointProps } from './store-endpoint';

/**
 * The operators' half where they have an account of their own: `npx cdk deploy 'dev-operators/*'`, with its credentials, after
 * the stack Access has let the account in. Nothing refers from one to the other.
 */
export class OperatorsStage extends Stage {
  constructor(scope: Construct, config: EnvironmentConfig, endpoint: StoreEndpointProps['endpoint'], account: string) {
    super(scope, operatorsStage(config.environment), {
      env: { account, region: config.region },
      ...boundaryOf(config.organisation),
    });
    organise(this, config, config.organisation);
    const stack = new Stack(this, 'Operators', {
      ...stackName(this, 'Operators'),
      description: `Harbourline: the trace store of ${config.environment}, where operators are`,
    });
    const logsKey = encryptionKey(stack, 'LogsKey', 'operational logs');
    allowCloudWatchLogs(logsKey);
    new StoreEndpoint(stack, 'Store', { config, endpoint, logsKey });
  }
}
