import { CfnOutput, Stack } from 'aws-cdk-lib';
import { VpcEndpointService } from 'aws-cdk-lib/aws-ec2';
import type { NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ArnPrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { privateName } from '../../config/entrance';
import type { EnvironmentConfig } from '../../config/schema';
import { ports } from '../contract/ports';
import type { InstanceSecret } from '../machine/instance-secret';

export interface EntranceProps {
  readonly config: EnvironmentConfig;
  readonly loadBalancer: NetworkLoadBalancer;
  /** Certificate of the agents. */
  readonly certificate: InstanceSecret;
  readonly pseudonyms: InstanceSecret | undefined;
}

/**
 * How services of other VPCs get to the gateways: an endpoint service on their load balancer, for the accounts of clients, or
 * the load balancer's own name where a route leads to it. What clients must know stands in the stack's outputs: nothing
 * refers from one account into another.
 */
export class Entrance extends Construct {
  /** `host:port` for agents of this account. */
  readonly gatewayEndpoint: string;

  constructor(scope: Construct, id: string, { config, loadBalancer, certificate, pseudonyms }: EntranceProps) {
    super(scope, id);
    const { account, clients, collect } = config;
    const { via, privateLink, handedOver } = collect.entrance;
    const output = (name: string, value: string, description: string) =>
      new CfnOutput(Stack.of(this), name, { value, description });

    if (via === 'privateLink') {
      const accounts = [...new Set([...clients.map((client) => client.account), ...privateLink.principals])];
      const service = new VpcEndpointService(this, 'Service', {
        vpcEndpointServiceLoadBalancers: [loadBalancer],
        acceptanceRequired: privateLink.acceptanceRequired,
        allowedPrincipals: accounts
          .sort()
          .map(
            (id) =>
              new ArnPrincipal(Stack.of(this).formatArn({ service: 'iam', region: '', account: id, resource: 'root' })),
          ),
      });
      output('EntranceService', service.vpcEndpointServiceName, 'collect.entrance.handedOver.serviceName');
    }
    output('GatewayAddress', loadBalancer.loadBalancerDnsName, 'collect.entrance.handedOver.gatewayAddress');
    for (const [name, secret] of [
      ['AgentCertificate', certificate],
      ['AgentPseudonyms', pseudonyms],
    ] as const) {
      if (!secret) continue;
      const key = name === 'AgentCertificate' ? 'certificate' : 'pseudonyms';
      output(name, secret.secretArn, `collect.entrance.handedOver.${key}.secretArn`);
      output(`${name}Key`, secret.keyArn, `collect.entrance.handedOver.${key}.keyArn`);
    }
    if (clients.length > 0 && !handedOver) {
      output(
        'PendingClients',
        clients.map(({ name }) => name).join(', '),
        'They have no stage yet: copy the outputs above into collect.entrance.handedOver, and deploy it with their credentials',
      );
    }
    // VPCs of this account that have an endpoint know it by its name; where a route leads, the load balancer's own is enough.
    const own = via === 'privateLink' && clients.some((client) => client.account === account);
    this.gatewayEndpoint = `${own ? privateName(config) : loadBalancer.loadBalancerDnsName}:${ports.otlpGrpc}`;
  }
}
