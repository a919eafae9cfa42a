import { CfnOutput, Duration, Stack, Tags } from 'aws-cdk-lib';
import { AutoScalingGroup, HealthChecks, UpdatePolicy } from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  type ISecurityGroup,
  type IVpc,
  LaunchTemplate,
  Peer,
  Port,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { pinnedImage } from '../../config/regions';
import type { EnvironmentConfig } from '../../config/schema';
import { serviceRole } from '../common/iam';
import { namesIn } from '../common/names';
import { acknowledge } from '../compliance/acknowledge';
import { accessTier, domainName, sessionDocument } from '../contract/access';
import { namesOf } from '../contract/names';
import { machineImage, sessionManager } from '../machine/fleet';
import { subnets } from '../network/network-stack';

export interface SessionHostProps {
  readonly config: EnvironmentConfig;
  readonly vpc: IVpc;
  /** Membership opens the way to the domain. */
  readonly storeClients: ISecurityGroup;
  readonly domainEndpoint: string;
}

/**
 * An instance that sessions of people go through on their way to the store. It admits nobody, may do nothing beyond Session
 * Manager, and holds nothing: TLS passes through it, from a person's machine to the domain. The session document forwards to
 * the domain's port 443 and nowhere else, and whoever has the policy may open that document here, not a shell.
 */
export class SessionHost extends Construct {
  constructor(scope: Construct, id: string, { config, vpc, storeClients, domainEndpoint }: SessionHostProps) {
    super(scope, id);
    const { environment, store, collect, network } = config;
    const { instanceType } = store.access.session;
    const stack = Stack.of(this);
    const role = serviceRole(this, 'Role', {
      description: 'Instance that sessions to the trace store go through: Session Manager and nothing else',
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      statements: [sessionManager()],
    });
    acknowledge(this.node.findChild('RolePolicy'), {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'The actions of the SSM agent take no resource: it registers its own instance and opens its own channels.',
    });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Sessions to the trace store: nobody comes in',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(Peer.ipv4(network.cidr), Port.tcp(443), 'Session Manager through endpoints of the VPC');
    const launchTemplate = new LaunchTemplate(this, 'LaunchTemplate', {
      instanceType: new InstanceType(instanceType),
      machineImage: machineImage({ instanceType, imageId: pinnedImage(collect, instanceType) }, stack.region),
      role,
      securityGroup,
      httpPutResponseHopLimit: 1,
      requireImdsv2: true,
      detailedMonitoring: true,
      associatePublicIpAddress: false,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          // With AWS's own key: there is nothing on it but the image.
          volume: BlockDeviceVolume.ebs(8, {
            volumeType: EbsDeviceVolumeType.GP3,
            encrypted: true,
            deleteOnTermination: true,
          }),
        },
      ],
    });
    launchTemplate.addSecurityGroup(storeClients);
    const group = new AutoScalingGroup(this, 'Group', {
      vpc,
      vpcSubnets: subnets.collect,
      launchTemplate,
      minCapacity: 1,
      maxCapacity: 1,
      healthChecks: HealthChecks.ec2({ gracePeriod: Duration.minutes(5) }),
      // Never older than the newest image by more than this; what is open meanwhile is opened again.
      maxInstanceLifetime: Duration.days(14),
      updatePolicy: UpdatePolicy.rollingUpdate({ minInstancesInService: 0, maxBatchSize: 1 }),
    });
    acknowledge(group, {
      id: 'AwsSolutions-AS3',
      reason: 'A launch or termination here interrupts a session that a person opens again, and is in CloudTrail.',
    });
    Tags.of(group).add('Name', `${namesOf(config).system}-${accessTier}`);
    Tags.of(group).add('harbourline:tier', accessTier);

    const document = new CfnDocument(this, 'Document', {
      // A physical name, because people and policies name it.
      name: sessionDocument(namesOf(config)),
      documentType: 'Session',
      updateMethod: 'NewVersion',
      content: {
        schemaVersion: '1.0',
        description: `Harbourline: forwards a local port to the trace store of ${environment}`,
        sessionType: 'Port',
        parameters: {
          localPortNumber: {
            type: 'String',
            description: 'Port on the machine of whoever opens the session',
            allowedPattern: '^([1-9][0-9]{0,4})$',
            default: '8443',
          },
        },
        properties: {
          type: 'LocalPortForwarding',
          host: domainEndpoint,
          portNumber: '443',
          localPortNumber: '{{ localPortNumber }}',
        },
      },
    });
    this.policy(environment, document);
  }

  /** What a person's role needs to open a session to the store. */
  private policy(environment: string, document: CfnDocument): void {
    const stack = Stack.of(this);
    const arn = (service: string, resource: string, resourceName: string) =>
      stack.formatArn({ service, resource, resourceName });
    const policy = new ManagedPolicy(this, 'OperatorPolicy', {
      description: `What a person's role needs to reach the trace store of ${environment}, beside a right in the store`,
      statements: [
        new PolicyStatement({
          sid: 'ThroughTheInstance',
          actions: ['ssm:StartSession'],
          resources: [arn('ec2', 'instance', '*')],
          conditions: {
            StringEquals: {
              'ssm:resourceTag/harbourline:environment': environment,
              'ssm:resourceTag/harbourline:tier': accessTier,
            },
            // The document must be allowed, too: without it the account's own would open a shell.
            BoolIfExists: { 'ssm:SessionDocumentAccessCheck': 'true' },
          },
        }),
        new PolicyStatement({
          sid: 'ByTheDocument',
          actions: ['ssm:StartSession'],
          resources: [arn('ssm', 'document', document.ref)],
        }),
        new PolicyStatement({
          sid: 'OwnSessions',
          actions: ['ssm:ResumeSession', 'ssm:TerminateSession'],
          resources: [arn('ssm', 'session', '*')],
          conditions: { StringLike: { 'ssm:resourceTag/aws:ssmmessages:session-id': '${aws:userid}' } },
        }),
        new PolicyStatement({ sid: 'FindTheInstance', actions: ['ec2:DescribeInstances'], resources: ['*'] }),
        new PolicyStatement({
          sid: 'FindTheStore',
          actions: ['es:DescribeDomain'],
          resources: [arn('es', 'domain', domainName(namesIn(this, environment)))],
        }),
      ],
    });
    acknowledge(
      policy,
      {
        id: `AwsSolutions-IAM5[Resource::${arn('ec2', 'instance', '*')}]`,
        reason:
          'Instances come and go: the condition admits those with the tags of this one, which the stack alone sets.',
      },
      {
        id: `AwsSolutions-IAM5[Resource::${arn('ssm', 'session', '*')}]`,
        reason: "Ids of sessions are made when they are opened: the condition admits those of the caller's own.",
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'DescribeInstances takes no resource, and shows what instances there are, nothing that they hold.',
      },
    );
    new CfnOutput(stack, 'StoreSessionPolicy', {
      value: policy.managedPolicyArn,
      description: 'Attach it to the roles of people who may open a session to the store',
    });
  }
}
