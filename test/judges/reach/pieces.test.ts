/** Pieces that the committed environments do not have, or not yet: a firewall on the transit gateway, PrivateLink, addresses that are not kept. */
import type { Environment } from '../../../judges/assembly/environments';
import { Ends } from '../../../judges/reach/ends';
import type { Outside } from '../../../judges/reach/network';
import { decides, reach } from '../../../judges/reach/reach';
import { networkOf } from '../../../judges/reach/read-network';

type Properties = Record<string, unknown>;

const ref = (Ref: string) => ({ Ref });
const of = (id: string, attribute: string) => ({ 'Fn::GetAtt': [id, attribute] });

const environment = (resources: Record<string, [string, Properties]>): Map<string, Environment> => {
  const Resources = Object.fromEntries(
    Object.entries(resources).map(([id, [type, given]]) => [id, { Type: `AWS::${type}`, Properties: given }]),
  );
  return new Map([['test', { Stack: { resources: Resources, template: {}, terminationProtection: false } }]]);
};

function ask(resources: Record<string, [string, Properties]>, outside: Partial<Outside>) {
  const all = { announced: [], attached: {}, vpcs: {}, named: {}, ...outside };
  const network = networkOf(environment(resources), 'test', all);
  const ends = new Ends(network, all);
  return (from: string, to: string, port: number, protocol = 'tcp'): string => {
    const { passes, failing } = reach(network, ends.named(from), ends.named(to), protocol, port);
    const end = failing && decides(failing);
    return end ? `${end.at}: ${end.what}` : passes;
  };
}

