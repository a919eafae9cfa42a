/** The firewall of the link: what passes it, by its rules as a packet would meet them, and what ends by itself. */
import type { Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { within } from '../../config/cidr';
import type { EnvironmentConfig } from '../../config/schema';
import { subnetCidrs } from '../../lib/contract/addresses';
import { flows, linked } from '../../lib/contract/link-parameters';
import { ownerRules } from '../../lib/contract/owner-rules';
import { handler } from '../../lib/link/end-lines.handler';
import { configOf, environmentNames, freshApp, templateOf } from '../support/app';

const resources = (template: Template, type: string): any[] =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);
const only = (template: Template, type: string): any => {
  const found = resources(template, type);
  expect(found).toHaveLength(1);
  return found[0];
};
const linkOf = (config: EnvironmentConfig): Template => {
  const stage = freshApp([config]).node.findChild(config.environment) as Stage;
  return Template.fromStack(stage.node.findChild('Link') as Stack);
};

interface Packet {
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  readonly protocol?: 'TCP' | 'UDP' | 'ICMP';
  /** Who opened the connection sends to the server. */
  readonly flow?: 'to_server' | 'to_client';
}

/** The first rule that matches decides, as STRICT_ORDER says; nothing matching is dropped by the policy. */
function verdict(group: any, { from, fromPort, to, toPort, protocol = 'TCP', flow = 'to_server' }: Packet): string {
  const sets = group.RuleGroup.RuleVariables.IPSets;
  const holds = (text: string, address: string) =>
    text === 'ANY' ||
    (text.startsWith('$') ? sets[text.slice(1)].Definition : [text]).some((prefix: string) =>
      within(`${address}/32`, prefix),
    );
  const rule = group.RuleGroup.RulesSource.StatefulRules.find(({ Header, RuleOptions }: any) => {
    const [wanted] = RuleOptions.find(({ Keyword }: any) => Keyword === 'flow')?.Settings ?? [flow];
    return (
      ['IP', protocol].includes(Header.Protocol) &&
      wanted === flow &&
      Header.Direction === 'FORWARD' &&
      holds(Header.Source, from) &&
      holds(Header.Destination, to) &&
      (Header.SourcePort === 'ANY' || Number(Header.SourcePort) === fromPort) &&
      (Header.DestinationPort === 'ANY' || Number(Header.DestinationPort) === toPort)
    );
  });
  return rule?.Action ?? 'DROP by default';
}

const first = (prefix: string): string => prefix.split('/')[0] as string;

describe.each(environmentNames)('the firewall of %s', (environment) => {
  const template = templateOf(environment, 'Link');
  const config = linked(configOf(environment));
  const group = only(template, 'AWS::NetworkFirewall::RuleGroup');

  test('each line passes, with its answers, and neither another port nor the other way nor another protocol', () => {
    for (const { from, to, port } of flows(config)) {
      for (const source of from) {
        const request = { from: first(source), fromPort: 40_000, to: first(to), toPort: port };
        const answer = { from: request.to, fromPort: port, to: request.from, toPort: 40_000 };
        expect(verdict(group, request)).toBe('PASS');
        expect(verdict(group, { ...answer, flow: 'to_client' })).toBe('PASS');
        // From the listed port, but not an answer: whoever is listed as a server cannot open what it likes.
        expect(verdict(group, answer)).toBe('DROP');
        expect(verdict(group, { ...request, toPort: port + 1 })).toBe('DROP');
        expect(verdict(group, { ...request, protocol: 'UDP' })).toBe('DROP');
      }
    }
  });

  test('a stranger passes in neither direction', () => {
    const [relays] = subnetCidrs(config, 'link') as [string];
    const mainland = config.link.farEnd.prefixes.map((prefix) => first(prefix).replace(/\.0$/, '.77'));
    const hongKong = [
      first(relays).replace(/\.0$/, '.5'),
      ...config.link.serviceAttachments.map(({ prefix }) => first(prefix).replace(/\.0$/, '.99')),
    ];
    for (const far of mainland) {
      for (const near of hongKong) {
        for (const port of [22, 443, 4318, 8443]) {
          expect(verdict(group, { from: far, fromPort: 40_000, to: near, toPort: port })).toBe('DROP');
          expect(verdict(group, { from: near, fromPort: 40_000, to: far, toPort: port })).toBe('DROP');
        }
      }
    }
  });

  test('what is dropped is logged, and counted by who tried', () => {
    const drops = group.RuleGroup.RulesSource.StatefulRules.filter(({ Action }: any) => Action === 'DROP');
    expect(
      drops.map(({ Header, RuleOptions }: any) => [
        Header.Source,
        RuleOptions.find(({ Keyword }: any) => Keyword === 'msg').Settings,
      ]),
    ).toEqual([
      ['$HONG_KONG', ['"egress"']],
      ['ANY', ['"ingress"']],
    ]);
    expect(
      only(template, 'AWS::NetworkFirewall::LoggingConfiguration').LoggingConfiguration.LogDestinationConfigs,
    ).toMatchObject([{ LogType: 'ALERT', LogDestinationType: 'CloudWatchLogs' }]);
    const alarm = resources(template, 'AWS::CloudWatch::Alarm').find(({ AlarmName }) =>
      AlarmName.includes('Flows rejected on the link'),
    );
    const counted = alarm.Metrics.flatMap(({ MetricStat }: any) =>
      MetricStat ? [`${MetricStat.Metric.MetricName} ${MetricStat.Metric.Dimensions[0].Value}`] : [],
    );
    expect(counted).toEqual(expect.arrayContaining(['link.firewall.dropped egress', 'link.firewall.dropped ingress']));
  });

  test('ids are unique, and a line more leaves those of the others', () => {
    const ids = (of: any) =>
      of.RuleGroup.RulesSource.StatefulRules.map(
        ({ RuleOptions }: any) => RuleOptions.find(({ Keyword }: any) => Keyword === 'sid').Settings[0],
      );
    expect(new Set(ids(group)).size).toBe(ids(group).length);
    expect(ids(group).length).toBeLessThanOrEqual(group.Capacity);
  });
});

