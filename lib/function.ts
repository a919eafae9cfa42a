import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, type NodejsFunctionProps, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';

export interface DeploymentFunctionProps
  extends Pick<NodejsFunctionProps, 'entry' | 'environment' | 'vpc' | 'vpcSubnets' | 'securityGroups'> {
  /** What it does while a stack is deployed, for whoever meets it in the console. */
  readonly description: string;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  /** @default a role of its own that may write its log and nothing else */
  readonly role?: Role;
}

/**
 * A function that runs while a stack is deployed, behind CDK's custom-resource provider: own log group, own role with
 * no managed policies, arm64, code bundled by esbuild.
 */
export class DeploymentFunction extends Construct {
  readonly role: Role;
  /** `serviceToken` of the custom resource. */
  readonly serviceToken: string;

  constructor(scope: Construct, id: string, props: DeploymentFunctionProps) {
    super(scope, id);
    const { logsKey, logRetention, role, ...rest } = props;
    this.role = role ?? deploymentRole(this, 'Role');
    const logGroup = (name: string) =>
      new LogGroup(this, name, {
        encryptionKey: logsKey,
        retention: logRetention,
        removalPolicy: RemovalPolicy.DESTROY,
      });

    const own = new NodejsFunction(this, 'Function', {
      ...rest,
      role: this.role,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      // A young domain refuses for minutes; the custom resource itself may take an hour.
      timeout: Duration.minutes(14),
      logGroup: logGroup('Log'),
      bundling: { format: OutputFormat.CJS, minify: false, sourceMap: false, target: 'node24' },
    });
    own.logGroup.grantWrite(this.role);
    if (props.vpc) allowNetworkInterfaces(this.role);

    const frameworkRole = deploymentRole(this, 'ProviderRole');
    const framework = new Provider(this, 'Provider', {
      onEventHandler: own,
      frameworkOnEventRole: frameworkRole,
      logGroup: logGroup('ProviderLog'),
    });
    this.serviceToken = framework.serviceToken;
  }
}

const deploymentRole = (scope: Construct, id: string): Role =>
  new Role(scope, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });

/** What Lambda needs to run inside a VPC, as statements instead of the broader managed policy. */
function allowNetworkInterfaces(role: Role): void {
  role.addToPolicy(
    new PolicyStatement({
      sid: 'NetworkInterfacesOfTheFunction',
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
    }),
  );
}
