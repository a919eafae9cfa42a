/** The committed environments, judged: what the table of open ports promises, what else passes, and each broken piece by its name. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ends } from '../../../judges/reach/ends';
import { outsideOf } from '../../../judges/reach/outside';
import { portTable, unlisted } from '../../../judges/reach/port-table';
import { reach } from '../../../judges/reach/reach';
import { networkOf } from '../../../judges/reach/read-network';
import { linked } from '../../../lib/contract/link-parameters';
import { why } from '../../../lib/link/allowlist-questions';
import { sectionOf } from '../../../tools/compliance/sections';
import { held } from '../../../tools/reach/held';
import { findings } from '../../../tools/reach/judge';
import { known, knownExits } from '../../../tools/reach/known';
import { exitTableText, portTableText } from '../../../tools/reach/tables';
import { exitsOf } from '../../../tools/reach/with-model';
import { configOf } from '../../support/app';
import { seeded } from '../../support/seeded';
import { changed, configs, idsOf, modelOf, outcome, stagesOf, without } from './support';

const dev = configOf('dev');
const prod = configOf('prod');

describe.each(configs.map((config) => [config.environment, config] as const))('%s', (_name, config) => {
  test('every row gets there and nothing else passes, but for what is known', () => {
    const unknown = findings(config, modelOf(config)).filter(({ what }) => !(what in known));
    expect(unknown.map(({ detail }) => detail)).toEqual([]);
  });

  test('no way out carries spans out of the account, but for what is known', () => {
    const leaving = exitsOf(config, stagesOf(config)).filter(
      ({ kind, raw }) => raw === 'leaves' && !(kind in knownExits),
    );
    expect(leaving).toEqual([]);
  });

  test('whatever the far end may announce: nothing of the VPC gets to it but relays, and they where the list says', () => {
    const outside = { ...outsideOf(config), announced: ['0.0.0.0/0'] };
    const network = networkOf(stagesOf(config), config.environment, outside);
    const ends = new Ends(network, outside);
    const own = ends.hostNames().filter((name) => !name.startsWith('receiver'));
    const found = unlisted(network, ends, config).filter(({ from, to }) => own.includes(from) && !own.includes(to));
    expect(found.map(({ from, to, protocol, ports }) => ({ from, to, protocol, ports }))).toEqual([]);
  });
});

test('the table of ways out in docs/reach.md is the one that is judged', () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'reach.md'), 'utf8');
  expect(sectionOf(page, 'npm run reach')).toBe(exitTableText());
});

test('the table in docs/defaults.md is the one that is judged', () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'defaults.md'), 'utf8');
  for (const config of configs) expect(sectionOf(page, 'npm run reach')).toBe(portTableText(config));
});

test('every row concerns an environment, or is of something that none has', () => {
  const idle = portTable(dev).filter((_row, index) =>
    configs.every((config) => portTable(config)[index]?.flows.length === 0),
  );
  expect(idle.map(({ where }) => where)).toEqual(['an older backend']);
});

describe('what is broken is found by its name', () => {
  const receiver = ['relay', 'mainland:10.20.8.10', 4318] as const;
  test.each([
    [
      'a route to the mainland',
      'Link',
      /^SubnetsRoute1aBy/,
      receiver,
      /^Network\/VpclinkSubnet1RouteTable\w+: .* has no route to 10\.20\.8\.10/,
    ],
    [
      'the request in the ACL',
      'Link',
      /^SubnetsLinkAclEgressAllowx10x20x8x10x32x4318/,
      receiver,
      /^Link\/SubnetsLinkAclEgressDeny\w+: .* does not let it out/,
    ],
    [
      'the answer in the ACL',
      'Link',
      /^SubnetsLinkAclIngressAllowx10x20x8x10/,
      receiver,
      /^Link\/SubnetsLinkAclIngressDeny\w+: .* does not let it in/,
    ],
    [
      'the answer in the ACL of the attachment',
      'Link',
      /^SubnetsTransitAclEgress/,
      receiver,
      /^Link\/SubnetsTransitAcl\w+: .* no entry that lets it out/,
    ],
    [
      'what the gateway learns',
      'Link',
      /^TransitFirewallSiteToSiteVpnPropagation/,
      receiver,
      /^Link\/TransitFirewallTable\w+: .* has no route to 10\.20\.8\.10/,
    ],
    [
      'the way to the firewall',
      'Link',
      /^TransitHomeRoute10x20x8x0/,
      receiver,
      /^Link\/TransitHomeTable\w+: .* has no route to 10\.20\.8\.10/,
    ],
    [
      'the way back at the gateway',
      'Link',
      /^TransitSiteToSiteVpnRoute10x10x6x0/,
      receiver,
      /^Link\/TransitSiteToSiteVpnTable\w+: .* has no route to 10\.10\.6\.0/,
    ],
    ['an association', 'Link', /^TransitVpcAssociation/, receiver, /^Link\/TransitVpcAttachment\w+: .* no route table/],
    ['a rule out', 'Link', /^RelaysEgressToPrefixList4318/, receiver, /^Link\/RelaysFleetSecurityGroup\w+: .* out$/],
    [
      'a rule in',
      'Store',
      /^TracesSecurityGroupfrom/,
      ['sampler', 'store', 443],
      /^Store\/TracesSecurityGroup\w+: .* in$/,
    ],
    [
      'the balancer’s rule to its targets',
      'Collect',
      /^GatewaysSecurityGroupto.*4317\w+$/,
      ['entrance', 'gateway', 4317],
      /^Collect\/GatewaysSecurityGroup\w+: .* out$/,
    ],
    [
      'the endpoint of S3',
      'Network',
      /^VpcS3/,
      ['gateway', 's3', 443],
      /^Network\/VpccollectSubnet1RouteTable\w+: .* no route/,
    ],
  ] as const)('%s', (_what, stack, part, [from, to, port], expected) => {
    expect(outcome(modelOf(dev, stack, without(part)), from, to, port)).toMatch(expected);
    expect(outcome(modelOf(dev), from, to, port)).toBe('all');
  });
});

describe('by PrivateLink', () => {
  const shut = (part: RegExp) => (resources: Parameters<Parameters<typeof modelOf>[2] & object>[0]) => {
    const [id = ''] = idsOf(resources, part);
    (resources[id] as { Properties: Record<string, unknown> }).Properties.SecurityGroupIngress = [];
  };

  test("a client's nodes reach the gateways, at the promised ports", () => {
    expect(outcome(modelOf(dev), 'client', 'client-endpoint', 4317)).toBe('all');
    expect(outcome(modelOf(dev), 'client', 'client-endpoint', 443)).toMatch(/-client-payments\/.* in$/);
  });

  test.each([
    ['the endpoint', 'dev-client-payments/Client', /SecurityGroup[0-9A-F]{8}$/, /^dev-client-payments\/Client\/.* in$/],
    [
      'the load balancer',
      'Collect',
      /^GatewaysSecurityGroup[0-9A-F]{8}$/,
      /^Collect\/GatewaysSecurityGroup\w+: .* in$/,
    ],
  ] as const)('%s that lets nobody in is found by its name', (_what, stack, part, expected) => {
    expect(outcome(modelOf(dev, stack, shut(part)), 'client', 'client-endpoint', 4317)).toMatch(expected);
  });
});

describe('what is opened is found', () => {
  const opened = (stack: string, change: Parameters<typeof modelOf>[2], config = dev) => {
    const { network, ends } = modelOf(config, stack, change);
    return unlisted(network, ends, config).map(
      ({ from, to, protocol, ports }) => `${from} → ${to} ${protocol} ${ports.from}-${ports.to}`,
    );
  };

  test('a port of a sampler, from the whole VPC', () => {
    const found = opened('Collect', (resources) => {
      const [id = ''] = idsOf(resources, /^SamplersFleetSecurityGroup[0-9A-F]{8}$/);
      const properties = (resources[id] as { Properties: Record<string, unknown> }).Properties;
      properties.SecurityGroupIngress = [{ CidrIp: '10.10.0.0/16', IpProtocol: 'tcp', FromPort: 440, ToPort: 450 }];
    });
    expect(found).toEqual([
      'gateway → sampler tcp 443-443',
      'sampler → sampler tcp 443-443',
      'access → sampler tcp 443-443',
      'relay → sampler tcp 443-443',
    ]);
  });

  /** Routes and ACLs to the mainland and back, from subnets of collectors. */
  const wayOut =
    (change: (resources: Parameters<Parameters<typeof modelOf>[2] & object>[0]) => void = () => {}) =>
    (resources: Parameters<Parameters<typeof modelOf>[2] & object>[0]): void => {
      const [gateway = ''] = idsOf(resources, /^TransitGateway[0-9A-F]{8}$/);
      const [back] = idsOf(resources, /^TransitSiteToSiteVpnRoute10x10x6x0/);
      const [home] = idsOf(resources, /^TransitFirewallRoute10x10x6x0/);
      const [acl = ''] = idsOf(resources, /^SubnetsTransitAcl[0-9A-F]{8}$/);
      const RouteTableId = 'Network/VpccollectSubnet1RouteTable6D2AD2AF';
      const DestinationCidrBlock = '10.20.0.0/16';
      resources.Out = {
        Type: 'AWS::EC2::Route',
        Properties: { RouteTableId, DestinationCidrBlock, TransitGatewayId: { Ref: gateway } },
      };
      resources.Back = structuredClone(resources[back ?? ''] as (typeof resources)[string]);
      resources.Back.Properties.DestinationCidrBlock = '10.10.0.0/24';
      resources.BackHome = structuredClone(resources[home ?? ''] as (typeof resources)[string]);
      resources.BackHome.Properties.DestinationCidrBlock = '10.10.0.0/24';
      for (const Egress of [true, false]) {
        resources[`Acl${Egress}`] = {
          Type: 'AWS::EC2::NetworkAclEntry',
          Properties: {
            NetworkAclId: { Ref: acl },
            Egress,
            CidrBlock: '0.0.0.0/0',
            Protocol: -1,
            RuleAction: 'allow',
            RuleNumber: 1,
          },
        };
      }
      change(resources);
    };

  test('a way from the collectors to the mainland and back, once the firewall lets it through', () => {
    expect(opened('Link', wayOut())).toEqual([]);
    const found = opened(
      'Link',
      wayOut((resources) => {
        const [rules = ''] = idsOf(resources, /^TransitInspectionAllowList/);
        const { RulesSource } = (resources[rules] as (typeof resources)[string]).Properties.RuleGroup;
        const any = { Source: 'ANY', SourcePort: 'ANY', Destination: 'ANY', DestinationPort: 'ANY' };
        RulesSource.StatefulRules.unshift({
          Action: 'PASS',
          Header: { Protocol: 'IP', Direction: 'FORWARD', ...any },
          RuleOptions: [],
        });
      }),
    );
    // By the rule that is there for S3: it is the routes that make it narrow.
    expect(found).toEqual(['gateway → mainland tcp 443-443', 'sampler → mainland tcp 443-443']);
  });
});

