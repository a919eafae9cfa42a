/**
 * From a row to its runbook, its traces and its logs. Graphs of CloudWatch carry no links: the text above them does. A trace
 * is behind a VPC's door, so the way to it is a command; the store's page in the console says where its Dashboards are.
 */

import type { EnvironmentConfig } from '../../../config/schema';
import { domainName } from '../../contract/access';
import { anchor, runbookUrl } from '../../contract/alarms';
import { consoleUrl } from '../../contract/dashboards';
import { metricLogGroup } from '../../contract/metrics';
import { type Names, namesOf } from '../../contract/names';
import { inLanguages } from './words';

/** Ways on from a row. */
export interface Links {
  /** Headings in docs/runbook.md, the likeliest first. */
  readonly runbook: readonly [string, ...string[]];
  /** Options of `npm run trace` that list the traces behind the row's graphs. @default the latest traces of an hour */
  readonly traces?: string;
  /** A condition on events of the metrics' log group, or log groups by the beginning of their names. */
  readonly logs: { readonly where: string } | { readonly groups: string };
}

/** The console writes what stands in its fragments like this: encoded twice, with another sign than `%`. */
const once = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
const inFragment = (text: string): string => once(once(text)).replaceAll('%', '$');
/** Text within such a fragment. */
const quoted = (text: string): string => `'${once(text).replaceAll('%', '*')}`;

/** A query of Logs Insights over the last hour, ready to run. */
function insightsUrl(region: string, logGroup: string, query: string): string {
  const detail = `~(end~0~start~-3600~timeType~'RELATIVE~unit~'seconds~editorString~${quoted(query)}~source~(~${quoted(logGroup)}))`;
  return consoleUrl(region, `#logsV2:logs-insights$3FqueryDetail$3D${inFragment(detail)}`);
}

/** Log groups whose names contain it. */
const logGroupsUrl = (region: string, part: string): string =>
  consoleUrl(region, `#logsV2:log-groups$3FlogGroupNameFilter$3D${inFragment(part)}`);

function logsUrl(region: string, names: Names, logs: Links['logs']): string {
  if ('groups' in logs) return logGroupsUrl(region, logs.groups);
  const query = `fields @timestamp, @message | filter ${logs.where} | sort @timestamp desc | limit 200`;
  return insightsUrl(region, metricLogGroup(names), query);
}

/** A heading of the runbook: a link where its address is known, else where it stands in the repository. */
function heading(runbook: string, name: string): string {
  const address = `${runbook}#${anchor(name)}`;
  return runbook.startsWith('https:') ? `[${name}](${address})` : `${name} (\`${address}\`)`;
}

/** The line of links below a row's explanation. */
export function linksLine(config: EnvironmentConfig, { runbook, traces, logs }: Links): string {
  const { environment, observe } = config;
  const region = observe.metricsRegion;
  const said = (en: string, zh: string) => inLanguages(observe.language, { en, zh }, ' ');
  const headings = runbook.map((name) => heading(runbookUrl(config), name)).join(', ');
  const store = `https://${region}.console.aws.amazon.com/aos/home?region=${region}#opensearch/domains/${domainName(namesOf(config))}`;
  return [
    `${said('Runbook', '手册')}: ${headings}`,
    `${said('Traces', '追踪')}: \`npm run trace -- --env ${environment} ${traces ?? '--since 1h'}\`, [OpenSearch Dashboards](${store})`,
    `[${said('Logs', '日志')}](${logsUrl(region, namesOf(config), logs)})`,
  ].join(' · ');
}
