/** Dashboards by their name, in the order in which people look; `analysis` is the mainland's. */
const dashboardNames = ['cross-region', 'pipeline', 'store', 'link', 'compliance', 'analysis'] as const;
export type DashboardName = (typeof dashboardNames)[number];

/** A physical name, because alarms and the runbook link to it. */
export const dashboardName = (environment: string, name: DashboardName): string => `harbourline-${environment}-${name}`;

/** Where it is seen. */
export const dashboardUrl = (region: string, environment: string, name: DashboardName): string =>
  `https://${region}.${region.startsWith('cn-') ? 'console.amazonaws.cn' : 'console.aws.amazon.com'}/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName(environment, name)}`;