describe('what the model does not understand is an error, not a pass', () => {
  test.each([
    [
      'a type',
      { Type: 'AWS::EC2::InternetGateway', Properties: {} },
      /does not know what AWS::EC2::InternetGateway does/,
    ],
    ['a service', { Type: 'AWS::VpcLattice::Service', Properties: {} }, /AWS::VpcLattice::Service/],
    ['a property', { Type: 'AWS::EC2::Subnet', Properties: { Ipv6CidrBlock: '::/64' } }, /by Ipv6CidrBlock/],
    [
      'a prefix list of AWS',
      {
        Type: 'AWS::EC2::Route',
        Properties: { RouteTableId: 'Network/VpccollectSubnet1RouteTable6D2AD2AF', DestinationPrefixListId: 'pl-1' },
      },
      /prefix list pl-1/,
    ],
  ])('%s', (_what, resource, message) => {
    expect(() =>
      modelOf(dev, 'Network', (resources) => {
        resources.New = resource as never;
      }),
    ).toThrow(message);
  });
});

test('a port is judged by each of its parts: the only ones that a relay gets to in the mainland', () => {
  const { network, ends } = modelOf(prod);
  const open = network.portCuts.filter(
    (port) => reach(network, ends.named('relay'), ends.named('mainland'), 'tcp', port).passes !== 'none',
  );
  expect(open).toEqual([7, 4318, 8088]);
});

