import type { Problem } from '../../config/errors';
import { parseEnvironments } from '../../config/parse';
import type { EnvironmentConfigInput } from '../../config/schema';
import { dev } from '../../harness/environments/dev';
import { prod } from '../../harness/environments/prod';

type Entrance = NonNullable<EnvironmentConfigInput['collect']['entrance']>;
type Client = NonNullable<EnvironmentConfigInput['clients']>[number];

const [client] = dev.clients as [Client];
const [vpc] = client.vpcs as [Client['vpcs'][number]];
const with_ = (entrance: Partial<Entrance>, clients: readonly Client[] = dev.clients!, base = dev) => ({
  ...base,
  collect: { ...base.collect, entrance: { ...base.collect.entrance, ...entrance } },
  clients: [...clients],
});
const { serviceName, ...secrets } = dev.collect.entrance!.handedOver!;
const gatewayAddress = 'gateways-0123.elb.ap-east-1.amazonaws.com';
const routed: Entrance & Required<Pick<Entrance, 'routed' | 'handedOver'>> = {
  via: 'routed',
  routed: { transitGatewayId: 'tgw-0123456789abcdef0', prefixes: ['10.30.0.0/16'] },
  handedOver: { ...secrets, gatewayAddress },
};
const { subnetIds: _subnets, ...bare } = vpc;
const routedVpc = { ...bare, routeTableIds: ['rtb-0123456789abcdef0'] };
const routedClient = { ...client, vpcs: [routedVpc] };

function problems(input: unknown, others: Readonly<Record<string, unknown>> = {}): readonly Problem[] {
  try {
    parseEnvironments({ dev: input, ...others });
    return [];
  } catch (error) {
    return (error as { problems: readonly Problem[] }).problems;
  }
}

test.each<[string, object]>([
  ['by PrivateLink, as committed', dev],
  [
    'with a name of the organisation that the certificate carries',
    with_({ certificateNames: ['otlp.example.internal'], privateLink: { privateName: 'otlp.example.internal' } }),
  ],
  ['for an account without a stage of ours', with_({ privateLink: { principals: ['999999999999'] } })],
  ['for a VPC of the own account', with_({}, [{ ...client, account: dev.account, nodeRoleArns: [] }])],
  ['routed', with_(routed, [routedClient])],
])('accepted: %s', (_, input) => expect(problems(input)).toEqual([]));