test('a line more leaves the ids of the others', () => {
  const dev = configOf('dev');
  const list = linked(dev).link.allowlist;
  const entry = {
    line: 99,
    from: 'relay',
    to: '10.20.8.99/32',
    port: 4318,
    owner: 'x',
    ticket: 'N-1',
    expires: '2027-01-01',
  };
  const more = linkOf({
    ...dev,
    link: { ...linked(dev).link, allowlist: { ...list, entries: [...list.entries, entry] } },
  } as EnvironmentConfig);
  const rules = (template: Template): string[] =>
    only(template, 'AWS::NetworkFirewall::RuleGroup').RuleGroup.RulesSource.StatefulRules.map((rule: any) =>
      JSON.stringify(rule),
    );
  const before = rules(templateOf('dev', 'Link'));
  expect(rules(more).filter((rule) => before.includes(rule))).toEqual(before);
  expect(rules(more)).toHaveLength(before.length + 2);
});

test('without a firewall there is none, and routes lead straight', () => {
  const dev = configOf('dev');
  const template = linkOf({
    ...dev,
    link: { ...linked(dev).link, inspection: { by: 'none', zones: 2, noneAcknowledged: '…' } },
  } as EnvironmentConfig);
  template.resourceCountIs('AWS::NetworkFirewall::Firewall', 0);
  template.resourceCountIs('AWS::EC2::TransitGatewayRouteTable', 2);
});