describe('a firewall that is attached to the transit gateway', () => {
  const service = 'tgw-attach-1';
  const rule = (
    Action: string,
    Protocol: string,
    Source: string,
    Destination: string,
    port: string,
    ...RuleOptions: object[]
  ) => ({
    Action,
    Header: { Protocol, Source, SourcePort: 'ANY', Direction: 'FORWARD', Destination, DestinationPort: port },
    RuleOptions,
  });
  const option = (Keyword: string, ...Settings: string[]) => ({ Keyword, Settings });
  const rules = [
    rule('PASS', 'TCP', '10.30.4.0/28', '10.20.1.20/32', '8443', option('sid', '7'), option('flow', 'to_server')),
    rule('PASS', 'TCP', '10.20.1.20/32', '10.30.4.0/28', 'ANY', option('sid', '8'), option('flow', 'to_client')),
    rule('PASS', 'ICMP', 'ANY', 'ANY', 'ANY', option('sid', '3'), option('itype', '3'), option('icode', '4')),
    rule('DROP', 'IP', '$HONG_KONG', 'ANY', 'ANY', option('sid', '1')),
  ];
  const route = (id: string, table: string, to: string, attachment: unknown): Record<string, [string, Properties]> => ({
    [id]: [
      'EC2::TransitGatewayRoute',
      { TransitGatewayRouteTableId: ref(table), DestinationCidrBlock: to, TransitGatewayAttachmentId: attachment },
    ],
  });
  const associate = (id: string, table: string, attachment: unknown): Record<string, [string, Properties]> => ({
    [id]: [
      'EC2::TransitGatewayRouteTableAssociation',
      { TransitGatewayRouteTableId: ref(table), TransitGatewayAttachmentId: attachment },
    ],
  });
  const firewall = of('Firewall', 'TransitGatewayAttachmentId');
  const other = 'tgw-attach-2';
  const resources: Record<string, [string, Properties]> = {
    Rules: [
      'NetworkFirewall::RuleGroup',
      {
        Type: 'STATEFUL',
        RuleGroup: {
          RuleVariables: { IPSets: { HONG_KONG: { Definition: ['10.30.0.0/16'] } } },
          RulesSource: { StatefulRules: rules },
        },
      },
    ],
    Policy: [
      'NetworkFirewall::FirewallPolicy',
      {
        FirewallPolicy: {
          StatelessDefaultActions: ['aws:forward_to_sfe'],
          StatefulDefaultActions: ['aws:drop_strict'],
          StatefulEngineOptions: { RuleOrder: 'STRICT_ORDER' },
          StatefulRuleGroupReferences: [{ ResourceArn: of('Rules', 'RuleGroupArn'), Priority: 1 }],
        },
      },
    ],
    Firewall: [
      'NetworkFirewall::Firewall',
      { FirewallPolicyArn: of('Policy', 'FirewallPolicyArn'), TransitGatewayId: 'tgw-1' },
    ],
    Before: ['EC2::TransitGatewayRouteTable', {}],
    After: ['EC2::TransitGatewayRouteTable', {}],
    ...associate('A', 'Before', service),
    ...associate('B', 'Before', other),
    ...associate('C', 'After', firewall),
    ...route('D', 'Before', '0.0.0.0/0', firewall),
    ...route('E', 'After', '10.30.0.0/16', service),
    ...route('F', 'After', '10.20.0.0/16', other),
  };
  const outside = {
    attached: { [service]: ['10.30.0.0/16'], [other]: ['10.20.0.0/16'] },
    named: { service: ['10.30.0.0/16'] },
  };
  const asked = ask(resources, outside);
  // Both are places of others: the far one is reached by its attachment.
  const [from, to] = ['service:10.30.4.5', '10.20.1.20'];

  test('what its rules let through passes, and its answer with it', () => expect(asked(from, to, 8443)).toBe('all'));
  test.each([
    ['another port', from, to, 443, 'tcp', 'Stack/Rules (1)'],
    ['another source', 'service:10.30.5.5', to, 8443, 'tcp', 'Stack/Rules (1)'],
    ['another protocol', from, to, 8443, 'udp', 'Stack/Rules (1)'],
    ['an echo', from, to, 0, 'icmp-8.0', 'Stack/Rules (1)'],
    ['what would be an answer, from a connection of its own', '10.20.1.20', from, 40_000, 'tcp', 'outside'],
  ])('%s does not', (_what, one, two, port, protocol, at) => expect(asked(one, two, port, protocol)).toContain(at));
  test('what says how large packets may be does', () => expect(asked(from, to, 0, 'icmp-3.4')).toBe('all'));

  test('an answer that takes another way is lost', () => {
    const around = ask({ ...resources, ...associate('B', 'After', other) }, outside);
    expect(around(from, to, 8443)).toBe(
      'Stack/Firewall: firewall does not see the answer: the ways there and back differ',
    );
  });

  test('options of rules that the model does not know are an error', () => {
    const odd = [rule('PASS', 'TCP', 'ANY', 'ANY', 'ANY', option('content', '"x"'))];
    const changed = {
      ...resources,
      Rules: ['NetworkFirewall::RuleGroup', { RuleGroup: { RulesSource: { StatefulRules: odd } } }] as [
        string,
        Properties,
      ],
    };
    expect(() => ask(changed, outside)).toThrow(/option content/);
  });
});

