import { join } from 'node:path';
import { Duration, Stack, Tags } from 'aws-cdk-lib';
import {
  AutoScalingGroup,
  type CfnAutoScalingGroup,
  GroupMetrics,
  HealthChecks,
  InstanceRefreshStrategy,
  UpdatePolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
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
  type SubnetSelection,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { architectureOf } from '../../config/regions';
import { variables } from '../collector/blocks/render';
import type { Platform } from '../collector/distribution/build';
import { attach } from '../common/iam';
import { namesIn } from '../common/names';
import { acknowledge } from '../compliance/acknowledge';
import { cloudConfig, environmentFile, type InstanceFile, paths } from '../contract/instance';
import { type FleetTier, sizesOf } from '../contract/sizing';
import { Artifact, decryptAssets } from './artifact';
import { runScript, setUp, startUnits } from './boot';
import { type HandoverBucket, lifetimeDays } from './handover-bucket';
import type { InstanceSecret } from './instance-secret';
import { acknowledgeWildcards, lifecycleHooks, lifecycleStatements } from './lifecycle';
import { missingInstancesAlarm, missingInstancesAlarmName } from './missing-instances';

export interface FleetProps {
  readonly environment: string;
  readonly vpc: IVpc;
  /** What the fleet is, in one word: names units, tags and logs. */
  readonly tier: FleetTier;
  readonly subnets: SubnetSelection;
  readonly role: IRole;
  /** The collector and the image are of its processor. */
  readonly instanceType: string;
  /** Amazon Linux 2023 image for that processor. @default the newest, at each deployment */
  readonly imageId?: string | undefined;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly volumeGiB: number;
  /** Volumes beside it, empty at first. @default none */
  readonly volumes?: readonly { readonly device: string; readonly gib: number }[];
  readonly volumesKey: IKey;
  /** The collector's configuration as text. */
  readonly configuration: string;
  /** Certificate and key of the tier, and whom it trusts. */
  readonly certificate: InstanceSecret;
  /** What the tier's role may do beyond fetching its artifact and certificate. */
  readonly statements: readonly PolicyStatement[];
  /** Where an instance that goes leaves the rest of its queue. @default nowhere: a tier without a queue */
  readonly handoverBucket?: HandoverBucket;
  /** Secret of the pseudonyms, for a tier that makes them. */
  readonly pseudonyms?: InstanceSecret | undefined;
  /** Why no alarm rolls a refresh back. @default nothing: missing instances do */
  readonly rollbackDisabled?: string | undefined;
  /** Key of the bootstrap's bucket. @default S3's own */
  readonly assetsKeyArn?: string | undefined;
  /** Seconds between leaving the service and stopping: until peers know and nothing is only in memory. */
  readonly leaveSeconds: number;
  /** Further security groups of the instances. */
  readonly securityGroups?: readonly ISecurityGroup[];
  /** What the security group says. Immutable: another text replaces the group. @default Collectors: and the tier */
  readonly description?: string;
  /** What the rule for S3 says, and what bounds it. @default isolated subnets with one endpoint for S3 */
  readonly egress?: { readonly description: string; readonly reason: string };
  /** @default the instance's own status checks */
  readonly healthChecks?: HealthChecks;
  /** What this tier needs beyond a collector. */
  readonly extra?: {
    readonly packages?: readonly string[];
    /** Units that must run before the collector does. */
    readonly unitsBefore?: readonly string[];
    readonly files?: readonly InstanceFile[];
    readonly commands?: readonly string[];
    /** Variables of the collector's configuration. */
    readonly variables?: Readonly<Record<string, string>>;
    /** Variables of the scripts and units. */
    readonly scriptVariables?: Readonly<Record<string, string>>;
  };
}

/** What bounds egress in the VPC of an environment. */
const isolated = {
  description: 'S3 through the gateway endpoint: no other route',
  reason:
    'The subnets are isolated: their only route to a public address is the S3 gateway endpoint, whose policy names two buckets.',
};

/** How long an instance waits for its queue to empty before the rest goes to a bucket, in seconds. */
const queueSeconds = 900;

/**
 * Collectors of one tier: an Auto Scaling group over all zones. A change of template starts an instance refresh: a new
 * instance must work before an old one hands over and goes, and an alarm rolls the stack back.
 */
export class Fleet extends Construct {
  readonly group: AutoScalingGroup;
  readonly securityGroup: SecurityGroup;
  /** Another one for each set of instances. */
  readonly generation: string;

  constructor(scope: Construct, id: string, props: FleetProps) {
    super(scope, id);
    const { environment, vpc, tier, role, egress = isolated } = props;
    const stack = Stack.of(this);

    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: props.description ?? `Collectors: ${tier}`,
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), egress.description);
    acknowledge(this.securityGroup, {
      id: 'Harbourline-OpenSecurityGroup[egress-0.0.0.0/0]',
      reason: `S3 answers at public addresses and the id of its prefix list is not known before deployment. ${egress.reason}`,
    });

    const collector = Artifact.collector(this, 'Collector', platformOf(props.instanceType));
    const scripts = Artifact.folder(this, 'Scripts', join(__dirname, 'instance-files'));
    // In this stack, whatever stack the role is in: the other way round the two would depend on each other.
    const policy = attach(this, 'Policy', role, [
      collector.readStatement(),
      ...props.certificate.statements,
      ...(props.pseudonyms?.statements ?? []),
      sessionManager(),
      ...lifecycleStatements(this, environment, tier),
      ...(props.handoverBucket?.statements(tier) ?? []),
      scripts.readStatement(),
      ...decryptAssets(props.assetsKeyArn, stack.region),
      ...props.statements,
    ]);
    acknowledgeWildcards(policy);
    props.handoverBucket?.acknowledgeOn(policy, tier);

    const launchTemplate = new LaunchTemplate(this, 'LaunchTemplate', {
      instanceType: new InstanceType(props.instanceType),
      machineImage: machineImage(props, stack.region),
      role,
      securityGroup: this.securityGroup,
      userData: UserData.custom(this.bootDocument(props, collector, scripts)),
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
        ...(props.volumes ?? []).map(({ device, gib }) => ({
          deviceName: device,
          volume: BlockDeviceVolume.ebs(gib, {
            volumeType: EbsDeviceVolumeType.GP3,
            encrypted: true,
            kmsKey: props.volumesKey,
            deleteOnTermination: true,
          }),
        })),
      ],
    });
    for (const group of props.securityGroups ?? []) launchTemplate.addSecurityGroup(group);

    this.group = new AutoScalingGroup(this, 'Group', {
      vpc,
      vpcSubnets: props.subnets,
      launchTemplate,
      minCapacity: props.minInstances,
      maxCapacity: props.maxInstances,
      healthChecks: props.healthChecks ?? HealthChecks.ec2({ gracePeriod: Duration.minutes(5) }),
      // Target tracking waits for it before it counts an instance.
      defaultInstanceWarmup: Duration.minutes(1),
      groupMetrics: [GroupMetrics.all()],
      // The disk queue goes with its instance: no span waits there for longer than it may be in the store. Without a queue:
      // no instance misses the newest image for longer.
      maxInstanceLifetime: Duration.days(lifetimeDays),
      updatePolicy: UpdatePolicy.instanceRefresh({
        strategy: InstanceRefreshStrategy.ROLLING,
        // A new instance first, then an old one goes.
        minHealthyPercentage: 100,
        maxHealthyPercentage: 150,
        instanceWarmup: Duration.minutes(1),
        bakeTime: Duration.minutes(5),
        ...(props.rollbackDisabled
          ? {}
          : {
              alarms: [
                Alarm.fromAlarmName(this, 'Watched', missingInstancesAlarmName(namesIn(this, environment), tier)),
              ],
            }),
      }),
    });
    // An instance fetches its certificate at first boot: it must have been issued, and be readable.
    this.group.node.addDependency(policy, ...(props.certificate.issued ?? []));
    this.generation = launchTemplate.latestVersionNumber;
    (this.group.node.defaultChild as CfnAutoScalingGroup).lifecycleHookSpecificationList = lifecycleHooks;
    acknowledge(this.group, {
      id: 'AwsSolutions-AS3',
      reason:
        'Launches and terminations are normal here (rolling updates, scaling) and are in CloudTrail; people are notified of symptoms by alarms, not of instances.',
    });
    missingInstancesAlarm(this, { environment, tier, group: this.group, minInstances: props.minInstances });
    Tags.of(this.group).add('Name', `${namesIn(this, environment).system}-${tier}`);
    Tags.of(this.group).add('harbourline:tier', tier);
  }

  /** What an instance does at first boot. */
  private bootDocument(props: FleetProps, collector: Artifact, scripts: Artifact): string {
    const { region } = Stack.of(this);
    return cloudConfig({
      packages: ['jq', 'unzip', ...(props.extra?.packages ?? [])],
      files: [
        { path: paths.configuration, content: props.configuration },
        {
          path: paths.environment,
          content: environmentFile({
            AWS_REGION: region,
            GOMEMLIMIT: `${sizesOf(props.tier, props.instanceType).goMiB}MiB`,
            [variables.loopback]: '127.0.0.1',
            [variables.dataDirectory]: paths.data,
            [variables.tlsDirectory]: paths.tls,
            ...props.extra?.variables,
          }),
        },
        {
          path: paths.scriptsEnvironment,
          content: environmentFile({
            TIER: props.tier,
            ...(props.handoverBucket ? { HANDOVER_BUCKET: props.handoverBucket.bucket.bucketName } : {}),
            LEAVE_SECONDS: `${props.leaveSeconds}`,
            QUEUE_SECONDS: `${queueSeconds}`,
            POLL_SECONDS: '5',
            CERTIFICATE_SECRET: props.certificate.secretArn,
            TLS_DIRECTORY: paths.tls,
            ...(props.pseudonyms ? { PSEUDONYM_SECRET_ID: props.pseudonyms.secretArn } : {}),
            ...props.extra?.scriptVariables,
          }),
        },
        ...(props.extra?.files ?? []),
      ],
      commands: [
        ...setUp(region),
        collector.unpackInto(paths.program),
        scripts.unpackInto(paths.scripts),
        runScript('certificate'),
        ...(props.handoverBucket ? [runScript('replay')] : []),
        startUnits(...(props.extra?.unitsBefore ?? []), 'collector', 'drain', 'certificate'),
        ...(props.extra?.commands ?? []),
        runScript('join'),
      ],
    });
  }
}

/** Amazon Linux 2023 for the processor of a type: pinned by the configuration, or the newest at each deployment. */
export const machineImage = (
  { imageId, instanceType }: Pick<FleetProps, 'imageId' | 'instanceType'>,
  region: string,
): IMachineImage =>
  imageId
    ? MachineImage.genericLinux({ [region]: imageId })
    : MachineImage.latestAmazonLinux2023({
        cpuType: architectureOf(instanceType) === 'arm64' ? AmazonLinuxCpuType.ARM_64 : AmazonLinuxCpuType.X86_64,
      });

const platformOf = (instanceType: string): Platform =>
  architectureOf(instanceType) === 'arm64' ? 'linux/arm64' : 'linux/amd64';

/** What the SSM agent needs for Session Manager: less than the managed policy, which also reads all parameters. */
export const sessionManager = (): PolicyStatement =>
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
