import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IRole, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, type FunctionProps, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { bundle } from './bundle';
import { acknowledge } from './compliance/acknowledge';
import { attach, serviceRole } from './iam';

export interface DeploymentFunctionProps
  extends Pick<FunctionProps, 'environment' | 'vpc' | 'vpcSubnets' | 'securityGroups'> {
  /** Source file that exports `handler`. */
  readonly entry: string;
  /** What it does while a stack is deployed, for whoever meets it in the console. */
  readonly description: string;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  /** @default a role of its own */
  readonly role?: IRole;
  /** What it may do beyond writing its log. */
  readonly statements?: readonly PolicyStatement[];
}

/**
 * A function that runs while a stack is deployed, behind CDK's custom-resource provider: own log group, own role, arm64,
 * code in one file.
 */
export class DeploymentFunction extends Construct {
  /** `serviceToken` of the custom resource. */
  readonly serviceToken: string;

  constructor(scope: Construct, id: string, props: DeploymentFunctionProps) {
    super(scope, id);
    const { entry, logsKey, logRetention, statements = [], ...rest } = props;
    const role = props.role ?? lambdaRole(this, 'Role', props.description);
    const logGroup = (name: string) =>
      new LogGroup(this, name, {
        encryptionKey: logsKey,
        retention: logRetention,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    const log = logGroup('Log');
    const policy = attach(this, 'Policy', role, [
      writeLog(log),
      ...(props.vpc ? [networkInterfaces()] : []),
      ...statements,
    ]);
    if (props.vpc) {
      acknowledge(policy, {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'Lambda creates its network interfaces itself and takes these EC2 actions on any resource only; the function is in isolated subnets.',
      });
    }

    const own = new LambdaFunction(this, 'Function', {
      ...rest,
      code: Code.fromAsset(bundle(entry)),
      handler: 'main.handler',
      role,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      // Lambda's limit is 15 minutes; a young domain refuses for some of them.
      timeout: Duration.minutes(14),
      logGroup: log,
    });
    own.node.addDependency(policy);

    const providerLog = logGroup('ProviderLog');
    const providerRole = lambdaRole(this, 'ProviderRole', `Calls the function: ${props.description}`);
    const providerPolicy = attach(this, 'ProviderPolicy', providerRole, [
      writeLog(providerLog),
      new PolicyStatement({
        sid: 'CallTheFunction',
        actions: ['lambda:InvokeFunction', 'lambda:GetFunction'],
        resources: [own.functionArn],
      }),
    ]);
    const provider = new Provider(this, 'Provider', {
      onEventHandler: own,
      frameworkOnEventRole: providerRole,
      logGroup: providerLog,
    });
    provider.node.addDependency(providerPolicy);
    this.serviceToken = provider.serviceToken;
    this.acknowledgeFindings(own, provider, props.vpc !== undefined);
  }

  private acknowledgeFindings(own: LambdaFunction, provider: Provider, inVpc: boolean): void {
    const common = [
      {
        id: 'NIST.800.53.R5-LambdaConcurrency',
        reason:
          'CloudFormation calls it once per deployment; reserved concurrency would fail in accounts whose quota is the initial ten.',
      },
      {
        id: 'NIST.800.53.R5-LambdaDLQ',
        reason:
          'A failure fails the deployment, which rolls back and shows the reason: there is no event that a dead-letter queue could keep.',
      },
    ];
    const outside = {
      id: 'NIST.800.53.R5-LambdaInsideVPC',
      reason:
        'It calls regional AWS APIs only and nothing inside the VPC; in the isolated VPC it could not report its result to CloudFormation.',
    };
    acknowledge(own, ...common, ...(inVpc ? [] : [outside]));
    acknowledge(provider, ...common, outside);
  }
}

const lambdaRole = (scope: Construct, id: string, description: string): IRole =>
  serviceRole(scope, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description });

const writeLog = (log: LogGroup): PolicyStatement =>
  new PolicyStatement({
    sid: 'OwnLog',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [log.logGroupArn],
  });

/** What Lambda needs to run inside a VPC. */
const networkInterfaces = (): PolicyStatement =>
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
  });
