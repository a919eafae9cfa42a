import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { clientStage } from '../../config/entrance';
import type { EnvironmentConfig } from '../../config/schema';
import { boundaryOf, organise } from '../common/organisation';
import { ClientStack, type HandedOver } from './client-stack';

/**
 * What a service's account deploys with credentials of its own: `npx cdk deploy 'dev-client-payments/*'`. It knows of the
 * environment what `collect.entrance.handedOver` says, and nothing refers from one to the other.
 */
export class ClientStage extends Stage {
  constructor(
    scope: Construct,
    config: EnvironmentConfig,
    client: EnvironmentConfig['clients'][number],
    handedOver: HandedOver,
  ) {
    const { account, region, name } = client;
    super(scope, clientStage(config.environment, name), {
      env: { account, region },
      ...boundaryOf(config.organisation),
    });
    organise(this, config, config.organisation);
    new ClientStack(this, 'Client', {
      config,
      client,
      handedOver,
      description: `Harbourline: the way of ${name} to the gateways of ${config.environment}, and its agents`,
    });
  }
}
