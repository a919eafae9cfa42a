import { join } from 'node:path';
import { Duration, Stack } from 'aws-cdk-lib';
import { AdditionalHealthCheckType, HealthChecks } from 'aws-cdk-lib/aws-autoscaling';
import { type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { NetworkLoadBalancer, type NetworkTargetGroup, Protocol } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { variables } from '../collector/blocks/render';
import { receiverConfiguration } from '../collector/receiver';
import { serviceRole } from '../common/iam';
import { namesIn } from '../common/names';
import { acknowledge } from '../compliance/acknowledge';
import { paths } from '../contract/instance';
import type { AnalysisConfig, LinkConfig } from '../contract/link-parameters';
import { aggregatesLogGroup } from '../contract/metrics';
import { nodePackage } from '../contract/node';
import { ports } from '../contract/ports';
import { responderHealth } from '../contract/responder';
import { Artifact } from '../machine/artifact';
import { startUnits } from '../machine/boot';
import { Fleet, type FleetProps } from '../machine/fleet';
import { linkCertificate } from '../machine/link-certificate';
import { writeMetrics } from '../machine/metric-log';
import { Settled } from '../machine/settled';
import { volumesKey } from '../machine/volumes-key';

/** How long the load balancer leaves connections to a receiver that goes, in seconds. */
const deregistrationSeconds = 60;

export interface ReceiversProps extends Pick<FleetProps, 'rollbackDisabled'> {
  readonly environment: string;
  /** Keeps the load balancer from being deleted. */
  readonly production: boolean;
  readonly analysis: AnalysisConfig;
  /** Where relays send to, and what they ask for. */
  readonly receiver: LinkConfig['receiver'];
  /** Subnets of the relays, who alone may send. */
  readonly relayCidrs: readonly string[];
  readonly vpc: IVpc;
  readonly logGroup: LogGroup;
  /** Encrypts the logs of functions. */
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
}

/** Receivers: one carries everything while the other is replaced. */
export const instanceCount = 2;

/** Two receivers, and the responder of the continuity check on each, behind a load balancer at the address that relays know. */
export class Receivers extends Construct {
  readonly group: Fleet['group'];
  readonly loadBalancer: NetworkLoadBalancer;
  /** Of the aggregates. */
  readonly targetGroup: NetworkTargetGroup;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ReceiversProps,
  ) {
    super(scope, id);
    const { vpc, receiver, production } = props;
    const { group, generation, securityGroup: instances } = this.fleet();
    const targetGroups: NetworkTargetGroup[] = [];
    instances.addEgressRule(Peer.ipv4(props.analysis.vpcCidr), Port.tcp(443), 'AWS APIs through endpoints of the VPC');

    const entrance = new SecurityGroup(this, 'EntranceSecurityGroup', {
      vpc,
      description: 'Entrance of aggregates: the relays in Hong Kong',
      allowAllOutbound: false,
    });
    const loadBalancer = new NetworkLoadBalancer(this, 'Entrance', {
      vpc,
      internetFacing: false,
      subnetMappings: [
        { subnet: vpc.isolatedSubnets[0] as (typeof vpc.isolatedSubnets)[0], privateIpv4Address: receiver.address },
      ],
      securityGroups: [entrance],
    });
    this.group = group;
    this.loadBalancer = loadBalancer;
    // Settled switches it on: a creation that fails could not take back what is protected. Nothing here says "off".
    loadBalancer.removeAttribute('deletion_protection.enabled');
    instances.connections.allowFrom(entrance, Port.tcp(ports.health), 'Health checks');
    for (const [name, port, health] of [
      ['Otlp', receiver.port, { port: `${ports.health}`, path: '/' }],
      // The responder itself: the collector beside it may be well while it is not.
      ['Responder', receiver.continuityPort, { port: `${receiver.continuityPort}`, path: responderHealth }],
    ] as const) {
      for (const prefix of props.relayCidrs) {
        entrance.addIngressRule(Peer.ipv4(prefix), Port.tcp(port), `${name} from relays in Hong Kong`);
      }
      instances.connections.allowFrom(entrance, Port.tcp(port), `${name} from the entrance`);
      const listener = loadBalancer.addListener(name, { port, protocol: Protocol.TCP });
      const targets = listener.addTargets(`${name}Targets`, {
        port,
        protocol: Protocol.TCP,
        targets: [group],
        preserveClientIp: true,
        deregistrationDelay: Duration.seconds(deregistrationSeconds),
        healthCheck: { protocol: Protocol.HTTP, ...health },
      });
      targetGroups.push(targets);
      targets.setAttribute('deregistration_delay.connection_termination.enabled', 'true');
      acknowledge(listener, {
        id: 'NIST.800.53.R5-ELBv2ACMCertificateRequired',
        reason:
          'Aggregates bring mutual TLS of their own, which ends in the collector; the responder gives back one header and holds nothing.',
      });
    }
    this.targetGroup = targetGroups[0] as NetworkTargetGroup;
    const logging =
      'A network load balancer writes access logs for its own TLS listeners only; here TLS passes through to the collectors.';
    acknowledge(
      loadBalancer,
      { id: 'AwsSolutions-ELB2', reason: logging },
      { id: 'NIST.800.53.R5-ELBLoggingEnabled', reason: logging },
      {
        id: 'NIST.800.53.R5-ELBDeletionProtectionEnabled',
        reason: production
          ? 'It is switched on when the receivers work, by the last resource of the stack: set from the start it would keep a creation that fails from being taken back.'
          : 'Environments other than production must be easy to take down; production has deletion protection.',
      },
    );
    new Settled(this, 'Settled', {
      logsKey: props.logsKey,
      logRetention: props.logRetention,
      fleets: [{ group, generation, atLeast: instanceCount, targetGroups }],
      loadBalancers: [loadBalancer],
      protect: production,
    });
  }

  /** The same machines as in Hong Kong. They keep no queue: aggregates wait on the relays' disks until CloudWatch has them. */
  private fleet(): Fleet {
    const { environment, analysis, receiver, vpc, logGroup } = this.props;
    const { region } = Stack.of(this);
    const responder = Artifact.program(this, 'Responder', join(__dirname, '..', 'link', 'probe', 'responder.ts'));
    // By this id, which logical ids leave out, group and launch template stay the resources that they were.
    return new Fleet(this, 'Default', {
      environment,
      vpc,
      tier: 'receiver',
      subnets: { subnets: vpc.isolatedSubnets },
      role: serviceRole(this, 'Role', {
        description: 'Receivers of aggregates: write metrics',
        assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      }),
      instanceType: analysis.instanceType,
      imageId: analysis.imageId,
      minInstances: instanceCount,
      maxInstances: instanceCount + 1, // the one that comes before another goes
      volumeGiB: 10,
      volumesKey: volumesKey(this, 'VolumesKey', 'disks of the receivers'),
      configuration: receiverConfiguration({
        environment,
        port: receiver.port,
        sink: { region, logGroupName: aggregatesLogGroup(namesIn(this, environment)) },
      }),
      certificate: linkCertificate(analysis.certificate, region),
      statements: [responder.readStatement(), writeMetrics(logGroup)],
      rollbackDisabled: this.props.rollbackDisabled,
      assetsKeyArn: analysis.assetsKeyArn,
      // Until the load balancer has closed its connections.
      leaveSeconds: deregistrationSeconds + 5,
      description: 'Receivers of aggregates',
      egress: {
        description: 'S3 through its gateway endpoint',
        reason: 'Whether another route leads to any is up to the VPC, which exists already.',
      },
      healthChecks: HealthChecks.withAdditionalChecks({
        additionalTypes: [AdditionalHealthCheckType.ELB],
        gracePeriod: Duration.minutes(10),
      }),
      extra: {
        packages: [nodePackage],
        variables: { [variables.linkTlsDirectory]: paths.tls },
        scriptVariables: { RESPONDER_PORT: `${receiver.continuityPort}` },
        commands: [responder.unpackInto(`${paths.program}/responder`), startUnits('responder')],
      },
    });
  }
}
