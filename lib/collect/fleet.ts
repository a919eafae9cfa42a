import { Duration, Stack, Tags } from 'aws-cdk-lib';
import { AutoScalingGroup, GroupMetrics, HealthChecks, UpdatePolicy } from 'aws-cdk-lib/aws-autoscaling';
import {
  AmazonLinuxCpuType,
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  type IMachineImage,
  InstanceType,
  type ISecurityGroup,
  type IVpc,
  LaunchTemplate,
  MachineImage,
  Peer,
  Port,
  SecurityGroup,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { acknowledge } from '../compliance/acknowledge';
import { attach } from '../iam';
import { subnets } from '../network/network-stack';
import type { Artifact } from './artifact';
import type { TierCertificate } from './certificates';
import { collectorName } from './distribution/build';
import { cloudConfig, environmentFile, hardening, type InstanceFile, paths } from './instance';
import { variables } from './pipelines/render';

export interface FleetProps {
  readonly config: EnvironmentConfig;
  readonly vpc: IVpc;
  /** What the fleet is, in one word: names units, tags and logs. */
  readonly tier: 'gateway' | 'sampler';
  readonly role: IRole;
  readonly instanceType: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly volumeGiB: number;
  readonly volumesKey: IKey;
  readonly collector: Artifact;
  /** The collector's configuration as text. */
  readonly configuration: string;
  /** Certificate and key of the tier. */
  readonly certificate: TierCertificate;
  /** What the tier's role may do beyond fetching its artifact and certificate. */
  readonly statements: readonly PolicyStatement[];
  /** Further security groups of the instances. */
  readonly securityGroups?: readonly ISecurityGroup[];
  /** @default the instance's own status checks */
  readonly healthChecks?: HealthChecks;
  /** What this tier needs beyond a collector. */
  readonly extra?: {
    readonly packages?: readonly string[];
    readonly files?: readonly InstanceFile[];
    readonly commands?: readonly string[];
  };
}

/** Collectors of one tier: an Auto Scaling group over all zones, replaced one at a time when their template changes. */
export class Fleet extends Construct {
  readonly group: AutoScalingGroup;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, props: FleetProps) {
    super(scope, id);
    const { config, vpc, tier, role } = props;
    const stack = Stack.of(this);

    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Collectors: ${tier}`,
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'S3 through the gateway endpoint: no other route');
    acknowledge(this.securityGroup, {
      id: 'Harbourline-OpenSecurityGroup[egress-0.0.0.0/0]',
      reason:
        'S3 answers at public addresses and the id of its prefix list is not known before deployment. The subnets are isolated: their only route to a public address is the S3 gateway endpoint, whose policy names two buckets.',
    });

    // In this stack, whatever stack the role is in: the other way round the two would depend on each other.
    const policy = attach(this, 'Policy', role, [
      props.collector.readStatement(),
      ...props.certificate.readStatements(),
      sessionManager(),
      ...props.statements,
    ]);
    acknowledge(policy, {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Session Manager channels and Cloud Map discovery take no resource in IAM; discovery is narrowed to one service by conditions, channels reach only the instance that opens them.',
    });

    const userData = UserData.custom(
      cloudConfig({
        packages: ['jq', 'unzip', ...(props.extra?.packages ?? [])],
        files: [
          { path: paths.configuration, content: props.configuration },
          {
            path: paths.environment,
            content: environmentFile({
              AWS_REGION: stack.region,
              [variables.loopback]: '127.0.0.1',
              [variables.dataDirectory]: paths.data,
              [variables.tlsDirectory]: paths.tls,
            }),
          },
          { path: '/etc/systemd/system/harbourline-collector.service', content: collectorUnit(tier) },
          ...(props.extra?.files ?? []),
        ],
        commands: [
          ...setUp(stack.region, props.certificate.secret.secretArn),
          props.collector.unpackInto(paths.program),
          'systemctl daemon-reload',
          'systemctl enable --now harbourline-collector',
          ...(props.extra?.commands ?? []),
        ],
      }),
    );

    const launchTemplate = new LaunchTemplate(this, 'LaunchTemplate', {
      instanceType: new InstanceType(props.instanceType),
      machineImage: machineImage(config),
      role,
      securityGroup: this.securityGroup,
      userData,
      httpPutResponseHopLimit: 1,
      requireImdsv2: true,
      detailedMonitoring: true,
      associatePublicIpAddress: false,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(props.volumeGiB, {
            volumeType: EbsDeviceVolumeType.GP3,
            encrypted: true,
            kmsKey: props.volumesKey,
            deleteOnTermination: true,
          }),
        },
      ],
    });
    for (const group of props.securityGroups ?? []) launchTemplate.addSecurityGroup(group);

    this.group = new AutoScalingGroup(this, 'Group', {
      vpc,
      vpcSubnets: subnets.collect,
      launchTemplate,
      minCapacity: props.minInstances,
      maxCapacity: props.maxInstances,
      healthChecks: props.healthChecks ?? HealthChecks.ec2({ gracePeriod: Duration.minutes(5) }),
      groupMetrics: [GroupMetrics.all()],
      updatePolicy: UpdatePolicy.rollingUpdate({
        maxBatchSize: 1,
        minInstancesInService: props.minInstances === props.maxInstances ? props.minInstances - 1 : props.minInstances,
        pauseTime: Duration.minutes(5),
        waitOnResourceSignals: false,
      }),
    });
    this.group.node.addDependency(policy);
    acknowledge(this.group, {
      id: 'AwsSolutions-AS3',
      reason:
        'Launches and terminations are normal here (rolling updates, scaling) and are in CloudTrail; people are told of symptoms by alarms, not of instances.',
    });
    Tags.of(this.group).add('Name', `harbourline-${config.environment}-${tier}`);
  }
}

/** Amazon Linux 2023 for Graviton: pinned by the configuration, or the newest at each deployment. */
const machineImage = ({ collect, region }: EnvironmentConfig): IMachineImage =>
  collect.imageId
    ? MachineImage.genericLinux({ [region]: collect.imageId })
    : MachineImage.latestAmazonLinux2023({ cpuType: AmazonLinuxCpuType.ARM_64 });

/** What the SSM agent needs for Session Manager: less than the managed policy, which also reads all parameters. */
const sessionManager = (): PolicyStatement =>
  new PolicyStatement({
    sid: 'SessionManager',
    actions: [
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ],
    resources: ['*'],
  });

/** A user without a shell, folders that only it may enter, what the instance knows about itself, its certificate. */
const setUp = (region: string, secretArn: string): string[] => [
  `export AWS_REGION=${region}`,
  `useradd --system --home-dir ${paths.data} --shell /sbin/nologin harbourline`,
  `install -d -o harbourline -g harbourline -m 0750 ${paths.data}`,
  `install -d -o harbourline -g harbourline -m 0700 ${paths.tls}`,
  `install -d -m 0755 ${paths.program}`,
  'token=$(curl -sf -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 300" http://169.254.169.254/latest/api/token)',
  'metadata() { curl -sf -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"; }',
  `printf '${variables.bind}=%s\n${variables.instance}=%s\n' "$(metadata local-ipv4)" "$(metadata instance-id)" > ${paths.instanceEnvironment}`,
  `secret=$(aws secretsmanager get-secret-value --secret-id ${secretArn} --query SecretString --output text)`,
  ...['certificate', 'key', 'authority'].map(
    (part) => `(umask 077; jq -r .${part} <<< "$secret" > ${paths.tls}/${part}.pem)`,
  ),
  'unset secret',
  `chown -R harbourline: ${paths.tls}`,
];

/** The collector under systemd: its own user, a read-only system, no new privileges, one folder to write to. */
const collectorUnit = (tier: string): string => `[Unit]
Description=Harbourline collector (${tier})
After=network-online.target
Wants=network-online.target

[Service]
User=harbourline
EnvironmentFile=${paths.environment}
EnvironmentFile=${paths.instanceEnvironment}
ExecStart=${paths.program}/${collectorName} --config ${paths.configuration}
Restart=always
RestartSec=2
TimeoutStopSec=120
${hardening}
[Install]
WantedBy=multi-user.target
`;
