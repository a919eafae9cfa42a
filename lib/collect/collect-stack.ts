import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, Port } from 'aws-cdk-lib/aws-ec2';
import { type IRole, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { HttpNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import { foreignClients, gatewayNames } from '../../config/entrance';
import { pinnedImage } from '../../config/regions';
import { redactionOf } from '../collector/blocks/redaction';
import { gatewayConfiguration } from '../collector/gateway';
import { samplerConfiguration } from '../collector/sampler';
import { EnvironmentStack, type EnvironmentStackProps, isOurs } from '../common/environment-stack';
import { serviceRole } from '../common/iam';
import { cloudMapNamespace, cloudMapServices } from '../contract/cloud-map';
import { metricLogGroup } from '../contract/metrics';
import { namesOf } from '../contract/names';
import { ports } from '../contract/ports';
import type { LinkStackProps } from '../link/link-stack';
import { TierCertificates } from '../machine/certificates';
import { Deregistration } from '../machine/deregistration';
import { HandoverBucket } from '../machine/handover-bucket';
import { writeMetrics } from '../machine/metric-log';
import { Pseudonyms } from '../machine/pseudonyms';
import { Settled } from '../machine/settled';
import { volumesKey } from '../machine/volumes-key';
import type { FleetCapacity, Watched } from '../observe/alarms/alarm';
import { Agent, securityLevel } from './agent';
import { Entrance } from './entrance';
import { Gateways } from './gateways';
import { Samplers } from './samplers';

export interface CollectStackProps extends EnvironmentStackProps {
  readonly vpc: IVpc;
  readonly logsKey: IKey;
  /** Role of the samplers, which OpenSearch knows as its writer. */
  readonly writerRole: IRole;
  /** Membership opens the way to the domain. */
  readonly storeClients: ISecurityGroup;
  readonly domainEndpoint: string;
}

/** The collectors: gateways, samplers, and what an agent needs to find and trust them. */
export class CollectStack extends EnvironmentStack {
  /** What alarms watch. */
  readonly capacity: FleetCapacity;
  readonly functions: Pick<Watched['functions'], 'Certificates not renewed' | 'Ended samplers stay registered'>;
  /** What the relays of the link share with the other tiers. */
  readonly forRelays: Pick<
    LinkStackProps,
    'volumesKey' | 'handoverBucket' | 'relayCertificate' | 'metricLogGroup' | 'namespace' | 'samplers'
  >;

  /** What the stack of a link imports. */
  exportForLink(): void {
    const {
      volumesKey: key,
      handoverBucket,
      relayCertificate,
      metricLogGroup: group,
      namespace,
      samplers,
    } = this.forRelays;
    for (const value of [
      key.keyArn,
      handoverBucket.bucket.bucketName,
      handoverBucket.bucket.bucketArn,
      relayCertificate.secretArn,
      relayCertificate.keyArn,
      group.logGroupArn,
      namespace.namespaceId,
      samplers.securityGroupId,
    ].filter(isOurs)) {
      this.exportValue(value);
    }
  }

  constructor(scope: Construct, id: string, props: CollectStackProps) {
    super(scope, id, props);
    const { config } = this;
    const { environment, collect } = config;
    const { vpc, logsKey } = props;

    const { logRetentionDays: logRetention } = config.observe;
    const { keyArns, certificateAuthorityArn } = config.organisation;
    const disks = volumesKey(this, 'VolumesKey', 'disk queues of the collectors', keyArns.volumes);
    const agentReaders = foreignClients(config).map(({ account, nodeRoleArns: roleArns }) => ({ account, roleArns }));
    const certificates = new TierCertificates(this, 'Certificates', {
      environment,
      gatewayNames: gatewayNames(config),
      agentReaders,
      authorityArn: certificateAuthorityArn,
      keyArn: keyArns.secrets,
      logsKey,
      logRetention,
    });
    const pseudonyms =
      config.redaction.pseudonymKeys.length > 0
        ? new Pseudonyms(this, 'Pseudonyms', environment, agentReaders, keyArns.secrets).secret
        : undefined;

    const handoverBucket = new HandoverBucket(this, 'Remainders', { environment, key: disks });

    const names = { namespace: cloudMapNamespace(namesOf(config)), service: cloudMapServices.sampler };
    const relays = config.link ? { namespace: names.namespace, service: cloudMapServices.relay } : undefined;
    const namespace = new HttpNamespace(this, 'Namespace', { name: names.namespace });
    const discovery = namespace.createService('SamplerService', {
      name: names.service,
      customHealthCheck: { failureThreshold: 1 },
    });

    // A physical name, because the collectors' static configuration names it.
    const logGroup = new LogGroup(this, 'Metrics', {
      logGroupName: metricLogGroup(namesOf(config)),
      encryptionKey: logsKey,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const gatewayRole = serviceRole(this, 'GatewayRole', {
      description: 'Gateways: finds samplers',
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    });
    // By name: it belongs to a stack that is deployed after this one.
    const gateways = new Gateways(this, 'Gateways', {
      environment,
      imageId: pinnedImage(collect, collect.gateway.instanceType),
      gateway: collect.gateway,
      legacyClients: collect.legacyClients,
      clientPrefixes: config.network.serviceVpcPrefixes,
      production: config.production,
      rollbackDisabled: collect.rollbackDisabled,
      assetsKeyArn: config.assetsKeyArn,
      vpc,
      role: gatewayRole,
      statements: [discoverInstances(names), writeMetrics(logGroup)],
      volumesKey: disks,
      handoverBucket,
      certificate: certificates.of.gateway,
      pseudonyms,
      configuration: gatewayConfiguration({
        environment,
        namePrefix: config.organisation.namePrefix,
        region: config.region,
        legacyClients: collect.legacyClients,
        redaction: redactionOf(config),
        instanceType: collect.gateway.instanceType,
        volumeGiB: collect.gateway.volumeGiB,
        services: config.observe.metricsBudget.services,
        samplers: names,
      }),
    });

    const samplers = new Samplers(this, 'Samplers', {
      environment,
      imageId: pinnedImage(collect, collect.sampler.instanceType),
      sampler: collect.sampler,
      forward: collect.forward,
      decisionWaitSeconds: config.sampling.decisionWaitSeconds,
      rollbackDisabled: collect.rollbackDisabled,
      assetsKeyArn: config.assetsKeyArn,
      vpc,
      role: props.writerRole,
      volumesKey: disks,
      handoverBucket,
      certificate: certificates.of.sampler,
      configuration: samplerConfiguration({
        environment,
        namePrefix: config.organisation.namePrefix,
        region: config.region,
        instanceType: collect.sampler.instanceType,
        volumeGiB: collect.sampler.volumeGiB,
        named: config.observe.metricsBudget,
        forward: collect.forward,
        instances: collect.sampler.maxInstances,
        mainland: config.mainland,
        ...(relays ? { relays } : {}),
        sampling: config.sampling,
      }),
      gateways: gateways.fleet.securityGroup,
      securityGroups: [props.storeClients],
      discovery,
      metricLogGroup: logGroup,
      domainEndpoint: props.domainEndpoint,
      statements: relays ? [discoverInstances(relays)] : [],
    });
    this.forRelays = {
      volumesKey: disks,
      handoverBucket,
      relayCertificate: certificates.of.relay,
      metricLogGroup: logGroup,
      namespace,
      samplers: samplers.fleet.securityGroup,
    };
    const deregistration = new Deregistration(this, 'Departed', {
      logsKey,
      logRetention,
      group: samplers.fleet.group,
      discovery,
    });
    this.functions = {
      'Certificates not renewed': certificates.functionName,
      'Ended samplers stay registered': deregistration.functionName,
    };
    this.capacity = {
      groups: {
        gateway: gateways.fleet.group.autoScalingGroupName,
        sampler: samplers.fleet.group.autoScalingGroupName,
      },
      loadBalancer: gateways.loadBalancer.loadBalancerFullName,
      targetGroup: gateways.targets.targetGroupFullName,
    };
    gateways.fleet.securityGroup.connections.allowTo(samplers.fleet.securityGroup, Port.tcp(ports.otlpGrpc));

    new Settled(this, 'Settled', {
      logsKey,
      logRetention: config.observe.logRetentionDays,
      fleets: [
        {
          group: gateways.fleet.group,
          generation: gateways.fleet.generation,
          atLeast: collect.gateway.minInstances,
          targetGroups: gateways.targetGroups,
        },
        {
          group: samplers.fleet.group,
          generation: samplers.fleet.generation,
          atLeast: collect.sampler.minInstances,
          discovery,
        },
      ],
      loadBalancers: [gateways.loadBalancer],
      protect: config.production,
    });

    if (collect.rollbackDisabled) {
      new CfnOutput(this, 'RollbackDisabled', {
        value: collect.rollbackDisabled,
        description: 'Why no alarm rolls its fleets back',
      });
    }

    const entrance = new Entrance(this, 'Entrance', {
      config,
      loadBalancer: gateways.loadBalancer,
      certificate: certificates.of.agent,
      pseudonyms,
    });
    new Agent(this, 'Agent', {
      environment,
      agent: config.agent,
      redaction: redactionOf(config),
      securityLevel: securityLevel(config),
      assetsKeyArn: config.assetsKeyArn,
      certificate: certificates.of.agent,
      pseudonyms,
      gatewayEndpoint: entrance.gatewayEndpoint,
    });
  }
}

/** DiscoverInstances takes no resource, so conditions say which namespace and service. */
const discoverInstances = ({ namespace, service }: { namespace: string; service: string }): PolicyStatement =>
  new PolicyStatement({
    sid: 'FindPeers',
    actions: ['servicediscovery:DiscoverInstances'],
    resources: ['*'],
    conditions: {
      StringEquals: {
        'servicediscovery:NamespaceName': namespace,
        'servicediscovery:ServiceName': service,
      },
    },
  });