const at = 'collect.entrance';
test.each<[title: string, input: object, path: string, fix: RegExp]>([
  [
    'a principal that is no account',
    with_({ privateLink: { principals: ['*'] } }),
    `${at}.privateLink.principals[0]`,
    /twelve digits/,
  ],
  [
    'a principal twice',
    with_({ privateLink: { principals: ['999999999999', '999999999999'] } }),
    `${at}.privateLink.principals[1]`,
    /once/,
  ],
  [
    'a principal that is a client',
    with_({ privateLink: { principals: ['111111111113'] } }),
    `${at}.privateLink.principals[0]`,
    /Leave it out/,
  ],
  [
    'a principal of another partition',
    with_({ privateLink: { principals: ['111111111112'] } }),
    `${at}.privateLink.principals[0]`,
    /Leave it out/,
  ],
  [
    'a name that the certificate does not carry',
    with_({ privateLink: { privateName: 'otlp.example.internal' } }),
    `${at}.privateLink.privateName`,
    /certificateNames/,
  ],
  [
    'the name of another environment',
    with_({ privateLink: { privateName: 'gateway.prod.harbourline.internal' } }),
    `${at}.privateLink.privateName`,
    /certificateNames/,
  ],
  [
    'a wildcard for a name',
    with_({ privateLink: { privateName: '*.example.internal' } }),
    `${at}.privateLink.privateName`,
    /lower-case letters/,
  ],
  [
    'a certificate with the name of another tier',
    with_({ certificateNames: ['sampler.dev.harbourline.internal'] }),
    `${at}.certificateNames[0]`,
    /own domain/,
  ],
  [
    'a name twice in the certificate',
    with_({ certificateNames: ['a.example.internal', 'a.example.internal'] }),
    `${at}.certificateNames[1]`,
    /once/,
  ],
  [
    'routed, without a route',
    with_({ via: 'routed', handedOver: routed.handedOver }, [routedClient]),
    `${at}.routed`,
    /transitGatewayId or peeringId/,
  ],
  ['a route that nobody takes', with_({ routed: routed.routed }), `${at}.routed`, /via: 'routed'/],
  [
    'both ways',
    with_({ ...routed, routed: { ...routed.routed, peeringId: 'pcx-0123456789abcdef0' } }, [routedClient]),
    `${at}.routed`,
    /one of/,
  ],
  [
    'neither way',
    with_({ ...routed, routed: { prefixes: ['10.30.0.0/16'] } }, [routedClient]),
    `${at}.routed`,
    /one of/,
  ],
  [
    'principals without an endpoint service',
    with_({ ...routed, privateLink: { principals: ['999999999999'] } }, [routedClient]),
    `${at}.privateLink.principals`,
    /Leave them out/,
  ],
  [
    'a route to addresses that are not admitted',
    with_({ ...routed, routed: { ...routed.routed, prefixes: ['10.30.0.0/16', '10.99.0.0/16'] } }, [routedClient]),
    `${at}.routed.prefixes[1]`,
    /Add it there/,
  ],
  [
    'the home account where there is no endpoint',
    with_(routed, [{ ...routedClient, account: dev.account, nodeRoleArns: [] }]),
    'clients[0].account',
    /routeTableIds/,
  ],
  [
    'a client of the mainland',
    with_({}, [{ ...client, account: '111111111112', nodeRoleArns: ['arn:aws-cn:iam::111111111112:role/node'] }]),
    'clients[0].account',
    /aggregates/,
  ],
  [
    'a client twice',
    with_({}, [client, { ...client, name: 'other', vpcs: [{ ...vpc, vpcId: 'vpc-0f123456789abcde0' }] }]),
    'clients[1].account',
    /under one client/,
  ],
  [
    'a name of a client twice',
    with_({}, [
      client,
      {
        ...client,
        account: '999999999999',
        vpcs: [{ ...vpc, vpcId: 'vpc-0f123456789abcde0' }],
        nodeRoleArns: ['arn:aws:iam::999999999999:role/node'],
      },
    ]),
    'clients[1].name',
    /own name/,
  ],
  [
    'a client in another region',
    with_({}, [{ ...client, region: 'ap-southeast-1' }]),
    'clients[0].region',
    /an environment of its own/,
  ],
  [
    'a client whose nodes may not read the certificate',
    with_({}, [{ ...client, nodeRoleArns: [] }]),
    'clients[0].nodeRoleArns',
    /roles of its nodes/,
  ],
  [
    'nodes of somebody else',
    with_({}, [{ ...client, nodeRoleArns: ['arn:aws:iam::999999999999:role/node'] }]),
    'clients[0].nodeRoleArns[0]',
    /that account/,
  ],
  ['a VPC twice', with_({}, [{ ...client, vpcs: [vpc, vpc] }]), 'clients[0].vpcs[0].vpcId', /once/],
  [
    'addresses that the load balancer does not admit',
    with_({}, [{ ...client, vpcs: [{ ...vpc, prefixes: ['10.99.0.0/24'] }] }]),
    'clients[0].vpcs[0].prefixes[0]',
    /Add it there/,
  ],
  [
    'an endpoint without a subnet',
    with_({}, [{ ...client, vpcs: [bare] }]),
    'clients[0].vpcs[0].subnetIds',
    /1 or more/,
  ],
  [
    'a route table beside an endpoint',
    with_({}, [{ ...client, vpcs: [{ ...vpc, routeTableIds: ['rtb-0123456789abcdef0'] }] }]),
    'clients[0].vpcs[0].routeTableIds',
    /Leave it out/,
  ],
  [
    'a routed client without a route table',
    with_(routed, [{ ...client, vpcs: [bare] }]),
    'clients[0].vpcs[0].routeTableIds',
    /1 or more/,
  ],
  [
    'a client with no route back',
    with_({ ...routed, routed: { ...routed.routed, prefixes: ['10.30.8.0/24'] } }, [routedClient]),
    'clients[0].vpcs[0].prefixes[0]',
    /routed.prefixes/,
  ],
  ['no service handed over', with_({ handedOver: secrets }), `${at}.handedOver.serviceName`, /EntranceService/],
  [
    'a service of another region',
    with_({ handedOver: { ...secrets, serviceName: serviceName!.replace('ap-east-1', 'eu-west-1') } }),
    `${at}.handedOver.serviceName`,
    /EntranceService/,
  ],
  [
    'no address handed over',
    with_({ ...routed, handedOver: secrets }, [routedClient]),
    `${at}.handedOver.gatewayAddress`,
    /GatewayAddress/,
  ],
  [
    'a secret of another account',
    with_({
      handedOver: {
        serviceName,
        certificate: {
          ...secrets.certificate,
          secretArn: secrets.certificate.secretArn.replace('111111111111', '999999999999'),
        },
      },
    }),
    `${at}.handedOver.certificate.secretArn`,
    /this environment/,
  ],
  [
    'a secret without its six characters',
    with_({
      handedOver: {
        serviceName,
        certificate: {
          ...secrets.certificate,
          secretArn: 'arn:aws:secretsmanager:ap-east-1:111111111111:secret:agent',
        },
      },
    }),
    `${at}.handedOver.certificate.secretArn`,
    /six characters/,
  ],
])('refused: %s', (_, input, path, fix) => {
  const found = problems(input);
  expect(found.map((problem) => problem.path)).toContain(path);
  const problem = found.find((each) => each.path === path)!;
  expect(problem.fix).toMatch(fix);
  expect(problem.why).toMatch(/\w+ \w+/);
});

