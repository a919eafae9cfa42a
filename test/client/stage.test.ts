import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { parseEnvironment } from '../../config/parse';
import type { EnvironmentConfigInput } from '../../config/schema';
import { dev } from '../../harness/environments/dev';
import { prod } from '../../harness/environments/prod';
import { synthesiseApp } from '../../harness/synthesise';

type Resource = { Type: string; Properties: any };

const synthesised = (file: string, input: EnvironmentConfigInput): CloudAssembly =>
  synthesiseApp([parseEnvironment(file, input)]).assembly;

const resourcesIn = (assembly: CloudAssembly, stackName: string): Resource[] =>
  Object.values(assembly.stacksRecursively.find((stack) => stack.stackName === stackName)?.template.Resources ?? {});

const ofType = (resources: readonly Resource[], type: string) =>
  resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);

const [client] = dev.clients!;
const entrance = dev.collect.entrance!;

describe('by PrivateLink', () => {
  const assembly = synthesised('dev', dev);
  const home = resourcesIn(assembly, 'dev-Collect');
  const own = resourcesIn(assembly, 'dev-client-payments-Client');

  test('accounts of clients, and no other principal, may make an endpoint of the gateways', () => {
    const [service] = ofType(home, 'AWS::EC2::VPCEndpointService');
    expect(service.NetworkLoadBalancerArns).toHaveLength(1);
    const [{ AllowedPrincipals }] = ofType(home, 'AWS::EC2::VPCEndpointServicePermissions');
    expect(AllowedPrincipals).toEqual(['arn:aws:iam::111111111113:root']);
  });

  test("what comes by the endpoint is judged by its client's address", () => {
    const [{ EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: enforced }] = ofType(
      home,
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
    );
    expect(enforced).toBe('on');
  });

  test('the client has a stage in its own account, which imports nothing', () => {
    const stack = assembly.stacksRecursively.find(({ stackName }) => stackName === 'dev-client-payments-Client');
    expect(stack?.environment).toMatchObject({ account: '111111111113', region: 'ap-east-1' });
    expect(JSON.stringify(stack?.template)).not.toContain('Fn::ImportValue');
  });

  test('its endpoint is of the service that was handed over, on the ports of the gateways, for its own addresses', () => {
    const [endpoint] = ofType(own, 'AWS::EC2::VPCEndpoint');
    expect(endpoint).toMatchObject({
      ServiceName: entrance.handedOver!.serviceName,
      VpcId: client!.vpcs[0]!.vpcId,
      SubnetIds: client!.vpcs[0]!.subnetIds,
      PrivateDnsEnabled: false,
    });
    const [group] = ofType(own, 'AWS::EC2::SecurityGroup');
    expect(group.SecurityGroupIngress.map(({ CidrIp, FromPort, ToPort }: any) => [CidrIp, FromPort, ToPort])).toEqual(
      [4317, 4318, 9411, 14250, 14268].map((port) => ['10.30.4.0/24', port, port]),
    );
    expect(group.SecurityGroupEgress.map(({ CidrIp }: any) => CidrIp)).toEqual(['255.255.255.255/32']);
  });

  test('the name in the certificate is answered by the endpoint, and nothing beneath it is taken', () => {
    const [{ Names }] = ofType(home, 'Custom::HarbourlineTierCertificates');
    const [zone] = ofType(own, 'AWS::Route53::HostedZone');
    const [record] = ofType(own, 'AWS::Route53::RecordSet');
    expect(Names.gateway).toEqual(['gateway.dev.harbourline.internal']);
    expect(zone.Name).toBe('gateway.dev.harbourline.internal.');
    expect(zone.VPCs).toEqual([{ VPCId: client!.vpcs[0]!.vpcId, VPCRegion: 'ap-east-1' }]);
    expect([record.Name, record.Type]).toEqual([zone.Name, 'A']);
    expect(JSON.stringify(record.AliasTarget)).toContain('DnsEntries');
  });

  test('agents there find the gateways by that name, and the certificate where it is', () => {
    const values = ofType(own, 'AWS::SSM::Parameter').map(({ Name, Value }) => [Name, Value]);
    expect(Object.fromEntries(values)).toEqual({
      '/harbourline/dev/agent/gateway-endpoint': 'gateway.dev.harbourline.internal:4317',
      '/harbourline/dev/agent/certificate': entrance.handedOver!.certificate.secretArn,
    });
    expect(ofType(own, 'AWS::SSM::Association')).toMatchObject([
      { AssociationName: 'harbourline-agent-dev', Targets: [{ Key: 'tag:harbourline:agent', Values: ['dev'] }] },
    ]);
  });

  test("both sides let its node roles read the agents' certificate, and nothing else of ours", () => {
    const policies = ofType(home, 'AWS::SecretsManager::ResourcePolicy');
    expect(policies).toHaveLength(1);
    const [{ SecretId, ResourcePolicy }] = policies as any;
    expect(SecretId.Ref).toMatch(/^CertificatesAgent/);
    const roles = { ArnEquals: { 'aws:PrincipalArn': client!.nodeRoleArns } };
    expect(ResourcePolicy.Statement).toEqual([
      {
        Sid: 'NodesOf111111111113',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111111111113:root' },
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
        Condition: roles,
      },
    ]);
    const keys = ofType(home, 'AWS::KMS::Key').flatMap(({ KeyPolicy }) => KeyPolicy.Statement);
    const foreign = keys.filter(({ Principal }) => JSON.stringify(Principal).includes('111111111113'));
    expect(foreign).toMatchObject([
      {
        Action: 'kms:Decrypt',
        Condition: { ...roles, StringEquals: { 'kms:ViaService': 'secretsmanager.ap-east-1.amazonaws.com' } },
      },
    ]);
    const statements = ofType(own, 'AWS::IAM::ManagedPolicy').flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const { secretArn, keyArn } = entrance.handedOver!.certificate;
    expect(
      statements.filter(({ Action }) => /^(secretsmanager|kms):/.test(Action)).map((each) => each.Resource),
    ).toEqual([secretArn, keyArn]);
  });
});

