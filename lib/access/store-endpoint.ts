import { join } from 'node:path';
import { CfnOutput, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { Peer, Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { DeploymentFunction } from '../common/function';
import { acknowledge } from '../compliance/acknowledge';
import { domainName } from '../contract/access';
import { namesOf } from '../contract/names';

export interface StoreEndpointProps {
  readonly config: EnvironmentConfig;
  readonly endpoint: NonNullable<EnvironmentConfig['store']['access']['endpoint']>;
  readonly logsKey: IKey;
}

const entry = join(__dirname, 'endpoint.handler.ts');

const domainArn = (scope: Construct, config: EnvironmentConfig): string =>
  Stack.of(scope).formatArn({
    service: 'es',
    account: config.account,
    region: config.region,
    resource: 'domain',
    resourceName: domainName(namesOf(config)),
  });

/** Lets another account make an endpoint of the domain: the account as a whole, which is all that the service knows. */
export class EndpointAccess extends Construct {
  constructor(scope: Construct, id: string, props: StoreEndpointProps & { readonly account: string }) {
    super(scope, id);
    const { config, account, logsKey } = props;
    const own = new DeploymentFunction(this, 'Function', {
      description: 'Lets an account of operators make an endpoint of the trace store',
      entry,
      logsKey,
      logRetention: config.observe.logRetentionDays,
      statements: [
        new PolicyStatement({
          sid: 'WhoMayMakeAnEndpoint',
          actions: ['es:AuthorizeVpcEndpointAccess', 'es:RevokeVpcEndpointAccess'],
          // Service Authorization Reference, Amazon OpenSearch Service: the actions have no resource type, so a domain would match nothing.
          resources: ['*'],
        }),
      ],
    });
    acknowledge(own.node.findChild('Policy'), {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'IAM knows no resource of these two actions; the domain is named in the code, and CloudFormation alone calls the function, at deployments.',
    });
    new CustomResource(this, 'Access', {
      resourceType: 'Custom::HarbourlineStoreEndpointAccess',
      serviceToken: own.serviceToken,
      properties: { DomainName: domainName(namesOf(config)), Account: account },
    });
  }
}

/** An endpoint of the domain in the operators' VPC, for their addresses. */
export class StoreEndpoint extends Construct {
  constructor(scope: Construct, id: string, { config, endpoint, logsKey }: StoreEndpointProps) {
    super(scope, id);
    // A zone must be named; nothing of ours is placed by it.
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', { vpcId: endpoint.vpcId, availabilityZones: [`${config.region}a`] });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `The trace store of ${config.environment}: HTTPS from operators`,
      // It answers, and opens nothing.
      allowAllOutbound: false,
    });
    for (const prefix of endpoint.prefixes) {
      securityGroup.addIngressRule(Peer.ipv4(prefix), Port.tcp(443), 'HTTPS from operators');
    }
    const own = new DeploymentFunction(this, 'Function', {
      description: 'Makes an endpoint of the trace store in the VPC of operators',
      entry,
      logsKey,
      logRetention: config.observe.logRetentionDays,
      statements: [
        new PolicyStatement({
          sid: 'EndpointsOfDomains',
          actions: ['es:CreateVpcEndpoint', 'es:UpdateVpcEndpoint', 'es:DeleteVpcEndpoint', 'es:DescribeVpcEndpoints'],
          resources: ['*'],
        }),
        // OpenSearch Service makes the endpoint with the rights of its caller.
        new PolicyStatement({
          sid: 'TheirInterfaces',
          actions: [
            'ec2:CreateVpcEndpoint',
            'ec2:ModifyVpcEndpoint',
            'ec2:DeleteVpcEndpoints',
            'ec2:DescribeVpcEndpoints',
            'ec2:DescribeVpcs',
            'ec2:DescribeSubnets',
            'ec2:DescribeSecurityGroups',
            'ec2:CreateTags',
            'ec2:DescribeTags',
          ],
          resources: ['*'],
        }),
      ],
    });
    acknowledge(own.node.findChild('Policy'), {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'The id of the endpoint is made by the call, and most of these actions take no resource; CloudFormation alone calls the function, at deployments.',
    });
    const made = new CustomResource(this, 'Endpoint', {
      resourceType: 'Custom::HarbourlineStoreEndpoint',
      serviceToken: own.serviceToken,
      serviceTimeout: Duration.minutes(15),
      properties: {
        DomainArn: domainArn(this, config),
        VpcId: endpoint.vpcId,
        SubnetIds: endpoint.subnetIds,
        SecurityGroupIds: [securityGroup.securityGroupId],
      },
    });
    new CfnOutput(Stack.of(this), 'StoreEndpoint', {
      value: made.getAttString('Endpoint'),
      description: 'Host name of the trace store for operators: npm run trace -- --via endpoint --endpoint https://…',
    });
  }
}
