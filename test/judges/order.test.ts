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

const domain = (EngineVersion: string) => resource('OpenSearchService::Domain', { DomainName: 'd', EngineVersion });

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
    [
      'two of one template that want the same',
      {},
      {
        A: resource('EC2::Route', { RouteTableId: table('T'), DestinationCidrBlock: '10.0.0.0/16' }),
        B: resource('EC2::Route', { RouteTableId: table('T'), DestinationCidrBlock: '10.0.0.0/16' }),
      },
      ['unique-key B'],
    ],
    [
      'a zone of a name that the VPC has, under another logical id',
      { A: resource('Route53::HostedZone', { Name: 'g.example.', VPCs: [{ VPCId: 'vpc-1' }] }) },
      { B: resource('Route53::HostedZone', { Name: 'g.example.', VPCs: [{ VPCId: 'vpc-1' }] }) },
      ['unique-key B'],
    ],
    ['an engine that goes back', { D: domain('OpenSearch_3.10') }, { D: domain('OpenSearch_3.5') }, ['one-way D']],
    [
      'a sign-in that no domain is made with',
      {},
      {
        D: resource('OpenSearchService::Domain', {
          DomainName: 'd',
          AdvancedSecurityOptions: { SAMLOptions: { Enabled: true } },
        }),
      },
      ['not-at-creation D'],
    ],
  ])('%s', (_name, before, after, refused) => {
    const found = order(stack(before), stack(after));
    expect(said(found)).toEqual(refused);
    for (const { what, source } of found) for (const text of [what, source]) expect(text).toMatch(/\w{4}/);
  });

  describe('names of other stacks', () => {
    const parameter = (DeletionPolicy?: string) =>
      resource('SSM::Parameter', { Name: '/a' }, DeletionPolicy ? { DeletionPolicy } : {});
    const of = (Resources: Record<string, Resource>, more: object = {}) => ({ Resources, ...more });
    const exported = { Outputs: { V: { Value: 1, Export: { Name: 'One:V' } } } };
    const imports = resource('SNS::Topic', { DisplayName: { 'Fn::ImportValue': 'One:V' } });

    test('of one that is no longer in the app, and stays', () => {
      const before = { 'old/Client': of({ P: parameter() }, { place: '1/r' }) };
      const renamed = (place: string) => ({ 'new/Client': of({ P: parameter() }, { place }) });
      expect(order(before, renamed('1/r'))).toMatchObject([
        { rule: 'unique-key', stack: 'new/Client', what: expect.stringContaining('old/Client/P') },
      ]);
      expect(order(before, renamed('2/r'))).toEqual([]);
    });

    test('of one that keeps it, or gets it in the same change', () => {
      const one = { One: of({ P: parameter() }), Two: of({}) };
      const both = { One: of({ P: parameter() }), Two: of({ Q: parameter() }) };
      expect(said(order(one, both))).toEqual(['unique-key Q']);
      expect(said(order({}, both)).sort()).toEqual(['unique-key P', 'unique-key Q']);
    });

    test('of one that gives it up: in time where it is deployed first, and never where it is kept', () => {
      const moved = (policy?: string) => [
        { One: of({ P: parameter(policy) }, exported), Two: of({ T: imports }) },
        { One: of({}, exported), Two: of({ T: imports, Q: parameter() }) },
      ];
      const [before = {}, after = {}] = moved();
      expect(order(before, after)).toEqual([]);
      expect(said(order(after, before))).toEqual(['unique-key P']);
      const [kept = {}, gone = {}] = moved('Retain');
      expect(said(order(kept, gone))).toEqual(['unique-key Q']);
    });
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
    ['a newer engine', { D: domain('OpenSearch_3.5') }, { D: domain('OpenSearch_3.10') }],
    [
      'two that the service took, unchanged',
      { A: entry(10, '10.0.0.1/32'), B: entry(10, '10.0.0.1/32') },
      { A: entry(10, '10.0.0.1/32'), B: entry(10, '10.0.0.1/32'), C: entry(20, '10.0.0.2/32') },
    ],
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