test('where pseudonyms are made, nodes of clients read their secret, too', () => {
  const assembly = synthesised('prod', prod);
  const readable = ofType(resourcesIn(assembly, 'prod-Collect'), 'AWS::SecretsManager::ResourcePolicy');
  expect(readable.map(({ SecretId }) => SecretId.Ref.replace(/[A-F\d]{8}$/, '')).sort()).toEqual([
    'CertificatesAgent',
    'PseudonymsSecret',
  ]);
  const [document] = ofType(resourcesIn(assembly, 'prod-client-payments-Client'), 'AWS::SSM::Document');
  expect(JSON.stringify(document)).toContain(prod.collect.entrance!.handedOver!.pseudonyms!.secretArn);
});

test('a VPC of the own account gets its endpoint, and its agent from the stack Collect by the same name', () => {
  const { nodeRoleArns, ...rest } = client!;
  expect(nodeRoleArns).toHaveLength(1);
  const assembly = synthesised('dev', { ...dev, clients: [{ ...rest, account: dev.account }] });
  const own = resourcesIn(assembly, 'dev-client-payments-Client');
  expect(ofType(own, 'AWS::EC2::VPCEndpoint')).toHaveLength(1);
  expect(ofType(own, 'AWS::SSM::Association')).toEqual([]);
  const home = resourcesIn(assembly, 'dev-Collect');
  const endpoints = ofType(home, 'AWS::SSM::Parameter').filter(({ Name }) => Name.endsWith('gateway-endpoint'));
  expect(endpoints.map(({ Value }) => Value)).toEqual(['gateway.dev.harbourline.internal:4317']);
  expect(ofType(home, 'AWS::SecretsManager::ResourcePolicy')).toEqual([]);
});

test('until the outputs are copied there is no stage, and an output names who waits', () => {
  const { handedOver: _, ...pending } = entrance;
  const assembly = synthesised('dev', { ...dev, collect: { ...dev.collect, entrance: pending } });
  expect(assembly.stacksRecursively.filter(({ stackName }) => stackName.includes('client'))).toEqual([]);
  const { template } = assembly.stacksRecursively.find(({ stackName }) => stackName === 'dev-Collect')!;
  expect(template.Outputs.PendingClients.Value).toBe('payments');
  for (const name of ['EntranceService', 'GatewayAddress', 'AgentCertificate', 'AgentCertificateKey']) {
    expect(template.Outputs).toHaveProperty(name);
  }
});

