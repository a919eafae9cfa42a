/** Alarms: each says what broke, what it means for users, and links its heading in the runbook and its dashboard. */
import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule,
  ComparisonOperator,
  CompositeAlarm,
  type IAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../../config/schema';
import { acknowledge } from '../../compliance/acknowledge';
import { alarmName, anchor } from '../../contract/alarms';
import { type DashboardName, dashboardUrl } from '../../contract/dashboards';
import { type AlarmDefinition, idOf, type Tells, type Watched } from './alarm';
import { type Budget, rungs } from './budget';
import { certificateAlarms } from './certificates';
import { crossingAlarms } from './crossing';
import { type Incident, type IncidentDefinition, incidents } from './incidents';
import { pipelineAlarms } from './pipeline';
import { storeAlarms } from './store';

export { crossingBudgets } from './crossing';

/** Who is told, by severity. */
export type Topics = Readonly<Record<'page' | 'inform', ITopic>>;

export interface AlarmsProps {
  readonly config: EnvironmentConfig;
  readonly topics: Topics;
  readonly alarms: readonly AlarmDefinition[];
  /** Objectives. @default none */
  readonly budgets?: readonly Budget[];
  /** The incident of the border, where another stack has it. */
  readonly border?: IAlarm;
}

/** Every alarm of an environment, by subject; those of its link stand in the link's stack. */
export const environmentAlarms = (watched: Watched): AlarmDefinition[] => [
  ...crossingAlarms(watched),
  ...pipelineAlarms(watched),
  ...storeAlarms(watched),
  ...certificateAlarms(watched),
];

/** What an alarm says of itself. */
interface Said {
  readonly text: string;
  /** In the runbook. */
  readonly heading: string;
  /** @default pipeline */
  readonly dashboard?: DashboardName;
}

/** The alarms of an environment: metric alarms, objectives made of several, and the incidents that page. */
export class Alarms extends Construct {
  /** Names of alarms that tell nobody: another one, of which they are part, does. */
  readonly parts: string[] = [];
  /** The incident of the border. */
  readonly border: IAlarm | undefined;
  private readonly symptoms: Readonly<Record<Incident, IAlarm[]>> = {
    border: [],
    hongKong: [],
    link: [],
    tracing: [],
  };
  /** Symptoms of Hong Kong that explain those of the border. */
  private readonly clearing: IAlarm[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: AlarmsProps,
  ) {
    super(scope, id);
    for (const definition of props.alarms) this.metricAlarm(definition);
    for (const budget of props.budgets ?? []) this.budget(budget);
    this.border = props.border ?? this.incident('border');
    for (const incident of ['hongKong', 'link', 'tracing'] as const) this.incident(incident);
  }

  private metricAlarm(definition: AlarmDefinition): void {
    const { heading, metric, threshold, comparison, minutes = 3, of = 5, missing, tells = 'inform' } = definition;
    const alarm = new Alarm(this, idOf(heading), {
      alarmName: this.name(heading),
      alarmDescription: this.description(definition),
      metric,
      threshold,
      comparisonOperator: comparison ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: of,
      datapointsToAlarm: minutes,
      treatMissingData: missing,
    });
    this.tell(alarm, heading, tells);
  }

  /** A rung is an alarm over both of its windows; the metric alarms of the windows tell nobody. */
  private budget(budget: Budget): void {
    for (const [severity, name, tells] of [
      ['page', budget.heading, budget.tells],
      ['inform', `${budget.heading}, slow burn`, 'inform'],
    ] as const) {
      const { burn, long, short } = rungs[severity];
      const windows = [long, short].map((window) =>
        this.silent(
          `${budget.heading}, ${window.name}`,
          new Alarm(this, idOf(`${budget.heading} ${window.name}`), {
            alarmName: this.name(`${budget.heading}, ${window.name}`),
            alarmDescription: this.description({
              ...budget,
              text: `Part of "${name}": more than ${burn * budget.allowedPercent} % of the calls of ${window.name} are bad, ${burn} times what the objective allows.`,
            }),
            metric: budget.bad(window.length),
            threshold: burn * budget.allowedPercent,
            comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluationPeriods: 1,
            treatMissingData: TreatMissingData.NOT_BREACHING, // no calls, nobody waits and none fail
          }),
        ),
      );
      const alarm = new CompositeAlarm(this, idOf(name), {
        compositeAlarmName: this.name(name),
        alarmDescription: this.description({
          ...budget,
          text: `${budget.text} Over ${long.name}, and still in the last ${short.name}, ${burn} times as many as the objective allows.`,
        }),
        alarmRule: AlarmRule.allOf(...windows),
      });
      this.tell(alarm, name, tells);
      if (severity === 'page' && budget.clearsBorder) this.clearing.push(alarm);
    }
  }

  /** Pages once, however many symptoms show; and says when it is over. */
  private incident(incident: Incident): IAlarm | undefined {
    if (this.symptoms[incident].length === 0) return undefined;
    const { heading, consequenceOf, ...said }: IncidentDefinition = incidents[incident];
    const page = new SnsAction(this.props.topics.page);
    const symptoms = AlarmRule.anyOf(...this.symptoms[incident]);
    const alarm = new CompositeAlarm(this, idOf(heading), {
      compositeAlarmName: this.name(heading),
      alarmDescription: this.description({ ...said, heading }),
      alarmRule:
        incident === 'border' ? AlarmRule.allOf(symptoms, AlarmRule.not(AlarmRule.anyOf(...this.clearing))) : symptoms,
      ...(this.border && consequenceOf === 'border'
        ? {
            actionsSuppressor: this.border,
            // Alarms of one minute are not evaluated in one moment: time for the cause to show after its consequence.
            actionsSuppressorWaitPeriod: Duration.minutes(1),
            // And for the consequence to end after its cause.
            actionsSuppressorExtensionPeriod: Duration.minutes(5),
          }
        : {}),
    });
    alarm.addAlarmAction(page);
    alarm.addOkAction(page);
    return alarm;
  }

  private tell(alarm: Alarm | CompositeAlarm, heading: string, tells: Tells): void {
    if (tells !== 'inform') {
      this.symptoms[tells].push(this.silent(heading, alarm));
      return;
    }
    alarm.addAlarmAction(new SnsAction(this.props.topics.inform));
  }

  /** An alarm that is part of another one: that one tells. */
  private silent<T extends IAlarm>(heading: string, alarm: T): T {
    this.parts.push(this.name(heading));
    if (alarm instanceof Alarm) {
      acknowledge(alarm, {
        id: 'NIST.800.53.R5-CloudWatchAlarmAction',
        reason:
          'A composite alarm has it in its rule and tells somebody, once for all of its parts: one fault is one page.',
      });
    }
    return alarm;
  }

  private name(heading: string): string {
    return alarmName(this.props.config.environment, heading);
  }

  private description({ text, heading, dashboard = 'pipeline' }: Said): string {
    const { environment, observe } = this.props.config;
    return [
      text,
      '',
      `Runbook: ${observe.runbook}#${anchor(heading)}`,
      `Dashboard: ${dashboardUrl(Stack.of(this).region, environment, dashboard)}`,
    ].join('\n');
  }
}
