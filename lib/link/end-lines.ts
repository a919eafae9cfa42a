import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ownFunction } from '../common/function';
import { acknowledge } from '../compliance/acknowledge';
import type { EndLinesEvent } from './end-lines.handler';

export interface EndLinesProps {
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  readonly event: EndLinesEvent;
}

/** Every hour: what the allow-list no longer holds is taken out of the firewall, whether or not somebody deploys. */
export class EndLines extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, { logsKey, logRetention, event }: EndLinesProps) {
    super(scope, id);
    const ends = ownFunction(this, {
      description: 'Takes lines of the allow-list out of the firewall on the day after their last',
      entry: join(__dirname, 'end-lines.handler.ts'),
      logsKey,
      logRetention,
      timeout: Duration.minutes(2),
      statements: [
        new PolicyStatement({
          sid: 'RulesOfTheAllowList',
          actions: ['network-firewall:DescribeRuleGroup', 'network-firewall:UpdateRuleGroup'],
          resources: [event.ruleGroupArn],
        }),
        new PolicyStatement({
          sid: 'ConnectionsThatAreOpen',
          actions: ['network-firewall:StartFlowFlush'],
          resources: [event.firewallArn],
        }),
      ],
    });
    acknowledge(
      ends,
      {
        id: 'NIST.800.53.R5-LambdaConcurrency',
        reason: 'One call an hour; reserved concurrency would fail in accounts whose quota is the initial ten.',
      },
      {
        id: 'NIST.800.53.R5-LambdaDLQ',
        reason: 'The next hour asks again, and an hour without figures raises an alarm: there is no event to keep.',
      },
      {
        id: 'NIST.800.53.R5-LambdaInsideVPC',
        reason: 'It calls one regional AWS API and nothing inside the VPC, which has no endpoint for that API.',
      },
    );
    new Rule(this, 'Hourly', {
      description: 'Ends lines of the allow-list',
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new LambdaFunction(ends, { event: RuleTargetInput.fromObject(event), retryAttempts: 2 })],
    });
    this.functionName = ends.functionName;
  }
}