describe('an endpoint service behind a load balancer', () => {
  const open = { CidrIp: '0.0.0.0/0', IpProtocol: '-1' };
  const vpc = (id: string, cidr: string): Record<string, [string, Properties]> => ({
    [id]: ['EC2::VPC', { CidrBlock: cidr }],
    [`${id}Subnet`]: ['EC2::Subnet', { VpcId: ref(id), CidrBlock: cidr, AvailabilityZone: 'a' }],
  });
  const group = (ingress: object, VpcId: string): [string, Properties] => [
    'EC2::SecurityGroup',
    { VpcId: ref(VpcId), SecurityGroupIngress: [ingress], SecurityGroupEgress: [open] },
  ];
  const resources = (clients: object): Record<string, [string, Properties]> => ({
    ...vpc('Own', '10.10.0.0/24'),
    ...vpc('Client', '10.30.0.0/24'),
    Balancer: [
      'ElasticLoadBalancingV2::LoadBalancer',
      { Type: 'network', Subnets: [ref('OwnSubnet')], SecurityGroups: [of('BalancerGroup', 'GroupId')] },
    ],
    BalancerGroup: group(clients, 'Own'),
    Listener: [
      'ElasticLoadBalancingV2::Listener',
      {
        LoadBalancerArn: ref('Balancer'),
        Port: 4317,
        Protocol: 'TCP',
        DefaultActions: [{ TargetGroupArn: ref('Targets') }],
      },
    ],
    Targets: ['ElasticLoadBalancingV2::TargetGroup', { Port: 4317, TargetType: 'instance' }],
    Template: ['EC2::LaunchTemplate', { LaunchTemplateData: { SecurityGroupIds: [of('FleetGroup', 'GroupId')] } }],
    Fleet: [
      'AutoScaling::AutoScalingGroup',
      {
        LaunchTemplate: { LaunchTemplateId: ref('Template') },
        VPCZoneIdentifier: [ref('OwnSubnet')],
        TargetGroupARNs: [ref('Targets')],
      },
    ],
    FleetGroup: group(
      { SourceSecurityGroupId: of('BalancerGroup', 'GroupId'), IpProtocol: 'tcp', FromPort: 4317, ToPort: 4317 },
      'Own',
    ),
    Service: ['EC2::VPCEndpointService', { NetworkLoadBalancerArns: [ref('Balancer')] }],
    Endpoint: [
      'EC2::VPCEndpoint',
      {
        ServiceName: 'com.amazonaws.vpce.ap-east-1.vpce-svc-1',
        VpcEndpointType: 'Interface',
        VpcId: ref('Client'),
        SubnetIds: [ref('ClientSubnet')],
        SecurityGroupIds: [of('EndpointGroup', 'GroupId')],
      },
    ],
    EndpointGroup: group({ CidrIp: '10.30.0.0/24', IpProtocol: 'tcp', FromPort: 4317, ToPort: 4318 }, 'Client'),
    Node: ['EC2::Instance', { SubnetId: ref('ClientSubnet'), SecurityGroupIds: [of('NodeGroup', 'GroupId')] }],
    NodeGroup: group({ CidrIp: '10.30.0.0/24', IpProtocol: 'icmp', FromPort: 8, ToPort: 0 }, 'Client'),
  });
  const clients = { CidrIp: '10.30.0.0/24', IpProtocol: 'tcp', FromPort: 4317, ToPort: 4317 };
  const asked = ask(resources(clients), {});

  test('a client gets to the targets, and its answer back', () =>
    expect(asked('Stack/Node', 'Stack/Endpoint', 4317)).toBe('all'));
  test.each([
    ['a port that the endpoint takes and no listener does', 4318, /^Stack\/BalancerGroup: .* in$/],
    ['a port that the endpoint does not take', 443, /^Stack\/EndpointGroup: .* in$/],
  ])('%s does not', (_what, port, expected) => expect(asked('Stack/Node', 'Stack/Endpoint', port)).toMatch(expected));

  test('the load balancer judges clients by their own addresses', () => {
    const narrow = ask(resources({ ...clients, CidrIp: '10.31.0.0/16' }), {});
    expect(narrow('Stack/Node', 'Stack/Endpoint', 4317)).toMatch(/^Stack\/BalancerGroup: .* in$/);
  });

  test('the target lets in the load balancer, and nobody beside it', () => {
    expect(asked('Stack/Node', 'Stack/Fleet', 4317)).toMatch(/no route to/);
    expect(asked('Stack/Balancer', 'Stack/Fleet', 4317)).toBe('all');
  });

  test('a listener that there is not', () => {
    const { Listener, ...others } = resources(clients);
    expect(Listener).toBeDefined();
    expect(ask(others, {})('Stack/Node', 'Stack/Endpoint', 4317)).toBe(
      'Stack/Balancer: load balancer has no listener at tcp 4317',
    );
  });
});
