/** What synthesised, or ended in a stack trace, and would have failed in the middle of a first deployment. */
import { ConfigError, type Problem } from '../../config/errors';
import { parseEnvironment } from '../../config/parse';
import { gatewayPortCount } from '../../config/rules/quotas';
import { unjudged } from '../../harness/context';
import { dev } from '../../harness/environments/dev';
import { edited } from '../../harness/environments/edited';
import { prod } from '../../harness/environments/prod';
import { buildApp } from '../../lib/app';
import { gatewayPorts } from '../../lib/contract/ports';

type Tree = Record<string, any>;

function problems(input: object): readonly Problem[] {
  try {
    parseEnvironment('config/dev.ts', input);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
}

const role = (name: string, account = '111111111111') => `arn:aws:iam::${account}:role/${name}`;
const [client] = dev.clients as unknown as [Tree];
const withClient = (more: object, base: object = dev) => edited(base, { clients: [{ ...client, ...more }] });
const withVpc = (more: object) => withClient({ vpcs: [{ ...client.vpcs[0], ...more }] });
const certificate = dev.collect.entrance?.handedOver?.certificate;
const routed = (more: object, clients: readonly object[] = []) =>
  edited(dev, {
    clients,
    'collect.entrance': {
      via: 'routed',
      routed: { transitGatewayId: 'tgw-0123456789abcdef0', prefixes: ['10.30.0.0/16'], ...more },
      handedOver: { gatewayAddress: 'gateways-0123.elb.ap-east-1.amazonaws.com', certificate },
    },
  });
const routedVpc = (digit: string) => ({
  vpcId: `vpc-0123456789abcdef${digit}`,
  prefixes: ['10.30.4.0/24'],
  routeTableIds: [`rtb-0123456789abcdef${digit}`],
});
const saml = { entityId: 'https://idp.example/entity', metadata: '<EntityDescriptor xmlns="urn:x"/>' };
const grant = { role: 'investigator', roleArn: role('x'), until: '2026-12-31', reason: 'NET-1210 audit' };

describe('a list names each once', () => {
  test.each<[path: string, input: object]>([
    ['mainland.hostSuffixes[1]', edited(dev, { 'mainland.hostSuffixes': ['.cn.example', '.cn.example'] })],
    ['collect.legacyClients[1]', edited(dev, { 'collect.legacyClients': ['zipkin', 'zipkin'] })],
    ['redaction.allowedKeys[1]', edited(dev, { 'redaction.allowedKeys': ['payment', 'payment'] })],
    [
      'redaction.pseudonymKeys[2]',
      edited(dev, {
        'redaction.pseudonymKeys': ['enduser.id', 'client.id', 'enduser.id'],
        'collect.entrance.handedOver.pseudonyms': certificate,
      }),
    ],
    ['store.readerRoleArns[1]', edited(dev, { 'store.readerRoleArns': [role('a'), role('a')] })],
    ['store.readerGroups[1]', edited(dev, { 'store.saml': saml, 'store.readerGroups': ['readers', 'readers'] })],
    ['store.grants[1]', edited(dev, { 'store.grants': [grant, grant] })],
    ['link.services[1]', edited(dev, { 'link.services': ['payment', 'payment'] })],
    ['clients[0].vpcs[0].prefixes[1]', withVpc({ prefixes: ['10.30.4.0/24', '10.30.4.0/24'] })],
    [
      'clients[0].vpcs[0].subnetIds[2]',
      withVpc({ subnetIds: [...client.vpcs[0].subnetIds, client.vpcs[0].subnetIds[0]] }),
    ],
    ['clients[0].nodeRoleArns[1]', withClient({ nodeRoleArns: [...client.nodeRoleArns, ...client.nodeRoleArns] })],
    ['collect.entrance.routed.prefixes[1]', routed({ prefixes: ['10.30.0.0/16', '10.30.0.0/16'] })],
    [
      'collect.entrance.routed.routeTableIds[1]',
      routed({ routeTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef0'] }),
    ],
  ])('%s', (path, input) => {
    expect(problems(input)).toMatchObject([{ path, why: 'It is named twice.', fix: 'Name it once.' }]);
  });

  test('two that differ in one field are two', () => {
    expect(problems(edited(dev, { 'store.grants': [grant, { ...grant, roleArn: role('y') }] }))).toEqual([]);
  });
});

const key = (partition: string, region: string) =>
  `arn:${partition}:kms:${region}:111111111111:key/00000000-0000-4000-8000-111111111113`;

test.each<[what: string, path: string, input: object]>([
  ['a bucket key of another region', 'assetsKeyArn', edited(dev, { assetsKeyArn: key('aws', 'us-east-1') })],
  [
    "a client's bucket key of another region",
    'clients[0].assetsKeyArn',
    withClient({ assetsKeyArn: key('aws', 'ap-southeast-1') }),
  ],
  [
    "the mainland's bucket key of another partition",
    'link.analysis.assetsKeyArn',
    edited(dev, { 'link.analysis.assetsKeyArn': key('aws', 'ap-east-1') }),
  ],
  [
    'a mainland that is the own account',
    'link.analysis.account',
    edited(dev, {
      'link.analysis.account': '111111111111',
      'link.analysis.certificate.secretArn':
        'arn:aws-cn:secretsmanager:cn-north-1:111111111111:secret:link-receiver-a1B2c3',
    }),
  ],
  [
    'a node role of another partition',
    'clients[0].nodeRoleArns[0]',
    withClient({ nodeRoleArns: ['arn:aws-cn:iam::111111111113:role/service-node'] }),
  ],
  [
    'the gateway of the link as the way in: one VPC, two attachments',
    'collect.entrance.routed.transitGatewayId',
    edited(routed({}), { 'link.transitGatewayId': 'tgw-0123456789abcdef0' }),
  ],
  [
    "a private name that hides AWS's own",
    'collect.entrance.privateLink.privateName',
    edited(dev, {
      'collect.entrance.certificateNames': ['otlp.ap-east-1.amazonaws.com'],
      'collect.entrance.privateLink.privateName': 'otlp.ap-east-1.amazonaws.com',
    }),
  ],
  [
    'one interface for two lines',
    'link.directConnect.second.hostedInterfaceId',
    edited(prod, {
      'link.directConnect.hostedInterfaceId': 'dxvif-fg1deva1',
      'link.directConnect.second.hostedInterfaceId': 'dxvif-fg1deva1',
    }),
  ],
  ['a name that no certificate can carry', 'environment', edited(dev, { environment: 'dev-' })],
  [
    'more rules than a security group takes',
    'network.serviceVpcPrefixes',
    edited(dev, {
      'network.serviceVpcPrefixes': [
        '10.30.0.0/16',
        ...Array.from({ length: 12 }, (_, index) => `10.${100 + index}.0.0/16`),
      ],
    }),
  ],
  [
    "more rules than a security group takes at a client's endpoint",
    'clients[0].vpcs[0].prefixes',
    withVpc({ prefixes: Array.from({ length: 13 }, (_, index) => `10.30.${index}.0/24`) }),
  ],
  [
    'more attachments than a stack holds',
    'link.allowlist',
    edited(dev, {
      'link.serviceAttachments': Array.from({ length: 160 }, (_, index) => ({
        prefix: `10.30.${index}.0/24`,
        attachmentId: `tgw-attach-0aaaaaaaaaaaaa${100 + index}`,
      })),
    }),
  ],
])('refused: %s', (_, path, input) => {
  expect(problems(input)).toMatchObject([{ path, why: expect.stringMatching(/\w/), fix: expect.stringMatching(/\w/) }]);
});

test('refused: a subnet of two VPCs, said of both', () => {
  const other = { ...client.vpcs[0], vpcId: 'vpc-0aaaaaaaaaaaaaaa0', subnetIds: [client.vpcs[0].subnetIds[0]] };
  expect(problems(withClient({ vpcs: [client.vpcs[0], other] })).map(({ path }) => path)).toEqual([
    'clients[0].vpcs[0].subnetIds[0]',
    'clients[0].vpcs[1].subnetIds[0]',
  ]);
});

test('VPCs with the same addresses: by PrivateLink, and not over routes', () => {
  const vpcs = [routedVpc('0'), routedVpc('1')];
  expect(problems(routed({}, [{ ...client, vpcs }])).map(({ path }) => path)).toEqual([
    'clients[0].vpcs[0].prefixes[0]',
    'clients[0].vpcs[1].prefixes[0]',
  ]);
  const other = { ...client.vpcs[0], vpcId: 'vpc-0aaaaaaaaaaaaaaa0', subnetIds: ['subnet-0aaaaaaaaaaaaaaa0'] };
  expect(problems(withClient({ vpcs: [client.vpcs[0], other] }))).toEqual([]);
});

test('the rule counts the ports that there are', () => {
  for (const legacy of [[], ['zipkin'], ['jaeger'], ['zipkin', 'jaeger']] as const) {
    expect(gatewayPortCount([...legacy])).toBe(gatewayPorts(legacy).length);
  }
});

test('a list that outgrows user data is refused by its place, not by a stack trace', () => {
  const config = parseEnvironment('config/dev.ts', {
    ...edited(dev, {
      'mainland.hostSuffixes': Array.from({ length: 400 }, (_, index) => `.s${index}.cn.example.internal`),
    }),
    link: undefined,
    clients: [],
  });
  expect(() => buildApp([config], unjudged({ 'aws:cdk:bundling-stacks': [] }))).toThrow(
    /config\/dev\.ts › mainland\.hostSuffixes\n.*EC2 takes 16384\.\n {2}Fix: /,
  );
});
