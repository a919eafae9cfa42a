/** Alarms: each says what broke, what it means for users, and links its heading in the runbook and its dashboard. */
import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule,
  ComparisonOperator,
  CompositeAlarm,
  type IAlarm,
  type IAlarmRule,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { namesIn } from '../../common/names';
import { acknowledge } from '../../compliance/acknowledge';
import { alarmName, anchor } from '../../contract/alarms';
import { type DashboardName, dashboardUrl } from '../../contract/dashboards';
import { type AlarmDefinition, type GateDefinition, idOf, type Notifies, type Watched } from './alarm';
import { type Budget, informWindows, limitOf, pageWindows, type Window } from './budget';
import { capacityAlarms } from './capacity';
import { crossingAlarms } from './crossing';
import { functionAlarms } from './functions';
import { type Incident, type IncidentDefinition, incidents } from './incidents';
import { networkAlarms } from './network';
import { pipelineAlarms } from './pipeline';
import { serviceAlarms } from './services';
import { storeAlarms } from './store';

export { crossingBudgets } from './crossing';

/** Who is notified, by severity. */
export type Topics = Readonly<Record<'page' | 'inform', ITopic>>;

export interface AlarmsProps {
  readonly environment: string;
  /** Address of the runbook, which alarms link. */
  readonly runbook: string;
  readonly topics: Topics;
  readonly alarms: readonly AlarmDefinition[];
  /** Objectives. @default none */
  readonly budgets?: readonly Budget[];
  /** The incident of the border, where another stack has it. */
  readonly border?: IAlarm;
  /** What shows that the mainland was at fault before Hong Kong was. @default nothing does */
  readonly mainlandFirst?: GateDefinition;
}

/** Every alarm of an environment, by subject; those of its link stand in the link's stack. */
export const environmentAlarms = (watched: Watched): AlarmDefinition[] => [
  ...serviceAlarms(watched),
  ...crossingAlarms(watched),
  ...pipelineAlarms(watched),
  ...storeAlarms(watched),
  ...capacityAlarms(watched),
  ...functionAlarms(watched),
  ...networkAlarms(watched),
];