describe.each([
  ['a transit gateway', { transitGatewayId: 'tgw-0123456789abcdef0' }, { TransitGatewayId: 'tgw-0123456789abcdef0' }],
  ['a peering', { peeringId: 'pcx-0123456789abcdef0' }, { VpcPeeringConnectionId: 'pcx-0123456789abcdef0' }],
])('routed by %s', (_, way, target) => {
  const { serviceName: _name, ...handedOver } = entrance.handedOver!;
  const assembly = synthesised('dev', {
    ...dev,
    clients: [
      {
        ...client!,
        vpcs: [{ vpcId: client!.vpcs[0]!.vpcId, prefixes: ['10.30.4.0/24'], routeTableIds: ['rtb-0123456789abcdef0'] }],
      },
    ],
    collect: {
      ...dev.collect,
      entrance: {
        via: 'routed',
        routed: { ...way, prefixes: ['10.30.4.0/24'], routeTableIds: ['rtb-0123456789abcdef1'] },
        handedOver: { ...handedOver, gatewayAddress: 'gateways-0123.elb.ap-east-1.amazonaws.com' },
      },
    },
  });
  const network = resourcesIn(assembly, 'dev-Network');
  const routes = ofType(network, 'AWS::EC2::Route').filter((each) => Object.keys(target).some((key) => each[key]));
  const collect = ['10.10.0.0/24', '10.10.1.0/24', '10.10.2.0/24'];

  test('there are routes there, and back, of both accounts', () => {
    expect(routes.every((route) => Object.entries(target).every(([key, id]) => route[key] === id))).toBe(true);
    const there = routes.filter(({ RouteTableId }) => typeof RouteTableId === 'object');
    expect(there.map(({ DestinationCidrBlock: cidr }) => cidr)).toEqual(collect.map(() => '10.30.4.0/24'));
    const back = routes.filter(({ RouteTableId }) => RouteTableId === 'rtb-0123456789abcdef1');
    expect(back.map(({ DestinationCidrBlock: cidr }) => cidr)).toEqual(collect);
    const clients = ofType(resourcesIn(assembly, 'dev-client-payments-Client'), 'AWS::EC2::Route');
    expect(clients).toEqual(
      collect.map((cidr) => ({ RouteTableId: 'rtb-0123456789abcdef0', DestinationCidrBlock: cidr, ...target })),
    );
  });

  test('ACLs let services through to the ports of the gateways, and refuse the rest of them', () => {
    const entries = ofType(network, 'AWS::EC2::NetworkAclEntry').filter(
      ({ CidrBlock }) => CidrBlock === '10.30.4.0/24',
    );
    const said = (egress: boolean) =>
      entries
        .filter(({ Egress }) => Egress === egress)
        .sort((a, b) => a.RuleNumber - b.RuleNumber)
        .map(({ RuleAction, PortRange }) => `${RuleAction} ${PortRange ? `${PortRange.From}-${PortRange.To}` : 'all'}`);
    expect(said(false).slice(0, -1).sort()).toEqual(
      [4317, 4318, 9411, 14250, 14268].map((port) => `allow ${port}-${port}`).sort(),
    );
    expect([said(false).at(-1), ...said(true)]).toEqual(['deny all', 'allow 1024-65535', 'deny all']);
  });

  test('there is no endpoint service, and agents know the load balancer by its own name', () => {
    expect(ofType(resourcesIn(assembly, 'dev-Collect'), 'AWS::EC2::VPCEndpointService')).toEqual([]);
    const values = ofType(resourcesIn(assembly, 'dev-client-payments-Client'), 'AWS::SSM::Parameter');
    expect(values.map(({ Value }) => Value)).toContain('gateways-0123.elb.ap-east-1.amazonaws.com:4317');
  });

  test('a transit gateway has subnets of its own, behind all others', () => {
    const masks = ofType(network, 'AWS::EC2::Subnet').map(({ CidrBlock }) => CidrBlock);
    const attached = ofType(network, 'AWS::EC2::TransitGatewayVpcAttachment');
    expect(attached).toHaveLength('transitGatewayId' in way ? 1 : 0);
    expect(masks).toHaveLength('transitGatewayId' in way ? 15 : 12);
    expect(masks.slice(0, 3)).toEqual(collect);
  });
});
