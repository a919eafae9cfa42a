import { join } from 'node:path';
import { Duration, Stack } from 'aws-cdk-lib';
import {
  AdditionalHealthCheckType,
  AutoScalingGroup,
  GroupMetrics,
  HealthChecks,
  UpdatePolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import {
  AmazonLinuxCpuType,
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  type IVpc,
  LaunchTemplate,
  MachineImage,
  Peer,
  Port,
  SecurityGroup,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { NetworkLoadBalancer, Protocol } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { variables } from '../collector/blocks/render';
import { receiverConfiguration } from '../collector/receiver';
import { serviceRole } from '../common/iam';
import { acknowledge } from '../compliance/acknowledge';
import { subnetCidrs } from '../contract/addresses';
import { cloudConfig, environmentFile, paths } from '../contract/instance';
import type { AnalysisConfig, LinkedConfig } from '../contract/link-parameters';
import { aggregatesLogGroup } from '../contract/metrics';
import { ports } from '../contract/ports';
import { Artifact } from '../machine/artifact';
import { runScript, setUp, startUnits } from '../machine/boot';
import { linkCertificateStatements } from '../machine/link-certificate';
import { writeMetrics } from '../machine/metric-log';

export interface ReceiversProps {
  readonly config: LinkedConfig;
  readonly analysis: AnalysisConfig;
  readonly vpc: IVpc;
  readonly logGroup: LogGroup;
}

/** Two receivers, and the responder of the continuity check on each, behind a load balancer at the address that relays know. */
export class Receivers extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: ReceiversProps,
  ) {
    super(scope, id);
    const { config, vpc } = props;
    const { receiver } = config.link;
    const instances = this.securityGroup();
    const group = this.group(instances);

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
      deletionProtection: config.production,
    });
    instances.connections.allowFrom(entrance, Port.tcp(ports.health), 'Health checks');
    for (const [name, port] of [
      ['Otlp', receiver.port],
      ['Responder', receiver.continuityPort],
    ] as const) {
      for (const prefix of subnetCidrs(config, 'link')) {
        entrance.addIngressRule(Peer.ipv4(prefix), Port.tcp(port), `${name} from relays in Hong Kong`);
      }
      instances.connections.allowFrom(entrance, Port.tcp(port), `${name} from the entrance`);
      const listener = loadBalancer.addListener(name, { port, protocol: Protocol.TCP });
      listener.addTargets(`${name}Targets`, {
        port,
        protocol: Protocol.TCP,
        targets: [group],
        preserveClientIp: true,
        healthCheck: { protocol: Protocol.HTTP, port: `${ports.health}`, path: '/' },
      });
      acknowledge(listener, {
        id: 'NIST.800.53.R5-ELBv2ACMCertificateRequired',
        reason:
          'Aggregates bring mutual TLS of their own, which ends in the collector; the responder gives back one header and holds nothing.',
      });
    }
    const logging =
      'A network load balancer writes access logs for its own TLS listeners only; here TLS passes through to the collectors.';
    acknowledge(
      loadBalancer,
      { id: 'AwsSolutions-ELB2', reason: logging },
      { id: 'NIST.800.53.R5-ELBLoggingEnabled', reason: logging },
      ...(config.production
        ? []
        : [
            {
              id: 'NIST.800.53.R5-ELBDeletionProtectionEnabled',
              reason:
                'Environments other than production must be easy to take down; production has deletion protection.',
            },
          ]),
    );
  }

  private securityGroup(): SecurityGroup {
    const { vpc, analysis } = this.props;
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Receivers of aggregates',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(Peer.ipv4(analysis.vpcCidr), Port.tcp(443), 'AWS APIs through endpoints of the VPC');
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'S3 through its gateway endpoint');
    acknowledge(securityGroup, {
      id: 'Harbourline-OpenSecurityGroup[egress-0.0.0.0/0]',
      reason:
        'S3 answers at public addresses and the id of its prefix list is not known before deployment. Whether another route leads to any is up to the VPC, which exists already.',
    });
    return securityGroup;
  }

  private group(securityGroup: SecurityGroup): AutoScalingGroup {
    const { config, analysis, vpc, logGroup } = this.props;
    const { environment, link } = config;
    const { region } = Stack.of(this);
    const collector = Artifact.collector(this, 'Collector');
    const scripts = Artifact.folder(this, 'Scripts', join(__dirname, '..', 'machine', 'instance-files'));
    const responder = Artifact.program(this, 'Responder', join(__dirname, '..', 'link', 'probe', 'responder.ts'));
    const role = serviceRole(this, 'Role', {
      description: 'Receivers of aggregates: write metrics',
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      statements: [
        collector.readStatement(),
        scripts.readStatement(),
        responder.readStatement(),
        writeMetrics(logGroup),
        ...linkCertificateStatements(analysis.certificate, region),
      ],
    });
    const userData = UserData.custom(
      cloudConfig({
        packages: ['jq', 'unzip', 'nodejs22'],
        files: [
          {
            path: paths.configuration,
            content: receiverConfiguration({
              environment,
              port: link.receiver.port,
              sink: { region, logGroupName: aggregatesLogGroup(environment) },
            }),
          },
          {
            path: paths.environment,
            content: environmentFile({
              AWS_REGION: region,
              [variables.loopback]: '127.0.0.1',
              [variables.linkTlsDirectory]: paths.linkTls,
            }),
          },
          {
            path: paths.scriptsEnvironment,
            content: environmentFile({
              TIER: 'receiver',
              CERTIFICATE_SECRET: analysis.certificate.secretArn,
              TLS_DIRECTORY: paths.linkTls,
              RESPONDER_PORT: `${link.receiver.continuityPort}`,
            }),
          },
        ],
        commands: [
          ...setUp(region),
          collector.unpackInto(paths.program),
          scripts.unpackInto(paths.scripts),
          responder.unpackInto(`${paths.program}/responder`),
          runScript('certificate'),
          startUnits('collector', 'certificate', 'responder'),
        ],
      }),
    );
    const group = new AutoScalingGroup(this, 'Group', {
      vpc,
      launchTemplate: new LaunchTemplate(this, 'LaunchTemplate', {
        instanceType: new InstanceType(analysis.instanceType),
        machineImage: analysis.imageId
          ? MachineImage.genericLinux({ [region]: analysis.imageId })
          : MachineImage.latestAmazonLinux2023({ cpuType: AmazonLinuxCpuType.ARM_64 }),
        role,
        securityGroup,
        userData,
        httpPutResponseHopLimit: 1,
        requireImdsv2: true,
        detailedMonitoring: true,
        associatePublicIpAddress: false,
        blockDevices: [
          {
            deviceName: '/dev/xvda',
            // Nothing is kept here: aggregates wait on the relays' disks until CloudWatch has them.
            volume: BlockDeviceVolume.ebs(10, {
              volumeType: EbsDeviceVolumeType.GP3,
              encrypted: true,
              deleteOnTermination: true,
            }),
          },
        ],
      }),
      minCapacity: 2,
      maxCapacity: 3,
      healthChecks: HealthChecks.withAdditionalChecks({
        additionalTypes: [AdditionalHealthCheckType.ELB],
        gracePeriod: Duration.minutes(10),
      }),
      groupMetrics: [GroupMetrics.all()],
      updatePolicy: UpdatePolicy.rollingUpdate({ minInstancesInService: 1 }),
    });
    acknowledge(group, {
      id: 'AwsSolutions-AS3',
      reason:
        'Launches and terminations are normal here and are in CloudTrail; the relays in Hong Kong see a receiver that does not take aggregates, and alarm.',
    });
    return group;
  }
}
