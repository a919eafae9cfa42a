import type { Names } from './names';

/** Dashboards by their name, in the order in which people look; `analysis` is the mainland's. */
const dashboardNames = ['cross-region', 'pipeline', 'store', 'link', 'compliance', 'analysis'] as const;
export type DashboardName = (typeof dashboardNames)[number];

/** A physical name, because alarms and the runbook link to it. */
export const dashboardName = ({ system }: Names, name: DashboardName): string => `${system}-${name}`;

/** A page of CloudWatch's console. @param fragment with its `#` */
export const consoleUrl = (region: string, fragment: string): string =>
  `https://${region}.${region.startsWith('cn-') ? 'console.amazonaws.cn' : 'console.aws.amazon.com'}/cloudwatch/home?region=${region}${fragment}`;

/** Where it is seen. */
export const dashboardUrl = (region: string, names: Names, name: DashboardName): string =>
  consoleUrl(region, `#dashboards/dashboard/${dashboardName(names, name)}`);
