/** The judge of order: one change for each verdict, and the changes that failed on day two. */
import { order, orderBothWays, type Refusal } from '../../judges/order/order';
import { type Resource, type Stacks, UnknownType } from '../../judges/order/state';

const resource = (Type: string, Properties: Record<string, unknown> = {}, more: object = {}): Resource => ({
  Type: `AWS::${Type}`,
  Properties,
  ...more,
});
const stack = (Resources: Record<string, Resource>, Outputs = {}): Stacks => ({ Link: { Resources, Outputs } });
const said = (refusals: readonly Refusal[]) => refusals.map(({ rule, id }) => `${rule} ${id}`);

const table = (Ref: string) => ({ Ref });
const association = (attachment: string, of = 'Home') =>
  resource('EC2::TransitGatewayRouteTableAssociation', {
    TransitGatewayAttachmentId: attachment,
    TransitGatewayRouteTableId: table(of),
  });
const list = (MaxEntries: number, ...cidrs: string[]) =>
  resource('EC2::PrefixList', { MaxEntries, Entries: cidrs.map((Cidr) => ({ Cidr })) });
const entry = (RuleNumber: number, CidrBlock: string) =>
  resource('EC2::NetworkAclEntry', { NetworkAclId: table('Acl'), RuleNumber, Egress: true, CidrBlock });

describe('what is refused', () => {
  test.each<[string, Record<string, Resource>, Record<string, Resource>, string[]]>([
    [
      'an association that moves to another place in a list',
      { One: association('tgw-attach-a'), Two: association('tgw-attach-b') },
      { One: association('tgw-attach-b') },
      ['unique-key One'],
    ],
    [
      'an association that moves to another table: the new one is made before the old one ends',
      { One: association('tgw-attach-a') },
      { One: association('tgw-attach-a', 'Link') },
      ['unique-key One'],
    ],
    [
      'size and entries of a prefix list in one request',
      { List: list(2, '10.0.0.1/32') },
      { List: list(3, '10.0.0.1/32', '10.0.0.2/32') },
      ['two-changes List'],
    ],
    [
      'an entry that takes the number of one on its way out',
      { A: entry(10, '10.0.0.1/32'), B: entry(20, '10.0.0.2/32') },
      { C: entry(20, '10.0.0.3/32') },
      ['unique-key C'],
    ],
    [
      'ports of listeners that change places',
      {
        A: resource('ElasticLoadBalancingV2::Listener', { LoadBalancerArn: table('Lb'), Port: 1 }),
        B: resource('ElasticLoadBalancingV2::Listener', { LoadBalancerArn: table('Lb'), Port: 2 }),
      },
      {
        A: resource('ElasticLoadBalancingV2::Listener', { LoadBalancerArn: table('Lb'), Port: 2 }),
        B: resource('ElasticLoadBalancingV2::Listener', { LoadBalancerArn: table('Lb'), Port: 1 }),
      },
      ['unique-key A', 'unique-key B'],
    ],
    [
      'a named resource that is replaced, because what it names is',
      {
        Space: resource('ServiceDiscovery::HttpNamespace', { Name: 'one' }),
        Domain: resource('OpenSearchService::Domain', { DomainName: 'd', EngineMode: 'a' }),
      },
      {
        Space: resource('ServiceDiscovery::HttpNamespace', { Name: 'two' }),
        Domain: resource('OpenSearchService::Domain', { DomainName: 'd', EngineMode: 'b' }),
      },
      ['unique-key Domain'],
    ],
    [
      'a VLAN that is in use',
      {
        V: resource('DirectConnect::TransitVirtualInterface', {
          ConnectionId: 'c',
          Vlan: 1,
          DirectConnectGatewayId: 'a',
        }),
      },
      {
        V: resource('DirectConnect::TransitVirtualInterface', {
          ConnectionId: 'c',
          Vlan: 1,
          DirectConnectGatewayId: 'b',
        }),
      },
      ['unique-key V'],
    ],
    [
      'a subnet among addresses that another still has',
      { A: resource('EC2::Subnet', { VpcId: 'v', CidrBlock: '10.0.0.0/24' }) },
      { B: resource('EC2::Subnet', { VpcId: 'v', CidrBlock: '10.0.0.128/25' }) },
      ['unique-key B'],
    ],
    [
      'more entries of an ACL than it takes, while some go',
      Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`A${index}`, entry(index, `10.0.0.${index}/32`)])),
      Object.fromEntries(
        Array.from({ length: 15 }, (_, index) => [`B${index}`, entry(100 + index, `10.0.1.${index}/32`)]),
      ),
      ['acl-entries B0'],
    ],
  ])('%s', (_name, before, after, refused) => {
    const found = order(stack(before), stack(after));
    expect(said(found)).toEqual(refused);
    for (const { what, source } of found) for (const text of [what, source]) expect(text).toMatch(/\w{4}/);
  });

  test('an export that goes, or whose resource is replaced, while another stack imports it', () => {
    const user = { Resources: { T: resource('SNS::Topic', { DisplayName: { 'Fn::ImportValue': 'N:V' } }) } };
    const network = (cidr: string, exported = true): Stacks => ({
      Network: {
        Resources: { Vpc: resource('EC2::VPC', { CidrBlock: cidr }) },
        Outputs: exported ? { V: { Value: { Ref: 'Vpc' }, Export: { Name: 'N:V' } } } : {},
      },
      User: user,
    });
    expect(said(order(network('10.0.0.0/16'), network('10.0.0.0/16', false)))).toEqual(['export-in-use Vpc']);
    expect(said(order(network('10.0.0.0/16'), network('10.1.0.0/16')))).toEqual(['export-in-use Vpc']);
    expect(order(network('10.0.0.0/16'), network('10.0.0.0/16'))).toEqual([]);
  });

  test('a name that was kept, on the way back', () => {
    const kept = { Log: resource('Logs::LogGroup', { LogGroupName: 'a' }, { DeletionPolicy: 'RetainExceptOnCreate' }) };
    const { there, back } = orderBothWays(stack(kept), stack({}));
    expect([said(there), said(back)]).toEqual([[], ['retained-name Log']]);
  });
});

