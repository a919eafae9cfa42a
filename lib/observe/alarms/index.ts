/** Alarms: each says what broke, what it means for users, and links its heading in the runbook. */
import { Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlarmDefinition, alarmName, anchor, type Watched } from './alarm';
import { certificateAlarms } from './certificates';
import { crossingAlarms } from './crossing';
import { pipelineAlarms } from './pipeline';
import { storeAlarms } from './store';

export { alarmName, anchor } from './alarm';

export interface AlarmsProps extends Watched {
  readonly topic: ITopic;
}

/** Every alarm of an environment, by subject. */
const definitions = (watched: Watched): AlarmDefinition[] => [
  ...crossingAlarms(watched),
  ...pipelineAlarms(watched),
  ...storeAlarms(watched),
  ...certificateAlarms(watched),
];

/** The alarms of an environment, those of its link apart. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    createAlarms(this, props, definitions(props));
  }
}

/** Alarms in `scope`, to one topic. */
export function createAlarms(
  scope: Construct,
  { config, topic }: Pick<AlarmsProps, 'config' | 'topic'>,
  alarms: readonly AlarmDefinition[],
): void {
  const { environment } = config;
  const { region } = Stack.of(scope);
  const dashboard = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/harbourline-${environment}-cross-region`;
  for (const { heading, metric, threshold, comparison, minutes = 3, of = 5, missing, text } of alarms) {
    new Alarm(scope, heading.replace(/[^A-Za-z0-9]/g, ''), {
      alarmName: alarmName(environment, heading),
      alarmDescription: `${text}\n\nRunbook: docs/runbook.md#${anchor(heading)}\nDashboard: ${dashboard}`,
      metric,
      threshold,
      comparisonOperator: comparison ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: of,
      datapointsToAlarm: minutes,
      treatMissingData: missing,
    }).addAlarmAction(new SnsAction(topic));
  }
}