describe('npm run allowlist -- why, of the templates', () => {
  test.each(configs.filter(({ link }) => link).map((config) => [config.environment, linked(config)] as const))(
    '%s: for relays, list and templates agree about three hundred connections',
    (_name, config) => {
      const model = modelOf(config);
      const random = seeded(17);
      const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
      const listed = config.link.allowlist.entries;
      const near = config.mainland.prefixes[0]?.split('.').slice(0, 2).join('.');
      const pairs = Array.from({ length: 300 }, () => ({
        address:
          random() < 0.5
            ? (pick(listed).to.split('/')[0] as string)
            : `${near}.${pick([1, 2, 8, 255])}.${pick([1, 2, 10, 20])}`,
        port: random() < 0.7 ? pick(listed).port : Math.floor(random() * 65_535) + 1,
      }));
      const differ = pairs.filter(({ address, port }) => {
        const [answer] = held(model, config, address, port, 'relay');
        return answer?.passes !== why(config, address, port, 'relay').admitted;
      });
      expect(pairs.filter(({ address, port }) => why(config, address, port, 'relay').admitted).length).toBeGreaterThan(
        20,
      );
      expect(differ).toEqual([]);
    },
  );

  test('a line that the templates do not let through is said to be so', () => {
    const broken = modelOf(dev, 'Link', without(/^SubnetsLinkAclIngressAllowx10x20x8x10/));
    expect(held(broken, linked(dev), '10.20.8.10', 4318, 'relay')).toEqual([
      {
        passes: false,
        shut: true,
        text: expect.stringMatching(/^relay: does not get there: Link\/SubnetsLinkAclIngressDeny/),
      },
    ]);
  });
});

