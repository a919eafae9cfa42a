import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { type IRole, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { EnvironmentStack, type EnvironmentStackProps } from '../common/environment-stack';
import { serviceRole } from '../common/iam';
import { subnets } from '../network/network-stack';
import { StoreBootstrap } from './bootstrap';
import { StoreCheck } from './check';
import { domainDocuments } from './documents';
import { TraceDomain } from './domain';
import type { Grant } from './grants';

export interface StoreStackProps extends EnvironmentStackProps {
  readonly vpc: IVpc;
  readonly logsKey: IKey;
}

/** Where raw traces live: the domain, who may do what in it, and how long they stay. */
export class StoreStack extends EnvironmentStack {
  /** Role of the machines that write spans: it may write and nothing else. */
  readonly writerRole: IRole;
  /** Members may open HTTPS connections to the domain. */
  readonly clientSecurityGroup: ISecurityGroup;
  /** Host name of the domain. */
  readonly domainEndpoint: string;
  readonly domainName: string;
  /** Name of the function that checks the store. */
  readonly checkFunction: string;

  constructor(scope: Construct, id: string, props: StoreStackProps) {
    super(scope, id, { terminationProtection: true, ...props });
    const { store } = this.config;

    this.writerRole = serviceRole(this, 'WriterRole', {
      description: 'Samplers: writes spans to the trace store',
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    });
    const bootstrapRole = serviceRole(this, 'BootstrapRole', {
      description: 'IAM master of the trace store: the bootstrap function and the hourly check, no person',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });

    const { domain, clientSecurityGroup } = new TraceDomain(this, 'Traces', {
      environment: this.config.environment,
      store,
      logRetention: this.config.observe.logRetentionDays,
      vpc: props.vpc,
      subnets: props.vpc.selectSubnets(subnets.store).subnets,
      logsKey: props.logsKey,
      master: bootstrapRole,
      principals: [bootstrapRole, this.writerRole],
      readerRoleArns: [...new Set([...store.readerRoleArns, ...store.grants.flatMap(({ roleArn }) => roleArn ?? [])])],
    });
    this.clientSecurityGroup = clientSecurityGroup;
    this.domainEndpoint = domain.domainEndpoint;
    this.domainName = domain.domainName;

    const master = {
      vpc: props.vpc,
      clientSecurityGroup,
      logsKey: props.logsKey,
      logRetention: this.config.observe.logRetentionDays,
      role: bootstrapRole,
      domainEndpoint: domain.domainEndpoint,
      grants: store.grants.map(grantOf),
    };
    new StoreBootstrap(this, 'Access', {
      ...master,
      documents: domainDocuments({
        retentionDays: store.retentionDays,
        shards: store.shards,
        replicas: store.replicas,
        codec: store.codec,
        refreshIntervalSeconds: store.refreshIntervalSeconds,
        roles: {
          writer: [this.writerRole.roleArn],
          reader: [...store.readerRoleArns, ...store.readerGroups],
          granted: master.grants.map(({ principal }) => principal),
        },
      }),
    });
    this.checkFunction = new StoreCheck(this, 'Check', {
      ...master,
      environment: this.config.environment,
      retentionDays: store.retentionDays,
    }).functionName;
  }
}

/** A day ends in Hong Kong, where whoever was granted it works. */
const grantOf = ({ role, roleArn, group, until }: EnvironmentConfig['store']['grants'][number]): Grant => ({
  role,
  principal: roleArn ?? group ?? '',
  until: `${until}T24:00:00+08:00`,
});
