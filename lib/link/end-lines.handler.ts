/**
 * Ends lines of the allow-list on their day, without a deployment: rules of the firewall whose last day is over are taken out, and
 * connections that they admitted are cut. A deployment of an older commit that brings them back is undone within the hour.
 */
import {
  DescribeRuleGroupCommand,
  NetworkFirewallClient,
  type RuleGroup,
  StartFlowFlushCommand,
  type StatefulRule,
  UpdateRuleGroupCommand,
} from '@aws-sdk/client-network-firewall';
import { embeddedMetric } from '../common/embedded-metric';
import { lineMetrics, metricNamespace } from '../contract/metrics';
import { untilKey } from './firewall-rules';

/** What the schedule sends: fixed by the template. */
export interface EndLinesEvent {
  readonly environment: string;
  readonly ruleGroupArn: string;
  readonly firewallArn: string;
  /** Zones that have an endpoint: each keeps connections of its own. */
  readonly zones: readonly string[];
}

/** What tests replace. */
export interface EndLinesSurroundings {
  readonly client?: Pick<NetworkFirewallClient, 'send'>;
  readonly log?: (line: string) => void;
  readonly now?: Date;
}

/** Days end at midnight in Hong Kong. */
const zone = '+08:00';
const dayMs = 86_400_000;

/** @throws Error where the rules cannot be read or written: an alarm tells of it */
export async function handler(
  { environment, ruleGroupArn, firewallArn, zones }: EndLinesEvent,
  _context?: unknown,
  { client = new NetworkFirewallClient(), log = console.log, now = new Date() }: EndLinesSurroundings = {},
): Promise<void> {
  const {
    RuleGroup: group,
    UpdateToken,
    RuleGroupResponse,
  } = await client.send(new DescribeRuleGroupCommand({ RuleGroupArn: ruleGroupArn }));
  const rules = group?.RulesSource?.StatefulRules;
  if (!group || !rules) throw new Error(`${ruleGroupArn} has no rules: it is not the one that the template made.`);
  const left = (rule: StatefulRule) => daysLeft(rule, now);
  const ended = rules.filter((rule) => left(rule) <= 0);
  if (ended.length > 0) {
    const kept = rules.filter((rule) => !ended.includes(rule));
    await client.send(
      new UpdateRuleGroupCommand({
        RuleGroupArn: ruleGroupArn,
        // Whoever deploys at the same time wins, and the next hour looks again.
        UpdateToken,
        Description: RuleGroupResponse?.Description,
        RuleGroup: { ...group, RulesSource: { StatefulRules: kept } },
      }),
    );
    for (const rule of ended) log(`ended: ${said(rule)}`);
    await flush(client, firewallArn, zones, ended.filter(isRequest), group);
  }
  // Those that end soon are named by an alarm; which ones they are stands here, and in `npm run allowlist -- check`.
  const days = rules.filter((rule) => !ended.includes(rule) && isRequest(rule)).map(left);
  log(
    embeddedMetric({
      namespace: metricNamespace(environment),
      at: now.getTime(),
      metrics: Object.values(lineMetrics),
      fields: {
        [lineMetrics.daysLeft.name]: Math.floor(Math.min(...days, 366)),
        [lineMetrics.ended.name]: ended.filter(isRequest).length,
      },
    }),
  );
}

/** Days until the end of a rule's last day, 0 or less where it is over; indefinitely where it has none. */
function daysLeft({ RuleOptions = [] }: StatefulRule, now: Date): number {
  const metadata = RuleOptions.find(({ Keyword }) => Keyword === 'metadata')?.Settings?.join(',') ?? '';
  const [, day] = new RegExp(`\\b${untilKey} (\\d{4}-\\d{2}-\\d{2})`).exec(metadata) ?? [];
  return day ? (Date.parse(`${day}T00:00:00${zone}`) + dayMs - now.getTime()) / dayMs : Number.POSITIVE_INFINITY;
}

/** The rule of a line that admits requests; the other admits their answers. */
const isRequest = ({ Header, RuleOptions = [] }: StatefulRule): boolean =>
  Header?.Protocol === 'TCP' &&
  RuleOptions.some(({ Keyword, Settings }) => Keyword === 'flow' && Settings?.includes('to_server'));

const said = ({ Header, RuleOptions = [] }: StatefulRule): string =>
  `${Header?.Source} ${Header?.SourcePort} → ${Header?.Destination} ${Header?.DestinationPort} ${RuleOptions.find(({ Keyword }) => Keyword === 'msg')?.Settings?.join(' ') ?? ''}`.trim();

/** IANA's number of TCP, and the most filters that a flush takes (Network Firewall API Reference, StartFlowFlush). */
const tcp = '6';
const filtersAtOnce = 20;

/** Connections that were opened before go on otherwise: rules are asked when one begins. */
async function flush(
  client: Pick<NetworkFirewallClient, 'send'>,
  FirewallArn: string,
  zones: readonly string[],
  requests: readonly StatefulRule[],
  { RuleVariables }: RuleGroup,
): Promise<void> {
  const addresses = (text = '') =>
    text.startsWith('$') ? (RuleVariables?.IPSets?.[text.slice(1)]?.Definition ?? []) : [text];
  const FlowFilters = requests.flatMap(({ Header }) =>
    addresses(Header?.Source).map((source) => ({
      SourceAddress: { AddressDefinition: source },
      DestinationAddress: { AddressDefinition: Header?.Destination ?? '' },
      DestinationPort: Header?.DestinationPort ?? '',
      Protocols: [tcp],
    })),
  );
  for (let at = 0; at < FlowFilters.length; at += filtersAtOnce) {
    const some = FlowFilters.slice(at, at + filtersAtOnce);
    for (const AvailabilityZone of zones) {
      await client.send(new StartFlowFlushCommand({ FirewallArn, AvailabilityZone, FlowFilters: some }));
    }
  }
}