describe('what is done', () => {
  test.each<[string, Record<string, Resource>, Record<string, Resource>]>([
    ['nothing', { List: list(5, '10.0.0.1/32') }, { List: list(5, '10.0.0.1/32') }],
    ['entries within a size', { List: list(5, '10.0.0.1/32') }, { List: list(5, '10.0.0.1/32', '10.0.0.2/32') }],
    ['another list for another size', { ListOf5: list(5, '10.0.0.1/32') }, { ListOf10: list(10, '10.0.0.1/32') }],
    ['associations by what is attached', { A: association('a'), B: association('b') }, { B: association('b') }],
    [
      'a key of something that is another one afterwards',
      {
        T: resource('EC2::TransitGateway', { AmazonSideAsn: 1 }),
        V: resource('EC2::TransitGatewayVpcAttachment', { TransitGatewayId: table('T'), VpcId: 'v' }),
      },
      {
        T: resource('EC2::TransitGateway', { AmazonSideAsn: 2 }),
        V: resource('EC2::TransitGatewayVpcAttachment', { TransitGatewayId: table('T'), VpcId: 'v' }),
      },
    ],
    [
      'a subnet in a VPC of its own',
      {
        Vpc: resource('EC2::VPC', { CidrBlock: '10.0.0.0/16' }),
        S: resource('EC2::Subnet', { VpcId: table('Vpc'), CidrBlock: '10.0.0.0/24' }),
      },
      {
        Vpc: resource('EC2::VPC', { CidrBlock: '10.0.0.0/15' }),
        S: resource('EC2::Subnet', { VpcId: table('Vpc'), CidrBlock: '10.0.0.0/24' }),
      },
    ],
  ])('%s', (_name, before, after) => {
    expect(said(order(stack(before), stack(after)))).toEqual([]);
  });
});

test('a type without facts is no pass', () => {
  const thing = (a: number) => stack({ A: resource('New::Thing', { a }) });
  expect(() => order(thing(1), thing(2))).toThrow(UnknownType);
});
