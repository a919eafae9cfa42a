import { Annotations, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { allowCloudWatchLogs, encryptionKey } from '../common/encryption-key';
import { stackName } from '../common/names';
import { subnetCidrs } from '../contract/addresses';
import type { AnalysisConfig, LinkedConfig } from '../contract/link-parameters';
import { aggregatesLogGroup } from '../contract/metrics';
import { namesOf } from '../contract/names';
import { analysisAlarms } from './alarms';
import { analysisDashboard } from './dashboard';
import { instanceCount, Receivers } from './receivers';

export interface AnalysisStackProps extends StackProps {
  readonly config: LinkedConfig;
  readonly analysis: AnalysisConfig;
}

/**
 * The mainland side, on AWS in China: receivers behind the one address that the allow-list names, and a dashboard of Hong
 * Kong's aggregates. It knows nothing of Hong Kong's account but addresses.
 */
export class AnalysisStack extends Stack {
  constructor(scope: Construct, id: string, props: AnalysisStackProps) {
    super(scope, id, { ...stackName(scope, id), ...props });
    const { config, analysis } = props;
    const key = encryptionKey(this, 'LogsKey', 'aggregates of Hong Kong');
    allowCloudWatchLogs(key);
    const logGroup = new LogGroup(this, 'Aggregates', {
      logGroupName: aggregatesLogGroup(namesOf(config)),
      encryptionKey: key,
      retention: config.observe.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: analysis.vpcId,
      vpcCidrBlock: analysis.vpcCidr,
      availabilityZones: [analysis.availabilityZone],
      isolatedSubnetIds: [analysis.subnetId],
    });
    Annotations.of(vpc).acknowledgeWarning(
      '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      "Routes of this VPC are its owner's: nothing here adds one.",
    );
    const { group, loadBalancer, targetGroup } = new Receivers(this, 'Receivers', {
      environment: config.environment,
      production: config.production,
      analysis,
      receiver: config.link.receiver,
      relayCidrs: subnetCidrs(config, 'link'),
      rollbackDisabled: config.collect.rollbackDisabled,
      vpc,
      logGroup,
      logsKey: key,
      logRetention: config.observe.logRetentionDays,
    });
    analysisAlarms(this, 'Alarms', { config, analysis, group, loadBalancer, targetGroup, instanceCount });
    analysisDashboard(this, 'Dashboard', {
      environment: config.environment,
      ownNamespace: analysis.ownNamespace,
    });
  }
}
