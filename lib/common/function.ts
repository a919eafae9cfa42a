import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IRole, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  Code,
  type FunctionProps,
  type IFunction,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { acknowledge } from '../compliance/acknowledge';
import { bundle } from './bundle';
import { attach, serviceRole } from './iam';

export interface OwnFunctionProps
  extends Pick<FunctionProps, 'environment' | 'vpc' | 'vpcSubnets' | 'securityGroups' | 'timeout'> {
  /** Source file that exports `handler`. */
  readonly entry: string;
  /** What it does, for whoever meets it in the console. */
  readonly description: string;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  /** @default a role of its own */
  readonly role?: IRole;
  /** What it may do beyond writing its log. */
  readonly statements?: readonly PolicyStatement[];
}

/** A function in `scope` with a log group and a role of its own, code in one file. */
export function ownFunction(scope: Construct, props: OwnFunctionProps): LambdaFunction {
  const { entry, logsKey: _key, logRetention: _retention, role: given, statements = [], ...rest } = props;
  const role = given ?? lambdaRole(scope, 'Role', props.description);
  const log = ownLog(scope, 'Log', props);
  const policy = attach(scope, 'Policy', role, [
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
  const own = new LambdaFunction(scope, 'Function', {
    ...rest,
    code: Code.fromAsset(bundle(entry)),
    handler: 'main.handler',
    role,
    runtime: Runtime.NODEJS_24_X,
    // Whether Beijing and Ningxia have Graviton for functions is not documented; every region has the other.
    architecture: Stack.of(scope).region.startsWith('cn-') ? Architecture.X86_64 : Architecture.ARM_64,
    memorySize: 256,
    logGroup: log,
  });
  own.node.addDependency(policy);
  return own;
}

export interface DeploymentFunctionProps extends OwnFunctionProps {
  /**
   * Who calls it at other times than deployments, and what becomes of a call that fails.
   *
   * @default nobody: CloudFormation alone
   */
  readonly alsoCalled?: { readonly by: string; readonly failure: string };
}

/** A function that runs while a stack is deployed, behind CDK's custom-resource provider. */
export class DeploymentFunction extends Construct {
  /** `serviceToken` of the custom resource. */
  readonly serviceToken: string;
  /** For calls at other times than deployments. */
  readonly function: IFunction;

  constructor(scope: Construct, id: string, { alsoCalled, ...props }: DeploymentFunctionProps) {
    super(scope, id);
    const own = ownFunction(this, {
      // Lambda's limit is 15 minutes; a young domain refuses for some of them.
      timeout: Duration.minutes(14),
      ...props,
    });
    const providerLog = ownLog(this, 'ProviderLog', props);
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
    this.function = own;
    this.acknowledgeFindings(own, provider, props.vpc !== undefined, alsoCalled);
  }

  private acknowledgeFindings(
    own: LambdaFunction,
    provider: Provider,
    inVpc: boolean,
    alsoCalled: DeploymentFunctionProps['alsoCalled'],
  ): void {
    const quota = 'reserved concurrency would fail in accounts whose quota is the initial ten.';
    const concurrency = (calls: string) => ({ id: 'NIST.800.53.R5-LambdaConcurrency', reason: `${calls}; ${quota}` });
    const atDeployments = concurrency('CloudFormation alone calls it, once per deployment');
    const failsDeployment = {
      id: 'NIST.800.53.R5-LambdaDLQ',
      reason:
        'A failure fails the deployment, which rolls back and shows the reason: there is no event that a dead-letter queue could keep.',
    };
    const outside = {
      id: 'NIST.800.53.R5-LambdaInsideVPC',
      reason:
        'It calls regional AWS APIs only and nothing inside the VPC; in the isolated VPC it could not report its result to CloudFormation.',
    };
    acknowledge(
      own,
      ...(alsoCalled
        ? [
            concurrency(`Called at deployments, and by ${alsoCalled.by}, one call at a time`),
            {
              id: 'NIST.800.53.R5-LambdaDLQ',
              reason: `At a deployment a failure rolls it back and shows the reason; called by ${alsoCalled.by}: ${alsoCalled.failure}.`,
            },
          ]
        : [atDeployments, failsDeployment]),
      ...(inVpc ? [] : [outside]),
    );
    acknowledge(provider, atDeployments, failsDeployment, outside);
  }
}

const ownLog = (scope: Construct, id: string, { logsKey, logRetention }: OwnFunctionProps): LogGroup =>
  new LogGroup(scope, id, { encryptionKey: logsKey, retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });

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