describe('what ends, ends', () => {
  const group = only(templateOf('dev', 'Link'), 'AWS::NetworkFirewall::RuleGroup').RuleGroup;
  const event = { environment: 'dev', ruleGroupArn: 'arn:rules', firewallArn: 'arn:firewall', zones: ['a', 'b'] };

  async function at(now: string, state = group) {
    const sent: any[] = [];
    const lines: string[] = [];
    const client = {
      send: async (command: any) => {
        sent.push(command);
        return command.constructor.name === 'DescribeRuleGroupCommand'
          ? { RuleGroup: state, UpdateToken: 'token', RuleGroupResponse: { Description: 'list' } }
          : {};
      },
    } as any;
    await handler(event, undefined, { client, log: (line) => lines.push(line), now: new Date(now) });
    const of = (name: string) => sent.filter((command) => command.constructor.name === name).map(({ input }) => input);
    return {
      updates: of('UpdateRuleGroupCommand'),
      flushes: of('StartFlowFlushCommand'),
      lines,
      figures: JSON.parse(lines.at(-1) ?? ''),
    };
  }

  test('a line holds on its last day, to its end in Hong Kong', async () => {
    const { updates, flushes, figures } = await at('2027-03-31T15:59:59Z');
    expect([updates, flushes]).toEqual([[], []]);
    expect(figures).toMatchObject({ 'link.allowlist.days': 0, 'link.allowlist.ended': 0 });
  });

  test('the day after, its rules are gone, the others stay, and its connections are cut in each zone', async () => {
    const { updates, flushes, lines, figures } = await at('2027-03-31T16:00:01Z');
    const kept = updates[0].RuleGroup.RulesSource.StatefulRules;
    expect(updates[0]).toMatchObject({ RuleGroupArn: 'arn:rules', UpdateToken: 'token', Description: 'list' });
    expect(kept).toEqual(
      group.RulesSource.StatefulRules.filter((rule: any) => !JSON.stringify(rule).includes('2027-03-31')),
    );
    expect(kept.length).toBe(group.RulesSource.StatefulRules.length - 4);
    expect(updates[0].RuleGroup.RuleVariables).toEqual(group.RuleVariables);
    expect(flushes.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual(['a', 'b']);
    expect(flushes[0].FlowFilters).toEqual([
      {
        SourceAddress: { AddressDefinition: '10.20.2.16/28' },
        DestinationAddress: { AddressDefinition: '10.30.4.40/32' },
        DestinationPort: '8443',
        Protocols: ['6'],
      },
      {
        SourceAddress: { AddressDefinition: '10.30.4.0/28' },
        DestinationAddress: { AddressDefinition: '10.20.1.20/32' },
        DestinationPort: '8443',
        Protocols: ['6'],
      },
    ]);
    expect(lines.filter((line) => line.startsWith('ended: '))).toHaveLength(4);
    expect(figures).toMatchObject({ 'link.allowlist.ended': 2, 'link.allowlist.days': 90 });
  });

  test('what drops never ends, and relays are cut by each of their subnets', async () => {
    const { updates, flushes } = await at('2028-01-01T00:00:00Z');
    expect(updates[0].RuleGroup.RulesSource.StatefulRules.map(({ Action }: any) => Action)).toEqual([
      'PASS',
      'DROP',
      'DROP',
    ]);
    expect(flushes.flatMap(({ FlowFilters }) => FlowFilters).length).toBe(2 * (4 * 3 + 2));
    for (const { FlowFilters } of flushes) expect(FlowFilters.length).toBeLessThanOrEqual(20);
  });

  test('a group that is not ours is left alone, aloud', async () => {
    await expect(at('2027-01-01T00:00:00Z', { RulesSource: {} })).rejects.toThrow('has no rules');
  });
});

test('owners of services get a rule for each direction and port, with the list that it names', () => {
  expect(ownerRules(linked(configOf('dev')))).toEqual([
    {
      list: 'services-from-8443',
      direction: 'ingress',
      port: 8443,
      mainland: ['10.20.2.16/28'],
      services: [{ prefix: '10.30.4.40/32', owner: 'settlement', ticket: 'NET-1205' }],
    },
    {
      list: 'services-to-8443',
      direction: 'egress',
      port: 8443,
      mainland: ['10.20.1.20/32'],
      services: [{ prefix: '10.30.4.0/28', owner: 'payments', ticket: 'NET-1204' }],
    },
  ]);
  const dev = configOf('dev');
  const shared = linkOf({
    ...dev,
    link: { ...linked(dev).link, serviceAttachments: [{ prefix: '10.30.4.0/24', account: '111111111117' }] },
  } as EnvironmentConfig);
  const shares = Object.values(shared.findResources('AWS::RAM::ResourceShare')).map(({ Properties }) => Properties);
  const within = { AllowExternalPrincipals: false, Principals: ['111111111117'] };
  expect(shares).toHaveLength(2);
  expect(shares).toContainEqual(expect.objectContaining({ ...within, Name: 'harbourline-dev-allowlist' }));
  // With the gateway, too: its owner alone routes, and accepts what is attached.
  expect(shares).toContainEqual({
    ...within,
    Name: 'harbourline-dev-link',
    ResourceArns: [{ 'Fn::GetAtt': [expect.stringMatching(/^TransitGateway/), 'TransitGatewayArn'] }],
    Tags: expect.anything(),
  });
  expect(only(shared, 'AWS::EC2::TransitGateway').AutoAcceptSharedAttachments).toBe('disable');
});
