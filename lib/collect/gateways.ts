import { Duration } from 'aws-cdk-lib';
import { AdditionalHealthCheckType, HealthChecks } from 'aws-cdk-lib/aws-autoscaling';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { NetworkLoadBalancer, type NetworkTargetGroup, Protocol } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { acknowledge } from '../compliance/acknowledge';
import { gatewayPorts, ports } from '../contract/ports';
import { Fleet, type FleetProps } from '../machine/fleet';
import { scaleGateways } from '../machine/scaling';
import { subnets } from '../network/network-stack';

type CollectConfig = EnvironmentConfig['collect'];

export interface GatewaysProps
  extends Omit<
    FleetProps,
    | 'tier'
    | 'subnets'
    | 'leaveSeconds'
    | 'healthChecks'
    | 'minInstances'
    | 'maxInstances'
    | 'volumeGiB'
    | 'instanceType'
  > {
  /** Sizes and trading hours. */
  readonly gateway: CollectConfig['gateway'];
  /** Clients that speak neither OTLP over gRPC nor over HTTP. */
  readonly legacyClients: CollectConfig['legacyClients'];
  /** VPCs of services, which alone may send. */
  readonly clientPrefixes: readonly string[];
  /** Keeps the load balancer from being deleted. */
  readonly production: boolean;
}

/** How long the load balancer leaves connections to a gateway that goes, in seconds. */
const deregistrationSeconds = 60;

/**
 * The gateways behind an internal network load balancer. TLS passes through it to the collectors: one channel from the
 * agent to the gateway, verified at both ends, with nothing in between that could read it.
 */
export class Gateways extends Construct {
  readonly fleet: Fleet;
  readonly loadBalancer: NetworkLoadBalancer;
  /** Targets for OTLP over gRPC: all gateways. */
  readonly targets: NetworkTargetGroup;
  /** One for each listener. */
  readonly targetGroups: NetworkTargetGroup[] = [];

  constructor(scope: Construct, id: string, props: GatewaysProps) {
    super(scope, id);
    const { vpc, gateway, legacyClients, production } = props;
    this.fleet = new Fleet(this, 'Fleet', {
      ...props,
      ...gateway,
      tier: 'gateway',
      subnets: subnets.collect,
      // Until the load balancer has closed its connections.
      leaveSeconds: deregistrationSeconds + 5,
      healthChecks: HealthChecks.withAdditionalChecks({
        additionalTypes: [AdditionalHealthCheckType.ELB],
        gracePeriod: Duration.minutes(5),
      }),
    });

    scaleGateways(this.fleet.group, props.environment, gateway);
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Load balancer of the gateways: OTLP from the service VPCs',
      allowAllOutbound: false,
    });
    this.loadBalancer = new NetworkLoadBalancer(this, 'LoadBalancer', {
      vpc,
      vpcSubnets: subnets.collect,
      internetFacing: false,
      crossZoneEnabled: true,
      securityGroups: [securityGroup],
      // What comes by PrivateLink is judged by the address of its client, not of the endpoint: as if it had been routed.
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: true,
    });
    // An operator moves traffic out of a zone by it: docs/operations.md, "Evacuation of a zone".
    this.loadBalancer.setAttribute('zonal_shift.config.enabled', 'true');
    // Settled switches it on: a creation that fails could not take back what is protected. Nothing here says "off".
    this.loadBalancer.removeAttribute('deletion_protection.enabled');
    const targetGroups = gatewayPorts(legacyClients).map(({ name, port }) => {
      for (const prefix of props.clientPrefixes) {
        securityGroup.addIngressRule(Peer.ipv4(prefix), Port.tcp(port), `${name} from a service VPC`);
      }
      this.fleet.securityGroup.connections.allowFrom(securityGroup, Port.tcp(port), `${name} from the load balancer`);
      const listener = this.loadBalancer.addListener(name, { port, protocol: Protocol.TCP });
      acknowledge(listener, {
        id: 'NIST.800.53.R5-ELBv2ACMCertificateRequired',
        reason:
          'TLS passes through and ends in the collectors, with certificates of the tiers: one encrypted channel from node to gateway, nothing in between can read it.',
      });
      const targets = listener.addTargets(`${name}Targets`, {
        port,
        protocol: Protocol.TCP,
        targets: [this.fleet.group],
        preserveClientIp: true,
        deregistrationDelay: Duration.seconds(deregistrationSeconds),
        healthCheck: {
          protocol: Protocol.HTTP,
          port: `${ports.health}`,
          path: '/',
          interval: Duration.seconds(10),
          healthyThresholdCount: 2,
          unhealthyThresholdCount: 2,
        },
      });
      this.targetGroups.push(targets);
      targets.setAttribute('deregistration_delay.connection_termination.enabled', 'true');
      return targets;
    });
    this.targets = targetGroups[0] as NetworkTargetGroup;
    this.fleet.securityGroup.connections.allowFrom(securityGroup, Port.tcp(ports.health), 'Health checks');

    const logging =
      'A network load balancer writes access logs for its own TLS listeners only; here TLS passes through to the collectors. The VPC flow logs record every connection.';
    acknowledge(
      this.loadBalancer,
      { id: 'AwsSolutions-ELB2', reason: logging },
      { id: 'NIST.800.53.R5-ELBLoggingEnabled', reason: logging },
      {
        id: 'NIST.800.53.R5-ELBDeletionProtectionEnabled',
        reason: production
          ? 'It is switched on when the fleets work, by the last resource of the stack: set from the start it would keep a creation that fails from being taken back.'
          : 'Environments other than production must be easy to take down; production has deletion protection.',
      },
    );
  }
}
