import { Token } from 'aws-cdk-lib';
import { CfnDashboard, Dashboard, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { EnvironmentStack, type EnvironmentStackProps } from '../common/environment-stack';
import { runbookUrl } from '../contract/alarms';
import { type DashboardName, dashboardName } from '../contract/dashboards';
import { namesOf } from '../contract/names';
import { Alarms, crossingBudgets, environmentAlarms, type Topics } from './alarms';
import type { Watched } from './alarms/alarm';
import { mainlandFirst } from './alarms/first';
import { messageAlarms } from './alarms/functions';
import { dashboards } from './dashboards';
import { Deployments } from './deployments';
import { Notify, tellsTargets } from './notify/notify';
import { Recovery } from './recovery';
import { alarmTopics } from './topics';

export interface ObserveStackProps extends EnvironmentStackProps, Omit<Watched, 'config'> {
  readonly logsKey: IKey;
}

/** What operators look at, what wakes them, and how long it takes until everything works again. */
export class ObserveStack extends EnvironmentStack {
  /** Whom alarms notify, those of the link too. */
  readonly topics: Topics;
  /** The incident of calls to the mainland. */
  readonly border?: IAlarm;

  /** A dashboard of the environment, for rows of a firm's own. @throws Error where it has none of that name: `link` is in the link's stack */
  dashboard(name: DashboardName): Dashboard {
    const own = this.node.children.filter((child) => child instanceof Dashboard);
    const physical = dashboardName(namesOf(this.config), name);
    const found = own.find(
      (each) => each.node.defaultChild instanceof CfnDashboard && each.node.defaultChild.dashboardName === physical,
    );
    if (!found) throw new Error(`${this.config.environment} has no dashboard ${name}.`);
    return found;
  }

  /** What the stack of a link imports: topics of our own, and the incident of the border. */
  exportForLink(): void {
    const topics = Object.values(this.topics).filter(({ topicArn }) => Token.isUnresolved(topicArn));
    for (const value of [...topics.map(({ topicArn }) => topicArn), ...(this.border ? [this.border.alarmArn] : [])]) {
      this.exportValue(value);
    }
  }

  constructor(scope: Construct, id: string, props: ObserveStackProps) {
    super(scope, id, props);
    const { config, logsKey } = props;
    dashboards(this, props);
    this.topics = alarmTopics(this, config.observe.notify, config.organisation.keyArns.topics);
    const { environment, observe } = config;
    const notify = tellsTargets(observe.notify)
      ? new Notify(this, 'Notify', {
          environment,
          notify: observe.notify,
          topics: this.topics,
          logsKey,
          logRetention: observe.logRetentionDays,
        })
      : undefined;
    const alarms = [...environmentAlarms(props), ...messageAlarms(this.topics, notify?.functionName)];
    const { border, parts } = new Alarms(this, 'Alarms', {
      environment: config.environment,
      runbook: runbookUrl(config),
      topics: this.topics,
      alarms,
      budgets: crossingBudgets(props),
      mainlandFirst: mainlandFirst(config),
    });
    if (border) this.border = border;
    const measuring = { environment, logsKey, logRetention: observe.logRetentionDays };
    new Recovery(this, 'Recovery', { ...measuring, parts });
    new Deployments(this, 'Deployments', measuring);
  }
}