describe('a VPC that is not attached yet', () => {
  const model = modelOf(dev);

  test('is said to be so of what a line admits, as its owner and not a rule is asked', () => {
    expect(held(model, linked(dev), '10.20.1.20', 8443, '10.30.4.3')).toEqual([
      {
        passes: false,
        shut: false,
        text: '10.30.4.3: not yet: the VPC 10.30.4.0/24 is not attached, its entry in link.serviceAttachments has no attachmentId',
      },
    ]);
  });

  test('of what no line admits nothing is promised', () => {
    const [found] = held(model, linked(dev), '10.20.1.20', 22, '10.30.4.3');
    expect(found).toEqual({ passes: false, shut: false, text: expect.stringContaining('does not get there') });
  });
});

describe('a way out that is opened is found', () => {
  const leaving = (stack: string, change: NonNullable<Parameters<typeof modelOf>[2]>): string[] =>
    exitsOf(dev, changed(dev, stack, change))
      .filter(({ kind, raw }) => raw === 'leaves' && !(kind in knownExits))
      .map(({ kind, at }) => `${kind} ${at}`);
  const account = '999999999999';
  const first = (resources: Parameters<NonNullable<Parameters<typeof modelOf>[2]>>[0], part: RegExp) =>
    resources[idsOf(resources, part)[0] ?? '']?.Properties as Record<string, any>;

  test.each<[string, string, (resources: any) => void, RegExp]>([
    [
      'the endpoint of S3 lets objects be put into any bucket',
      'Network',
      (all) => {
        first(all, /^VpcS3/).PolicyDocument.Statement.push({
          Effect: 'Allow',
          Action: 's3:PutObject',
          Resource: '*',
          Principal: '*',
        });
      },
      /^endpoint Network\/VpcS3/,
    ],
    [
      'an endpoint without a policy',
      'Network',
      (all) => {
        delete first(all, /^VpcLogs/).PolicyDocument;
      },
      /^endpoint Network\/VpcLogs/,
    ],
    [
      'the domain lets another account read',
      'Store',
      (all) => {
        first(all, /^TracesDomain/).AccessPolicies.Statement[0].Principal = { AWS: [`arn:aws:iam::${account}:role/x`] };
      },
      /^grant Store\/TracesDomain/,
    ],
    [
      'a function outside of the VPC that may read the store',
      'Store',
      (all) => {
        delete first(all, /^CheckFunction/).VpcConfig;
        first(all, /^CheckPolicy/).PolicyDocument.Statement.push({
          Effect: 'Allow',
          Action: 'es:ESHttpGet',
          Resource: '*',
        });
      },
      /^function Store\/CheckFunction/,
    ],
    [
      'a subscription of a log group',
      'Collect',
      (all) => {
        all.Sub = {
          Type: 'AWS::Logs::SubscriptionFilter',
          Properties: { LogGroupName: 'x', DestinationArn: 'arn:aws:logs:ap-east-1:999999999999:destination:d' },
        };
      },
      /^subscription Collect\/Sub/,
    ],
    [
      'a bucket that is copied elsewhere',
      'Collect',
      (all) => {
        first(all, /^RemaindersBucket[0-9A-F]{8}$/).ReplicationConfiguration = { Rules: [] };
      },
      /^replication Collect\/RemaindersBucket/,
    ],
  ])('%s', (_what, stack, change, expected) => {
    expect(leaving(stack, change)).toEqual([expect.stringMatching(expected)]);
  });
});

