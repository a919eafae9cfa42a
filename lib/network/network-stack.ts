import { DefaultStackSynthesizer, RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogMaxAggregationInterval,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  type InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { allowCloudWatchLogs, encryptionKey } from '../common/encryption-key';
import { EnvironmentStack, type EnvironmentStackProps, isOurs } from '../common/environment-stack';
import { serviceRole } from '../common/iam';
import { acknowledge } from '../compliance/acknowledge';
import { type SubnetGroup, subnetCidrs, subnetGroups, subnetMask } from '../contract/addresses';
import { handoverBucketName } from '../contract/buckets';
import { interfaceEndpoints } from '../contract/endpoints';
import { namesOf } from '../contract/names';
import { DnsFirewall } from './dns-firewall';
import { ExistingVpc } from './existing-vpc';
import { RoutedEntrance } from './routed-entrance';

/** Names of the subnet groups. None has a route out of the VPC. */
export const subnets = {
  /** Collectors, interface endpoints and functions. */
  collect: { subnetGroupName: 'collect' },
  /** The OpenSearch domain. */
  store: { subnetGroupName: 'store' },
  /** Relays: the only instances that the mainland may reach, the only ones with a route to it. */
  link: { subnetGroupName: 'link' },
  /**
   * The transit gateway's interfaces, and nothing else: in a subnet of their own, because network ACLs do not judge what comes
   * from a transit gateway that is attached in the same subnet.
   */
  transit: { subnetGroupName: 'transit' },
} as const;

const zonesAreConfigured = {
  id: 'W3010',
  reason:
    'Zones come from the configuration: a look-up at synth would need credentials, and OpenSearch wants its zones known.',
};

/**
 * A VPC without a way out: isolated subnets over the configured zones, endpoints for the services that instances really
 * call, flow logs. No internet gateway, no NAT, no public address. Where services come by a route, it leads to them alone.
 * In a VPC that exists, the subnets are what has none of it.
 */
export class NetworkStack extends EnvironmentStack {
  readonly vpc: IVpc;
  /** Encrypts every log group of the environment: one purpose, "operational logs", read by the same people. */
  readonly logsKey: IKey;

  constructor(scope: Construct, id: string, props: EnvironmentStackProps) {
    super(scope, id, props);
    const { network, collect, organisation } = this.config;
    const { routed } = collect.entrance;
    this.logsKey = encryptionKey(this, 'LogsKey', 'operational logs', organisation.keyArns.logs);
    allowCloudWatchLogs(this.logsKey);

    const groups = subnetGroups(this.config);
    this.vpc = network.existing ? this.inExisting(network.existing, groups) : this.ownVpc(groups);
    if (routed) {
      const { legacyClients, forward } = this.config.collect;
      const collectCidrs = subnetCidrs(this.config, 'collect');
      const { cidr } = network;
      const existingCidrs = network.existing?.cidrs ?? [];
      new RoutedEntrance(this, 'Entrance', {
        vpc: this.vpc,
        routed,
        legacyClients,
        forward,
        cidr,
        existingCidrs,
        collectCidrs,
      });
    }

    this.addEndpoints();
    this.addFlowLogs();
    const { otlp, zipkin } = this.config.collect.forward ?? {};
    new DnsFirewall(this, 'Dns', {
      environment: this.config.environment,
      vpc: this.vpc,
      logsKey: this.logsKey,
      logRetention: this.config.observe.logRetentionDays,
      hosts: [otlp, zipkin]
        .flatMap((backend) => (backend ? [new URL(backend.endpoint).hostname] : []))
        .filter((host) => !/^[\d.]+$/.test(host)),
      production: this.config.production,
    });
  }

  private ownVpc(groups: readonly SubnetGroup[]): IVpc {
    const { cidr, availabilityZones } = this.config.network;
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      availabilityZones: [...availabilityZones],
      natGateways: 0,
      // Nothing of ours uses the default security group; this empties it, so that nothing else can by mistake.
      restrictDefaultSecurityGroup: true,
      subnetConfiguration: groups.map((name) => ({
        name,
        subnetType: SubnetType.PRIVATE_ISOLATED,
        cidrMask: subnetMask(this.config, name),
      })),
    });
    acknowledge(vpc, zonesAreConfigured);
    this.acknowledgeDefaultGroup(vpc);
    return vpc;
  }

  /** The default security group is left as it is: it is its owner's, and nothing of ours is in it. */
  private inExisting(existing: NonNullable<typeof this.config.network.existing>, groups: readonly SubnetGroup[]): IVpc {
    const construct = new ExistingVpc(this, 'Vpc', { config: this.config, existing, groups });
    acknowledge(construct, zonesAreConfigured);
    return construct.vpc;
  }

  /** What the stack of a link imports: what has been made here. */
  exportForLink(): void {
    const { subnets: linkSubnets } = this.vpc.selectSubnets(subnets.link);
    for (const value of [
      this.vpc.vpcId,
      this.logsKey.keyArn,
      ...linkSubnets.flatMap(({ subnetId, routeTable }) => [subnetId, routeTable.routeTableId]),
      ...this.vpc.selectSubnets(subnets.transit).subnetIds,
    ].filter(isOurs)) {
      this.exportValue(value);
    }
  }

  private addEndpoints(): void {
    const s3 = this.vpc.addGatewayEndpoint('S3', {
      service: GatewayVpcEndpointAwsService.S3,
      subnets: [subnets.collect, subnets.link],
    });
    s3.addToPolicy(
      new PolicyStatement({
        sid: 'ArtifactsOfThisAccount',
        principals: [new AnyPrincipal()],
        actions: ['s3:GetObject'],
        resources: [
          this.formatArn({
            service: 's3',
            region: '',
            account: '',
            // The bucket of the bootstrap that this app is deployed with: its qualifier may be the organisation's own.
            resource: `cdk-${this.synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER}-assets-${this.account}-${this.region}`,
            resourceName: '*',
          }),
        ],
        conditions: { StringEquals: { 'aws:PrincipalAccount': this.account } },
      }),
    );
    s3.addToPolicy(
      new PolicyStatement({
        sid: 'AmazonLinuxPackages',
        principals: [new AnyPrincipal()],
        actions: ['s3:GetObject'],
        // Amazon Linux 2023 user guide: the repositories' bucket of a region; package managers ask without signing.
        resources: [
          this.formatArn({
            service: 's3',
            region: '',
            account: '',
            resource: `al2023-repos-${this.region}-de612dc2`,
            resourceName: '*',
          }),
        ],
      }),
    );

    const handoverBucket = (resourceName?: string) =>
      this.formatArn({
        service: 's3',
        region: '',
        account: '',
        resource: handoverBucketName(namesOf(this.config), this.account),
        ...(resourceName ? { resourceName } : {}),
      });
    s3.addToPolicy(
      new PolicyStatement({
        sid: 'RemaindersOfDrainedInstances',
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:ListBucket'],
        resources: [handoverBucket(), handoverBucket('*')],
        conditions: { StringEquals: { 'aws:PrincipalAccount': this.account } },
      }),
    );

    const securityGroup = new SecurityGroup(this, 'EndpointSecurityGroup', {
      vpc: this.vpc,
      description: 'Interface endpoints: HTTPS from the VPC',
      allowAllOutbound: false,
    });
    securityGroup.addIngressRule(Peer.ipv4(this.config.network.cidr), Port.tcp(443), 'AWS APIs from the VPC');
    for (const [name, { service }] of Object.entries(interfaceEndpoints)) {
      const endpoint = this.vpc.addInterfaceEndpoint(name, {
        service,
        subnets: subnets.collect,
        securityGroups: [securityGroup],
        open: false,
      });
      endpoint.addToPolicy(this.ownAccountOnly(service));
    }
  }

  /**
   * What a role may do is in its policies; an endpoint says for whom, and with whose: credentials of another account that
   * were brought here are no use, and nothing of ours is written into the account of another (AWS, building a data perimeter).
   */
  private ownAccountOnly({ shortName }: InterfaceVpcEndpointAwsService): PolicyStatement {
    return new PolicyStatement({
      sid: 'OwnAccountOnly',
      principals: [new AnyPrincipal()],
      actions: ['*'],
      resources: ['*'],
      conditions: {
        StringEquals: { 'aws:PrincipalAccount': this.account },
        // Documents of Systems Manager are AWS's own, in accounts of AWS. Where a service does not name the account of a
        // resource there is nothing to compare.
        ...(shortName === 'ssm' ? {} : { StringEqualsIfExists: { 'aws:ResourceAccount': this.account } }),
      },
    });
  }

  /** CDK's function that empties the default security group is written without typed constructs: judged by its template. */
  private acknowledgeDefaultGroup(vpc: Vpc): void {
    acknowledge(vpc, {
      id: 'NIST.800.53.R5-VPCDefaultSecurityGroupClosed',
      reason:
        'The custom resource beside the VPC empties its default security group at deployment; a template cannot show that it did.',
    });
    const provider = this.node.findChild('Custom::VpcRestrictDefaultSGCustomResourceProvider');
    acknowledge(
      provider.node.findChild('Role'),
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
        reason: 'CDK makes this role and leaves no choice of its policies; this one writes the log of the function.',
      },
      {
        id: 'NIST.800.53.R5-IAMNoInlinePolicy',
        reason: 'CDK makes this role and leaves no choice; its inline policy names one security group and two actions.',
      },
    );
    acknowledge(
      provider.node.findChild('Handler'),
      {
        id: 'NIST.800.53.R5-LambdaConcurrency',
        reason:
          'CloudFormation alone calls it, once per deployment that changes the VPC; reserved concurrency is not to be set on it.',
      },
      {
        id: 'NIST.800.53.R5-LambdaDLQ',
        reason: 'A failure fails the deployment, which rolls back and shows the reason: no event is left to keep.',
      },
      {
        id: 'NIST.800.53.R5-LambdaInsideVPC',
        reason: 'It calls one API of EC2 and nothing inside the VPC, which is being made when it runs.',
      },
    );
  }

  private addFlowLogs(): void {
    const logGroup = new LogGroup(this, 'FlowLogs', {
      encryptionKey: this.logsKey,
      retention: this.config.observe.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const role = serviceRole(this, 'FlowLogsRole', {
      description: 'VPC flow logs: writes to its log group',
      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com').withConditions({
        StringEquals: { 'aws:SourceAccount': this.account },
      }),
      statements: [
        new PolicyStatement({
          sid: 'OwnLog',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
          resources: [logGroup.logGroupArn],
        }),
      ],
    });
    this.vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup, role),
      trafficType: FlowLogTrafficType.ALL,
      maxAggregationInterval: FlowLogMaxAggregationInterval.ONE_MINUTE,
    });
    const { flowLogArchiveArn } = this.config.organisation;
    if (flowLogArchiveArn) {
      const [bucketArn = '', ...folder] = flowLogArchiveArn.split('/');
      this.vpc.addFlowLog('FlowLogArchive', {
        destination: FlowLogDestination.toS3(Bucket.fromBucketArn(this, 'Archive', bucketArn), folder.join('/')),
        trafficType: FlowLogTrafficType.ALL,
        maxAggregationInterval: FlowLogMaxAggregationInterval.ONE_MINUTE,
      });
    }
  }
}