test('refused: production with an endpoint in one zone', () => {
  const [own] = prod.clients as [Client];
  const vpcs = own.vpcs.map((each) => ({ ...each, subnetIds: each.subnetIds!.slice(0, 1) }));
  expect(problems({ ...prod, clients: [{ ...own, vpcs }] })).toMatchObject([{ path: 'clients[0].vpcs[0].subnetIds' }]);
});

test('refused: pseudonyms of which agents of other accounts do not know the secret', () => {
  const { pseudonyms: _, ...rest } = prod.collect.entrance!.handedOver!;
  expect(problems(with_({ handedOver: rest }, prod.clients!, prod))).toMatchObject([
    { path: `${at}.handedOver.pseudonyms`, fix: expect.stringContaining('AgentPseudonyms') },
  ]);
});

test('refused: two environments that answer to the same name in a VPC', () => {
  const name = { certificateNames: ['otlp.example.internal'], privateLink: { privateName: 'otlp.example.internal' } };
  const [own] = prod.clients as [Client];
  const vpcs = [{ ...own.vpcs[0]!, vpcId: vpc.vpcId }];
  expect(problems(with_(name), { prod: with_(name, [{ ...own, vpcs }], prod) })).toMatchObject([
    { file: 'prod', path: 'clients[0].vpcs[0].vpcId', why: expect.stringContaining('otlp.example.internal') },
  ]);
});

test('all at once, malformed values and broken conditions alike', () => {
  const found = problems(
    with_({ privateLink: { principals: ['*'], privateName: 'otlp.example.internal' } }, [
      { ...client, nodeRoleArns: [] },
    ]),
  );
  expect(found.map(({ path }) => path).sort()).toEqual([
    'clients[0].nodeRoleArns',
    `${at}.privateLink.principals[0]`,
    `${at}.privateLink.privateName`,
  ]);
});
