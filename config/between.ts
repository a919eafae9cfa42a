/** Conditions between environments: they share a link's far end, a line, and sometimes an account. */
import { overlap } from './cidr';
import { privateName } from './entrance';
import { type Code, type Problem, related } from './errors';
import { lines, tunnelsOf } from './rules/link/shared';
import { prefixesOf } from './rules/network';
import type { EnvironmentConfig } from './schema';
import { stagesOf } from './stages';

/** An environment, and places in which something was refused: they say nothing that can be compared. */
export interface Readable {
  readonly file: string;
  readonly config: EnvironmentConfig;
  readonly unjudged: readonly string[];
}

/** Something that only one environment may have. */
interface Claim {
  readonly code: Code;
  readonly path: string;
  /** What is shown of it. */
  readonly value: unknown;
  /** What two of them must not share. */
  readonly key: string;
  /** Two that say the same here may share. @default nobody shares */
  readonly unless?: string;
  readonly why: string;
  readonly fix: string;
}

/** What an environment claims of the world outside of it. */
function claims(config: EnvironmentConfig): Claim[] {
  const { link } = config;
  if (!link) return [...stages(config), ...ofClients(config)];
  const router = tunnelsOf(link).flatMap(({ path, insideCidrs, customerGatewayAddress }) =>
    insideCidrs.map(
      (cidr, index): Claim => ({
        code: 'HL-BETWEEN-001',
        path: `${path}.insideCidrs[${index}]`,
        value: cidr,
        key: `session ${customerGatewayAddress} ${cidr}`,
        why: `has it on the same router (${customerGatewayAddress}), which cannot tell the two sessions apart.`,
        fix: 'Give each session of a router its own /30.',
      }),
    ),
  );
  const usesLine = link.transports.some((transport) => transport !== 'siteToSiteVpn');
  const line = (usesLine ? lines(link.directConnect) : []).flatMap(
    ({ path, connectionId, vlan, peerCidr, hostedInterfaceId }): Claim[] => [
      ...(hostedInterfaceId === undefined
        ? []
        : [
            {
              code: 'HL-BETWEEN-002',
              path: `${path}.hostedInterfaceId`,
              value: hostedInterfaceId,
              key: `interface ${hostedInterfaceId}`,
              why: 'has it: an interface belongs to one gateway.',
              fix: 'Name the one that was made for this environment.',
            } satisfies Claim,
          ]),
      {
        code: 'HL-BETWEEN-003',
        path: `${path}.vlan`,
        value: vlan,
        key: `vlan ${connectionId} ${vlan}`,
        why: `has it on the same connection (${connectionId}), which takes each VLAN once.`,
        fix: 'Give each virtual interface of a connection its own VLAN.',
      },
      {
        code: 'HL-BETWEEN-004',
        path: `${path}.peerCidr`,
        value: peerCidr,
        key: `peer ${connectionId} ${peerCidr}`,
        why: `has it on the same connection (${connectionId}), whose router cannot tell the two sessions apart.`,
        fix: 'Give each session of a connection its own prefix.',
      },
    ],
  );
  const attachments = link.serviceAttachments.flatMap(({ attachmentId }, index): Claim[] =>
    attachmentId === undefined
      ? []
      : [
          {
            code: 'HL-BETWEEN-005',
            path: `link.serviceAttachments[${index}].attachmentId`,
            value: attachmentId,
            key: `attachment ${attachmentId}`,
            why: 'names the same attachment: it is of one transit gateway, and each environment has its own.',
            fix: "Attach the VPC to this environment's transit gateway, and name that attachment.",
          },
        ],
  );
  const { analysis, receiver } = link;
  const receivers: Claim[] = analysis
    ? [
        {
          code: 'HL-BETWEEN-006',
          path: 'link.receiver.address',
          value: receiver.address,
          key: `receiver ${analysis.vpcId} ${receiver.address}`,
          why: `has its receiver there (${analysis.vpcId}): an address is of one interface.`,
          fix: 'Give each environment a receiver address of its own.',
        },
      ]
    : [];
  return [
    ...stages(config),
    ...ofClients(config),
    ...router,
    ...line,
    ...attachments,
    ...receivers,
    ...ofGateways(config, link),
  ];
}

