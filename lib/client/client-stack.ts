import { Stack, type StackProps } from 'aws-cdk-lib';
import { CfnRoute } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { privateName } from '../../config/entrance';
import type { EnvironmentConfig } from '../../config/schema';
import { Agent, securityLevel } from '../collect/agent';
import { redactionOf } from '../collector/blocks/redaction';
import { stackName } from '../common/names';
import { subnetCidrs } from '../contract/addresses';
import { ports } from '../contract/ports';
import { foreignSecret } from '../machine/instance-secret';
import { ClientEndpoint } from './client-endpoint';

type Entrance = EnvironmentConfig['collect']['entrance'];
export type HandedOver = NonNullable<Entrance['handedOver']>;

export interface ClientStackProps extends StackProps {
  readonly config: EnvironmentConfig;
  readonly client: EnvironmentConfig['clients'][number];
  /** What the environment's first deployment made. */
  readonly handedOver: HandedOver;
}

/**
 * A client's half of the entrance: in each of its VPCs an endpoint of the gateways, or routes to them; and in another account
 * than the environment's the agent with all that it needs there.
 */
export class ClientStack extends Stack {
  constructor(scope: Construct, id: string, { config, client, handedOver, ...props }: ClientStackProps) {
    super(scope, id, { ...stackName(scope, id), ...props });
    const { environment, collect } = config;
    const { via, routed } = collect.entrance;
    for (const vpc of client.vpcs) {
      if (via === 'privateLink') {
        new ClientEndpoint(this, `Endpoint${idOf(vpc.vpcId)}`, {
          vpc,
          environment,
          // The configuration has refused what lacks it.
          serviceName: handedOver.serviceName as string,
          privateName: privateName(config),
          legacyClients: collect.legacyClients,
        });
      } else {
        for (const routeTableId of vpc.routeTableIds) {
          for (const destinationCidrBlock of subnetCidrs(config, 'collect')) {
            new CfnRoute(this, `Route${idOf(routeTableId)}To${idOf(destinationCidrBlock)}`, {
              routeTableId,
              destinationCidrBlock,
              ...(routed?.transitGatewayId
                ? { transitGatewayId: routed.transitGatewayId }
                : { vpcPeeringConnectionId: routed?.peeringId }),
            });
          }
        }
      }
    }
    // In the environment's account the stack Collect has all of this: by the same names.
    if (client.account === config.account) return;
    new Agent(this, 'Agent', {
      environment,
      // Servers outside AWS are enrolled in the environment's own account.
      agent: { ...config.agent, servers: false },
      redaction: redactionOf(config),
      securityLevel: securityLevel(config),
      assetsKeyArn: client.assetsKeyArn,
      certificate: foreignSecret('OwnCertificate', handedOver.certificate, config.region),
      pseudonyms: handedOver.pseudonyms
        ? foreignSecret('PseudonymSecret', handedOver.pseudonyms, config.region)
        : undefined,
      gatewayEndpoint: `${via === 'privateLink' ? privateName(config) : handedOver.gatewayAddress}:${ports.otlpGrpc}`,
    });
  }
}

const idOf = (text: string): string => text.replace(/\W/g, 'x');
