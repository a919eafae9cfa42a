/** What dashboards are made of: rows, each with two lines on how to read it, in English and Chinese. */
import {
  Color,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  PeriodOverride,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../../config/schema';
import { type DashboardName, dashboardName } from '../../contract/dashboards';
import { namesOf } from '../../contract/names';
import type { Watched } from '../alarms/alarm';
import { deployments } from '../expressions';
import { type Links, linksLine } from './links';
import { inLanguages, worded } from './words';

/** A line at a value, with what it means. */
interface Threshold {
  readonly value: number;
  readonly label: string;
}

/** A graph. */
interface GraphProps {
  readonly title: string;
  readonly metrics: readonly IMetric[];
  /** Of 24. */
  readonly width: number;
  /** Of the figures: stands at the axis. Of figures of now their labels say it. */
  readonly unit?: string;
  /** The latest figures with a small line behind each, and no axes. @default false */
  readonly now?: boolean;
  /** Deployments as marks from foot to top, at the axis on the right. @default false */
  readonly marks?: boolean;
  /** Figures of another unit, at an axis of their own. */
  readonly right?: { readonly metrics: readonly IMetric[]; readonly unit: string; readonly max?: number };
  readonly threshold?: Threshold;
  /** Foot of the axis: a limit near its top must be visible beside it. @default 0 */
  readonly min?: number;
  /** Top of the axis. @default as high as the figures are */
  readonly max?: number;
  /** How far back it looks, such as `-P84D`. @default what the dashboard is set to */
  readonly start?: string;
}

/** A row of a dashboard. */
export interface Row {
  readonly title: string;
  /** How to read it: one line in each language. */
  readonly read: { readonly en: string; readonly zh: string };
  /** Where to look next. */
  readonly links: Links;
  readonly graphs: readonly GraphProps[];
}

/** CloudWatch's grid. */
const height = { text: { en: 2, zh: 2, both: 3 }, graph: 6, now: 4 } as const;

function explanation(config: EnvironmentConfig, { title, read, links }: Row): IWidget {
  const { language } = config.observe;
  const chinese = worded(language, title);
  // The runbook calls rows by their English titles.
  const heading = chinese === title ? title : `${chinese} (${title})`;
  return new TextWidget({
    width: 24,
    height: height.text[language],
    markdown: [
      `**${heading}${/[?!]$/.test(heading) ? '' : '.'}** ${inLanguages(language, read, '\n\n')}`,
      linksLine(config, links),
    ].join('\n\n'),
  });
}

function graph({ environment, observe: { metricsRegion, language } }: EnvironmentConfig, props: GraphProps): IWidget {
  const { title, metrics, width, unit = '', threshold, min = 0, max, start } = props;
  if (props.now) {
    return new SingleValueWidget({
      title: worded(language, title),
      metrics: [...metrics],
      width,
      height: height.now,
      region: metricsRegion,
      sparkline: true,
    });
  }
  const right = props.marks ? { metrics: deployments(environment), unit: 'deployments', max: 1 } : props.right;
  const axis = (label: string) => ({ label: worded(language, label), showUnits: false });
  return new GraphWidget({
    title: worded(language, title),
    left: [...metrics],
    width,
    height: height.graph,
    region: metricsRegion,
    ...(start ? { start } : {}),
    leftYAxis: { min, ...axis(unit), ...(max === undefined ? {} : { max }) },
    ...(right
      ? {
          right: [...right.metrics],
          rightYAxis: { min: 0, ...axis(right.unit), ...(right.max === undefined ? {} : { max: right.max }) },
        }
      : {}),
    ...(threshold
      ? { leftAnnotations: [{ value: threshold.value, label: worded(language, threshold.label), color: Color.RED }] }
      : {}),
  });
}

/** Makes a dashboard of rows; `first` stands above them. */
export function rowsDashboard(
  scope: Construct,
  watched: Pick<Watched, 'config'>,
  name: DashboardName,
  rows: readonly Row[],
  first: readonly IWidget[] = [],
): void {
  const { config } = watched;
  const id = name.replace(/(^|-)(.)/g, (_, _dash, letter: string) => letter.toUpperCase());
  const dashboard = new Dashboard(scope, id, {
    dashboardName: dashboardName(namesOf(config), name),
    // Alarms judge minutes: a graph of hours that averages them would show what no alarm saw.
    periodOverride: PeriodOverride.INHERIT,
  });
  if (first.length > 0) dashboard.addWidgets(...first);
  for (const row of rows) {
    dashboard.addWidgets(explanation(config, row));
    dashboard.addWidgets(...row.graphs.map((props) => graph(config, props)));
  }
}