/** Of gateways that exist, and of routers of the far end, which several environments may name. */
function ofGateways({ account, region }: EnvironmentConfig, link: NonNullable<EnvironmentConfig['link']>): Claim[] {
  const { transports, transitGatewayId, directConnect, amazonAsn, farEnd } = link;
  return [
    ...tunnelsOf(link).flatMap(({ path, customerGatewayAddress, insideCidrs, probeAddresses }): Claim[] => [
      {
        code: 'HL-BETWEEN-010',
        path: `${path}.customerGatewayAddress`,
        value: customerGatewayAddress,
        key: `customer gateway ${account} ${region} ${customerGatewayAddress} ${farEnd.asn}`,
        why: 'has a customer gateway of the same address and ASN in this account: EC2 gives that one back, and both would delete it.',
        fix: 'Put the environments into accounts of their own, or give the router another address for this one.',
      },
      ...probeAddresses.map((address, index) => ({
        code: 'HL-BETWEEN-011' as const,
        path: `${path}.probeAddresses[${index}]`,
        value: address,
        key: `probe ${customerGatewayAddress} ${address}`,
        why: `measures a path of its own by it, on the same router (${customerGatewayAddress}): answers leave by one path.`,
        fix: 'Give each path an address of its own.',
      })),
      ...(transitGatewayId
        ? insideCidrs.map((cidr, index) => ({
            code: 'HL-BETWEEN-012' as const,
            path: `${path}.insideCidrs[${index}]`,
            value: cidr,
            key: `inside ${transitGatewayId} ${cidr}`,
            why: `has it on the same transit gateway (${transitGatewayId}), where the inside of each tunnel is unique.`,
            fix: 'Give each tunnel of a transit gateway its own /30.',
          }))
        : []),
    ]),
    ...(transitGatewayId && directConnect?.gatewayId && transports.some((each) => each !== 'siteToSiteVpn')
      ? [
          {
            code: 'HL-BETWEEN-013' as const,
            path: 'link.directConnect.gatewayId',
            value: directConnect.gatewayId,
            key: `association ${transitGatewayId} ${directConnect.gatewayId}`,
            why: `associates it with the same transit gateway (${transitGatewayId}): there is one association of two gateways.`,
            fix: 'Leave one of the two out, so that it is made.',
          },
        ]
      : []),
    ...[
      { path: 'link.amazonAsn', kind: 'transit gateway', id: transitGatewayId, asn: amazonAsn },
      {
        path: 'link.directConnect.gatewayAsn',
        kind: 'Direct Connect gateway',
        id: directConnect?.gatewayId,
        asn: directConnect?.gatewayAsn,
      },
    ].flatMap(({ path, kind, id, asn }): Claim[] =>
      id && asn
        ? [
            {
              code: 'HL-BETWEEN-014',
              path,
              value: asn,
              key: `asn ${id}`,
              unless: `${asn}`,
              why: `gives the same ${kind} (${id}) another ASN, and it has one.`,
              fix: 'Write the ASN that it has.',
            },
          ]
        : [],
    ),
  ];
}

/** Its stages, whose names are those of stacks: an environment called `dev-mainland` would be the mainland of `dev`. */
const stages = (config: EnvironmentConfig): Claim[] =>
  stagesOf(config).map(({ name, client }) => ({
    code: 'HL-BETWEEN-007',
    path: client ? `clients[${config.clients.indexOf(client)}].name` : 'environment',
    value: client?.name ?? config.environment,
    key: `stage ${name}`,
    why: `has a stage of the same name, ${name}: one would overwrite the other.`,
    fix: 'Rename the environment, or the client.',
  }));

/** Of clients: environments may share their VPCs, not the names in them. */
const ofClients = (config: EnvironmentConfig): Claim[] =>
  config.collect.entrance.via === 'privateLink'
    ? config.clients.flatMap(({ vpcs }, index) =>
        vpcs.map(
          ({ vpcId }, at): Claim => ({
            code: 'HL-BETWEEN-008',
            path: `clients[${index}].vpcs[${at}].vpcId`,
            value: vpcId,
            key: `zone ${vpcId} ${privateName(config)}`,
            why: `answers to ${privateName(config)} in it already.`,
            fix: 'Give each environment its own collect.entrance.privateLink.privateName.',
          }),
        ),
      )
    : [];

/** Everything that two environments must not have both. */
export function between(environments: readonly Readable[]): Problem[] {
  return environments.flatMap((one, index) => {
    const earlier = environments.slice(0, index);
    const judged = (path: string, { unjudged }: Readable) => !unjudged.some((place) => related(place, path));
    const shared = claims(one.config).flatMap(({ code, path, value, key, unless, why, fix }): Problem[] => {
      const other = earlier.find(
        (each) =>
          judged(path, one) &&
          claims(each.config).some(
            (claim) =>
              claim.key === key && (unless === undefined || claim.unless !== unless) && judged(claim.path, each),
          ),
      );
      return other ? [{ code, file: one.file, path, value, why: `${other.file} ${why}`, fix }] : [];
    });
    // Of two environments of one name all stages collide: that is said once.
    const once = shared.filter(({ path }, at) => shared.findIndex((other) => other.path === path) === at);
    return [...once, ...sharedAddresses(one, earlier, judged)];
  });
}

/** Places of addresses that an environment has for itself. */
const ours = /^(network\.(cidr|existing\.cidrs\[\d+\])|link\.vpnOverDirectConnect\.transitGatewayCidr)$/;

const addressesOf = (config: EnvironmentConfig): { path: string; prefix: string }[] => {
  const { transports = [], vpnOverDirectConnect } = config.link ?? {};
  return [
    ...prefixesOf(config),
    ...(vpnOverDirectConnect && transports.includes('vpnOverDirectConnect')
      ? [{ path: 'link.vpnOverDirectConnect.transitGatewayCidr', prefix: vpnOverDirectConnect.transitGatewayCidr }]
      : []),
  ];
};

/** VPCs and ends of tunnels against everything: they meet on the link. Services and mainland hosts may serve several environments. */
function sharedAddresses(
  one: Readable,
  earlier: readonly Readable[],
  judged: (path: string, of: Readable) => boolean,
): Problem[] {
  const others = earlier.flatMap((each) =>
    addressesOf(each.config)
      .filter(({ path }) => judged(path, each))
      .map((entry) => ({ ...entry, file: each.file })),
  );
  return addressesOf(one.config)
    .filter(({ path }) => judged(path, one))
    .flatMap(({ path, prefix }): Problem[] => {
      const other = others.find(
        (entry) => [path, entry.path].some((each) => ours.test(each)) && overlap(entry.prefix, prefix),
      );
      return other
        ? [
            {
              code: 'HL-BETWEEN-009',
              file: one.file,
              path,
              value: prefix,
              why: `It shares addresses with ${other.file} › ${other.path} (${other.prefix}), and both are routed over the same link.`,
              fix: 'Give each environment its own addresses.',
            },
          ]
        : [];
    });
}
