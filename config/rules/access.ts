/** How people get to the store. */
import { overlap } from '../cidr';
import { ec2Problem, homes } from '../regions';
import { must, type Rule, rule } from './rule';

export const accessRules: readonly Rule[] = [
  rule(['store.access'], ({ store: { access } }) => [
    ...must(
      'HL-ACCESS-001',
      access.via !== 'endpoint' || access.endpoint !== undefined,
      'store.access.endpoint',
      undefined,
      'Without it nothing says where operators are.',
      'Name vpcId, subnetIds and prefixes.',
    ),
    ...must(
      'HL-ACCESS-002',
      access.via === 'endpoint' || access.endpoint === undefined,
      'store.access.endpoint',
      access.endpoint,
      `It says nothing while via is ${access.via}.`,
      "Leave it out, or set via: 'endpoint'.",
    ),
  ]),
  rule(['store.access.session.instanceType', 'region'], ({ store: { access }, region }) => {
    const { instanceType } = access.session;
    const problem = ec2Problem(instanceType, homes[region]);
    return must(
      'HL-ACCESS-003',
      !problem,
      'store.access.session.instanceType',
      instanceType,
      problem?.why ?? '',
      `${problem?.fix} t4g.nano does.`,
    );
  }),
  rule(['store.access.endpoint', 'link', 'network', 'mainland.prefixes', 'production', 'region'], (config) => {
    const { store, link, network, mainland, production } = config;
    const { endpoint } = store.access;
    const path = 'store.access.endpoint';
    const { place } = homes[config.region];
    if (!endpoint) return [];
    return [
      ...must(
        'HL-ACCESS-004',
        endpoint.account !== link?.analysis?.account || endpoint.account === undefined,
        `${path}.account`,
        endpoint.account,
        `It is the account of the mainland, in partition aws-cn: raw traces may not leave ${place}.`,
        `Name an account with ${config.region}.`,
      ),
      ...must(
        'HL-ACCESS-005',
        endpoint.subnetIds.length >= (production ? 2 : 1),
        `${path}.subnetIds`,
        endpoint.subnetIds,
        'People must reach the store while a zone is away.',
        'Name two or more in production.',
      ),
      ...endpoint.prefixes.flatMap((prefix, index) => {
        const service = network.serviceVpcPrefixes.find((each) => overlap(each, prefix));
        const abroad = mainland.prefixes.find((each) => overlap(each, prefix));
        return [
          ...must(
            'HL-ACCESS-006',
            service === undefined,
            `${path}.prefixes[${index}]`,
            prefix,
            `It shares addresses with network.serviceVpcPrefixes (${service}): services have no business in the store.`,
            "Name operators' addresses alone.",
          ),
          ...must(
            'HL-ACCESS-007',
            abroad === undefined,
            `${path}.prefixes[${index}]`,
            prefix,
            `It shares addresses with mainland.prefixes (${abroad}): raw traces may not leave ${place}.`,
            `Name addresses of operators in ${place} alone.`,
          ),
        ];
      }),
    ];
  }),
];
