import { join } from 'node:path';
import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { DeploymentFunction } from '../common/function';
import { subnets } from '../network/network-stack';
import type { DomainDocument } from './documents/document';
import type { Grant } from './grants';

export interface StoreBootstrapProps {
  readonly vpc: IVpc;
  readonly clientSecurityGroup: ISecurityGroup;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  /** The domain's IAM master. */
  readonly role: IRole;
  /** Host name of the domain. */
  readonly domainEndpoint: string;
  readonly documents: readonly DomainDocument[];
  readonly grants: readonly Grant[];
}

/**
 * Applies the reviewed documents to the domain: index templates, write alias, retention policy, roles and mappings.
 * They stand in the template as text, one property each, so that a change is seen where changes are reviewed.
 */
export class StoreBootstrap extends Construct {
  constructor(scope: Construct, id: string, props: StoreBootstrapProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { serviceToken } = new DeploymentFunction(this, 'Bootstrap', {
      description: 'Applies index templates, roles, mappings and retention to the trace store',
      entry: join(__dirname, 'bootstrap.handler.ts'),
      vpc: props.vpc,
      vpcSubnets: subnets.collect,
      securityGroups: [props.clientSecurityGroup],
      logsKey: props.logsKey,
      logRetention: props.logRetention,
      role: props.role,
      environment: { STORE_ENDPOINT: `https://${props.domainEndpoint}`, STORE_AUTH: 'sigv4' },
    });
    new CustomResource(this, 'Documents', {
      resourceType: 'Custom::HarbourlineStoreDocuments',
      serviceToken,
      serviceTimeout: Duration.minutes(15),
      properties: {
        Documents: Object.fromEntries(props.documents.map(({ id, body }) => [id, stack.toJsonString(body)])),
        ...(props.grants.length > 0 ? { Grants: props.grants } : {}),
      },
    });
  }
}
