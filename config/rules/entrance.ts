/** How services get in: what of it AWS, or a client's owner, would notice only later, or not at all. */
import { overlap, within } from '../cidr';
import { foreignClients, gatewayNames, privateName } from '../entrance';
import type { Code } from '../errors';
import type { EnvironmentConfig } from '../schema';
import { tierDomain } from '../tier-names';
import { type Finding, must, type Rule, rule } from './rule';

type Client = EnvironmentConfig['clients'][number];

/** A condition on each of a list, with what comes before it. */
const each = <T>(
  list: readonly T[],
  check: (item: T, index: number, before: readonly T[]) => readonly Finding[],
): Finding[] => list.flatMap((item, index) => check(item, index, list.slice(0, index)));

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

/** What a client must not share with one before it. */
const unlike =
  <K extends 'name' | 'account'>(key: K, why: (other: Client) => string, fix: string) =>
  (client: Client, index: number, before: readonly Client[]): Finding[] => {
    const other = before.find((earlier) => earlier[key] === client[key]);
    return must('HL-ENTRANCE-005', !other, `clients[${index}].${key}`, client[key], other ? why(other) : '', fix);
  };

export const entranceRules: readonly Rule[] = [
  rule(['collect.entrance.certificateNames'], ({ collect: { entrance } }) =>
    each(entrance.certificateNames, (name, index) =>
      must(
        'HL-ENTRANCE-006',
        !name.endsWith(`.${tierDomain}`),
        `collect.entrance.certificateNames[${index}]`,
        name,
        `Names under ${tierDomain} are those of tiers: a gateway could pose as another one.`,
        'Use a name of your own domain; the gateways have their own name in any case.',
      ),
    ),
  ),
  rule(['collect.entrance.certificateNames', 'collect.entrance.privateLink.privateName', 'environment'], (config) => {
    const names = gatewayNames(config);
    return [
      ...must(
        'HL-ENTRANCE-007',
        !/(^|\.)(amazonaws\.com(\.cn)?|api\.aws|aws\.dev|on\.aws)$/.test(privateName(config)),
        'collect.entrance.privateLink.privateName',
        privateName(config),
        'The private zone answers for it and for every name beneath it: services of AWS could no longer be found there.',
        'Use a name of your own domain that has nothing beneath it.',
      ),
      ...must(
        'HL-ENTRANCE-008',
        names.includes(privateName(config)),
        'collect.entrance.privateLink.privateName',
        privateName(config),
        `The gateways' certificate does not carry it: it carries ${names.join(', ')}.`,
        'Add it to collect.entrance.certificateNames, or leave it out.',
      ),
    ];
  }),
  rule(['clients', 'region'], ({ clients, region }) =>
    clients.flatMap((client, index) =>
      must(
        'HL-ENTRANCE-032',
        client.region === region,
        `clients[${index}].region`,
        client.region,
        `Raw traces stay in the home region of this environment, ${region}: services send them from there.`,
        `Leave it out, or give ${client.region} an environment of its own.`,
      ),
    ),
  ),
  rule(['collect.entrance.privateLink.principals', 'clients', 'link'], ({ collect: { entrance }, clients, link }) =>
    each(entrance.privateLink.principals, (principal, index) => {
      const path = `collect.entrance.privateLink.principals[${index}]`;
      return [
        ...must(
          'HL-ENTRANCE-009',
          !clients.some(({ account }) => account === principal),
          path,
          principal,
          'It is the account of a client, which is admitted already.',
          'Leave it out.',
        ),
        ...must(
          'HL-ENTRANCE-010',
          principal !== link?.analysis?.account,
          path,
          principal,
          otherPartition,
          'Leave it out.',
        ),
      ];
    }),
  ),
  rule(['collect.entrance'], ({ collect: { entrance } }) => {
    const { via, routed, privateLink } = entrance;
    const path = 'collect.entrance.routed';
    return [
      ...must(
        'HL-ENTRANCE-011',
        via !== 'routed' || routed !== undefined,
        path,
        undefined,
        'Without it nothing says which way services come.',
        'Name transitGatewayId or peeringId, and prefixes.',
      ),
      ...must(
        'HL-ENTRANCE-012',
        via === 'routed' || routed === undefined,
        path,
        routed,
        `It says nothing while via is ${via}.`,
        "Leave it out, or set via: 'routed'.",
      ),
      ...must(
        'HL-ENTRANCE-013',
        via === 'privateLink' || privateLink.principals.length === 0,
        'collect.entrance.privateLink.principals',
        privateLink.principals,
        `Nobody can make an endpoint while via is ${via}: there is no endpoint service.`,
        "Leave them out, or set via: 'privateLink'.",
      ),
      ...must(
        'HL-ENTRANCE-014',
        !routed || (routed.transitGatewayId === undefined) !== (routed.peeringId === undefined),
        path,
        routed,
        'It names both ways or none: a prefix has one route.',
        'Name one of transitGatewayId and peeringId.',
      ),
    ];
  }),
  rule(['collect.entrance.routed', 'link.transitGatewayId'], ({ collect: { entrance }, link }) =>
    must(
      'HL-ENTRANCE-015',
      !link?.transitGatewayId || entrance.routed?.transitGatewayId !== link.transitGatewayId,
      'collect.entrance.routed.transitGatewayId',
      entrance.routed?.transitGatewayId,
      "It is link.transitGatewayId, to which the link attaches the VPC: a VPC has one attachment to a gateway, and services would get a way past the link's firewall.",
      'Name another transit gateway, or use a peering or PrivateLink.',
    ),
  ),
  rule(['collect.entrance.routed', 'network.serviceVpcPrefixes'], ({ collect: { entrance }, network }) =>
    each(entrance.routed?.prefixes ?? [], (prefix, index) =>
      admitted(prefix, `collect.entrance.routed.prefixes[${index}]`, network.serviceVpcPrefixes),
    ),
  ),
  rule(['clients', 'account', 'collect.entrance.via'], ({ clients, account, collect: { entrance } }) =>
    each(clients, (client, index) =>
      must(
        'HL-ENTRANCE-016',
        client.account !== account || entrance.via === 'privateLink',
        `clients[${index}].account`,
        client.account,
        "It is the environment's own account, whose nodes get their agent from the stack Collect: with no endpoint to make, the client's stage would make a second association and parameters of the same names.",
        "Leave the client out, and name its route tables in collect.entrance.routed.routeTableIds; or set via: 'privateLink'.",
      ),
    ),
  ),
  rule(['clients', 'link'], ({ clients, link }) => [
    ...each(
      clients,
      unlike(
        'name',
        ({ account }) => `The client of account ${account} has it, too: both would have the same stage.`,
        'Give each client its own name.',
      ),
    ),
    ...each(
      clients,
      unlike(
        'account',
        ({ name }) =>
          `Client ${name} has it, too: an account and region have one association and one set of parameters.`,
        'List its VPCs under one client.',
      ),
    ),
    ...each(clients, (client, index) =>
      must(
        'HL-ENTRANCE-017',
        client.account !== link?.analysis?.account,
        `clients[${index}].account`,
        client.account,
        otherPartition,
        'Services of the mainland send no spans: what crosses are aggregates, over the link.',
      ),
    ),
  ]),
  rule(['clients', 'account'], ({ clients, account }) =>
    each(clients, (client, index) => [
      ...must(
        'HL-ENTRANCE-018',
        client.account === account || client.nodeRoleArns.length > 0,
        `clients[${index}].nodeRoleArns`,
        client.nodeRoleArns,
        "Without one nobody of that account may read the agents' certificate: no agent would start.",
        'Name the roles of its nodes.',
      ),
      ...each(client.nodeRoleArns, (arn, at) =>
        must(
          'HL-ENTRANCE-019',
          arn.startsWith(`arn:aws:iam::${client.account}:`),
          `clients[${index}].nodeRoleArns[${at}]`,
          arn,
          `It is a role of account ${accountOf(arn)} in partition ${arn.split(':')[1]}, and the client is ${client.account} in aws.`,
          'Name roles of that account.',
        ),
      ),
    ]),
  ),
  rule(['clients', 'collect.entrance', 'network.serviceVpcPrefixes', 'production'], (config) => {
    const { collect, clients, network } = config;
    const { via, routed } = collect.entrance;
    const vpcsOfAll = clients.flatMap(({ vpcs }) => vpcs);
    const all = vpcsOfAll.map(({ vpcId }) => vpcId);
    return each(clients, ({ vpcs }, index) =>
      each(vpcs, (vpc, at) => {
        const path = `clients[${index}].vpcs[${at}]`;
        const [needed, idle] =
          via === 'privateLink' ? (['subnetIds', 'routeTableIds'] as const) : (['routeTableIds', 'subnetIds'] as const);
        const least = config.production && via === 'privateLink' ? 2 : 1;
        return [
          ...must(
            'HL-ENTRANCE-020',
            all.filter((id) => id === vpc.vpcId).length === 1,
            `${path}.vpcId`,
            vpc.vpcId,
            'It is named twice.',
            'Name each VPC once.',
          ),
          ...must(
            'HL-ENTRANCE-021',
            vpc[needed].length >= least,
            `${path}.${needed}`,
            vpc[needed],
            via === 'routed'
              ? 'Without a route to the gateways nothing from there arrives.'
              : least === 2
                ? 'In production the endpoint must outlive the loss of a zone.'
                : 'Without a subnet the endpoint has no address.',
            `Name ${least} or more.`,
          ),
          ...each(vpc[needed], (id, nth) =>
            must(
              'HL-ENTRANCE-022',
              !vpcsOfAll.some((other) => other !== vpc && other[needed].includes(id)),
              `${path}.${needed}[${nth}]`,
              id,
              'Another VPC has it, too, and it is of one of them.',
              'Name it under the VPC that holds it.',
            ),
          ),
          ...must(
            'HL-ENTRANCE-023',
            vpc[idle].length === 0,
            `${path}.${idle}`,
            vpc[idle],
            `Nothing is made of it while via is ${via}.`,
            'Leave it out.',
          ),
          ...each(vpc.prefixes, (prefix, nth) => [
            ...must(
              'HL-ENTRANCE-024',
              via === 'privateLink' ||
                !vpcsOfAll.some((other) => other !== vpc && other.prefixes.some((one) => overlap(one, prefix))),
              `${path}.prefixes[${nth}]`,
              prefix,
              'Another VPC has some of these addresses: no route back can tell the two apart.',
              "Give each VPC its own addresses, or set via: 'privateLink', which takes the same ones twice.",
            ),
            ...admitted(prefix, `${path}.prefixes[${nth}]`, network.serviceVpcPrefixes),
            ...must(
              'HL-ENTRANCE-025',
              via === 'privateLink' || !routed || routed.prefixes.some((outer) => within(prefix, outer)),
              `${path}.prefixes[${nth}]`,
              prefix,
              'It lies in no prefix of collect.entrance.routed: answers would have no route back.',
              'Add it to collect.entrance.routed.prefixes.',
            ),
          ]),
        ];
      }),
    );
  }),
  rule(['collect.entrance', 'clients', 'account', 'region', 'redaction.pseudonymKeys'], (config) => {
    const { collect, account, region } = config;
    const { via, handedOver } = collect.entrance;
    if (!handedOver) return [];
    const path = 'collect.entrance.handedOver';
    const missing = (code: Code, key: 'serviceName' | 'gatewayAddress' | 'pseudonyms', output: string, why: string) =>
      must(
        code,
        handedOver[key] !== undefined,
        `${path}.${key}`,
        handedOver[key],
        why,
        `Copy the output ${output} of Collect.`,
      );
    const secrets = (['certificate', 'pseudonyms'] as const).flatMap((name) => {
      const secret = handedOver[name];
      return secret
        ? (['secretArn', 'keyArn'] as const).map((key) => ({ at: `${path}.${name}.${key}`, arn: secret[key] }))
        : [];
    });
    return [
      ...(via === 'privateLink'
        ? missing('HL-ENTRANCE-026', 'serviceName', 'EntranceService', 'Endpoints of clients would be of no service.')
        : missing(
            'HL-ENTRANCE-027',
            'gatewayAddress',
            'GatewayAddress',
            'Agents of clients would have nothing to send to.',
          )),
      ...(config.redaction.pseudonymKeys.length > 0 && foreignClients(config).length > 0
        ? missing(
            'HL-ENTRANCE-028',
            'pseudonyms',
            'AgentPseudonyms',
            'Agents of other accounts make pseudonyms with the same secret, or spans do not join.',
          )
        : []),
      ...secrets.flatMap(({ at, arn }) =>
        must(
          'HL-ENTRANCE-029',
          accountOf(arn) === account && arn.split(':')[3] === region,
          at,
          arn,
          `It is of account ${accountOf(arn)} in ${arn.split(':')[3]}: the environment is ${account} in ${region}.`,
          'Copy the output of this environment.',
        ),
      ),
      ...must(
        'HL-ENTRANCE-030',
        !handedOver.serviceName || handedOver.serviceName.startsWith(`com.amazonaws.vpce.${region}.`),
        `${path}.serviceName`,
        handedOver.serviceName,
        `It is a service of another region than ${region}.`,
        'Copy the output EntranceService of Collect.',
      ),
    ];
  }),
];

const otherPartition =
  'It is the account of the mainland, in partition aws-cn: PrivateLink and roles do not cross partitions.';

/** The load balancer's security group lets in what comes from service VPCs, by PrivateLink too: sources are clients' own addresses. */
const admitted = (prefix: string, path: string, prefixes: readonly string[]): Finding[] =>
  must(
    'HL-ENTRANCE-031',
    prefixes.some((outer) => within(prefix, outer)),
    path,
    prefix,
    `It lies in no prefix of network.serviceVpcPrefixes (${prefixes.join(', ')}), and the load balancer admits these alone.`,
    'Add it there, or correct it.',
  );
