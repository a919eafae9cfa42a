import { join } from 'node:path';
import { Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ownFunction } from '../common/function';
import { acknowledge } from '../compliance/acknowledge';
import { metricNamespace, releaseSource } from '../contract/metrics';

export interface DeploymentsProps {
  readonly environment: string;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
}

/** What a stack says when instances and functions begin to change, forwards or back. */
const begins = ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'DELETE_IN_PROGRESS'];

/** Counts deployments, so that graphs can show when something was changed: "since when?" is answered before "by what?". */
export class Deployments extends Construct {
  constructor(scope: Construct, id: string, { environment, logsKey, logRetention }: DeploymentsProps) {
    super(scope, id);
    const count = ownFunction(this, {
      description: 'Counts deployments, for marks on dashboards',
      entry: join(__dirname, 'deployments.handler.ts'),
      logsKey,
      logRetention,
      timeout: Duration.seconds(10),
      environment: { NAMESPACE: metricNamespace(environment) },
    });
    acknowledge(
      this,
      {
        id: 'NIST.800.53.R5-LambdaConcurrency',
        reason:
          'One call for each stack or service that changes; reserved concurrency would fail in accounts whose quota is the initial ten.',
      },
      {
        id: 'NIST.800.53.R5-LambdaDLQ',
        reason:
          'EventBridge tries again for a day; a mark that is lost all the same stands in the events of the stack.',
      },
      { id: 'NIST.800.53.R5-LambdaInsideVPC', reason: 'It calls nothing: it writes a line into its own log.' },
    );
    const targets = [new LambdaFunction(count, { maxEventAge: Duration.days(1) })];
    const ours = Stack.of(this).formatArn({
      service: 'cloudformation',
      resource: 'stack',
      resourceName: `${environment}-`,
    });
    new Rule(this, 'Stacks', {
      description: 'A stack of ours begins to change',
      eventPattern: {
        source: ['aws.cloudformation'],
        detailType: ['CloudFormation Stack Status Change'],
        detail: { 'stack-id': [{ prefix: ours }], 'status-details': { status: begins } },
      },
      targets,
    });
    new Rule(this, 'Releases', {
      description: 'A pipeline releases a service',
      eventPattern: { source: [releaseSource], detail: { environment: [environment] } },
      targets,
    });
  }
}