describe("services by somebody else's transit gateway, beside the link's", () => {
  const routed = {
    ...dev,
    environment: 'routed',
    clients: [],
    collect: {
      ...dev.collect,
      entrance: {
        ...dev.collect.entrance,
        via: 'routed' as const,
        routed: { transitGatewayId: 'tgw-0123456789abcdef1', prefixes: ['10.30.0.0/16'], routeTableIds: [] },
      },
    },
  };

  test('each gets where its gateway leads, and nothing else passes', () => {
    expect(findings(routed, modelOf(routed)).map(({ detail }) => detail)).toEqual([]);
  });

  test.each<[string, RegExp, string]>([
    ['the answer, without a route', /^EntranceRouteapxeastx1aTo/, 'service → entrance does not get there'],
    [
      'the request, without an ACL that lets it in',
      /^EntranceCollectAclIngressAllowx10x30/,
      'service → entrance does not get there',
    ],
  ])('%s, is missed', (_what, part, expected) => {
    const model = modelOf(routed, 'Network', without(part));
    expect(new Set(findings(routed, model).map(({ what }) => what))).toEqual(new Set([expected]));
  });

  test('a route of relays to the other gateway leads away', () => {
    const model = modelOf(routed, 'Link', (all) => {
      for (const id of idsOf(all, /^SubnetsRoute1aBy/)) {
        Object.assign(all[id]?.Properties ?? {}, { TransitGatewayId: 'tgw-0123456789abcdef1' });
      }
    });
    const found = findings(routed, model).map(({ what }) => what);
    expect(found).toContain('relay → mainland:10.20.8.10 does not get there');
  });
});