/** Where the runbook tells of alarms that are no fault. */
const gatesHeading = 'In use and usual';

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
  /** Names of alarms that notify nobody: another one, of which they are part, does. */
  readonly parts: string[] = [];
  /** The incident of the border. */
  readonly border: IAlarm | undefined;
  private readonly symptoms: Readonly<Record<Incident, IAlarm[]>> = {
    border: [],
    hongKong: [],
    link: [],
    tracing: [],
  };
  /** By heading. */
  private readonly gates = new Map<string, IAlarm>();
  /** Symptoms of Hong Kong that explain those of the border. */
  private readonly clearing: IAlarm[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: AlarmsProps,
  ) {
    super(scope, id);
    // Symptoms of Hong Kong first: one of the border counts only where they do not show.
    for (const budget of props.budgets ?? []) this.budget(budget);
    for (const definition of props.alarms) this.metricAlarm(definition);
    this.border = props.border ?? this.incident('border');
    for (const incident of ['hongKong', 'link', 'tracing'] as const) this.incident(incident);
  }

  private metricAlarm(definition: AlarmDefinition): void {
    const { heading, onlyWhile, notifies = 'inform', byName, or } = definition;
    if (!onlyWhile) {
      const alarm = this.alarm(heading, definition);
      if (byName && notifies !== 'inform') {
        this.parts.push(this.name(heading));
        this.symptoms[notifies].push(alarm);
        this.notify(alarm, heading, 'inform');
      } else this.notify(alarm, heading, notifies);
      return;
    }
    const gated = (name: string, sign: AlarmDefinition, gate: GateDefinition) =>
      AlarmRule.allOf(
        this.silent(name, this.alarm(name, { ...sign, text: `Part of "${heading}". ${definition.text}` })),
        this.gate(gate),
      );
    const measured = gated(`${heading}, measured`, definition, onlyWhile);
    const alarm = new CompositeAlarm(this, idOf(heading), {
      compositeAlarmName: this.name(heading),
      alarmDescription: this.description(definition),
      alarmRule: or
        ? AlarmRule.anyOf(
            measured,
            this.unless(or.unless, gated(`${heading}, ${or.name}`, { ...definition, ...or }, or.onlyWhile)),
          )
        : measured,
    });
    this.notify(alarm, heading, notifies);
  }

  /** A sign that counts while an incident does not show. */
  private unless(incident: Incident | undefined, sign: IAlarmRule): IAlarmRule {
    const others = incident ? this.symptoms[incident] : [];
    return others.length > 0 ? AlarmRule.allOf(sign, AlarmRule.not(AlarmRule.anyOf(...others))) : sign;
  }

  private alarm(name: string, definition: AlarmDefinition): Alarm {
    const { metric, threshold, comparison, minutes = 3, of = 5, missing } = definition;
    return new Alarm(this, idOf(name), {
      alarmName: this.name(name),
      alarmDescription: this.description(definition),
      metric,
      threshold,
      comparisonOperator: comparison ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: of,
      datapointsToAlarm: minutes,
      treatMissingData: missing,
    });
  }

  /** In ALARM while what it says holds; notifies nobody. */
  private gate(gate: GateDefinition): IAlarm {
    const known = this.gates.get(gate.heading);
    if (known) return known;
    const alarm = this.silent(
      gate.heading,
      this.alarm(gate.heading, {
        ...gate,
        heading: gatesHeading,
        text: 'Not a fault: other alarms count only while this one is in ALARM, so that what was never there is not missed.',
      }),
    );
    this.gates.set(gate.heading, alarm);
    return alarm;
  }

  /** Windows that page each alone, and windows that inform together; their metric alarms notify nobody. */
  private budget(budget: Budget): void {
    const { heading } = budget;
    const windows = (of: readonly Window[], part: string) =>
      of.map((window) => {
        const name = `${part}, ${window.name}`;
        const limit = limitOf(window, budget);
        return this.silent(
          name,
          this.alarm(name, {
            ...budget,
            heading,
            metric: budget.bad(window.length, window),
            threshold: limit,
            minutes: window.windows ?? 1,
            of: window.of ?? 1,
            missing: TreatMissingData.NOT_BREACHING, // no calls, nobody waits and none fail
            text: `Part of "${part}": of the calls of ${window.name}, more than ${limit} % are bad, and at least ${window.minimumBad}${window.mostCalls ? `; judged where there are ${window.mostCalls} or fewer` : ''}.`,
          }),
        );
      });
    const objective = `The objective allows ${budget.allowedPercent} % of the calls to be bad.`;
    const page = new CompositeAlarm(this, idOf(heading), {
      compositeAlarmName: this.name(heading),
      alarmDescription: this.description({ ...budget, text: `${budget.text} ${objective}` }),
      alarmRule: AlarmRule.anyOf(...windows(pageWindows, heading)),
    });
    this.notify(page, heading, budget.notifies);
    if (budget.clearsBorder) this.clearing.push(page);
    const slow = `${heading}, slow burn`;
    const inform = new CompositeAlarm(this, idOf(slow), {
      compositeAlarmName: this.name(slow),
      alarmDescription: this.description({
        ...budget,
        text: `${budget.text} For hours, twice as many as allowed. ${objective}`,
      }),
      alarmRule: AlarmRule.allOf(...windows(informWindows, slow)),
    });
    this.notify(inform, slow, 'inform');
  }

  /** Pages once, however many symptoms show; and says when it is over. */
  private incident(incident: Incident): IAlarm | undefined {
    if (this.symptoms[incident].length === 0) return undefined;
    const { heading, consequenceOf, ...said }: IncidentDefinition = incidents[incident];
    const page = new SnsAction(this.props.topics.page);
    const symptoms = AlarmRule.anyOf(...this.symptoms[incident]);
    const { waitMinutes = 2 } = said;
    const alarm = new CompositeAlarm(this, idOf(heading), {
      compositeAlarmName: this.name(heading),
      alarmDescription: this.description({ ...said, heading }),
      alarmRule: incident === 'border' ? AlarmRule.allOf(symptoms, this.notOfHongKong()) : symptoms,
      ...(this.border && consequenceOf === 'border'
        ? {
            actionsSuppressor: this.border,
            // Time for the cause to show after its consequence: that a flow stopped is seen in three minutes, that those who
            // wait for it fail in two, and alarms of one minute are not evaluated in one moment.
            actionsSuppressorWaitPeriod: Duration.minutes(waitMinutes),
            // And for the consequence to end after its cause.
            actionsSuppressorExtensionPeriod: Duration.minutes(5),
          }
        : {}),
    });
    alarm.addAlarmAction(page);
    alarm.addOkAction(page);
    return alarm;
  }

  /** Hong Kong answers the mainland as it should, or did so when calls to the mainland were bad already: one outage stays one. */
  private notOfHongKong(): IAlarmRule {
    const well = AlarmRule.not(AlarmRule.anyOf(...this.clearing));
    return this.props.mainlandFirst ? AlarmRule.anyOf(well, this.gate(this.props.mainlandFirst)) : well;
  }

  private notify(alarm: Alarm | CompositeAlarm, heading: string, notifies: Notifies): void {
    if (notifies !== 'inform') {
      this.symptoms[notifies].push(this.silent(heading, alarm));
      return;
    }
    alarm.addAlarmAction(new SnsAction(this.props.topics.inform));
  }

  /** An alarm that is part of another one: that one notifies. */
  private silent<T extends IAlarm>(heading: string, alarm: T): T {
    this.parts.push(this.name(heading));
    if (alarm instanceof Alarm) {
      acknowledge(alarm, {
        id: 'NIST.800.53.R5-CloudWatchAlarmAction',
        reason:
          'A composite alarm has it in its rule and notifies somebody, once for all of its parts: one fault is one page.',
      });
    }
    return alarm;
  }

  private name(heading: string): string {
    return alarmName(namesIn(this, this.props.environment), heading);
  }

  private description({ text, heading, dashboard = 'pipeline' }: Said): string {
    const { environment, runbook } = this.props;
    return [
      text,
      '',
      `Runbook: ${runbook}#${anchor(heading)}`,
      `Dashboard: ${dashboardUrl(Stack.of(this).region, namesIn(this, environment), dashboard)}`,
    ].join('\n');
  }
}
