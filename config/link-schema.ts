/** The `link` section: the line to the mainland, what may cross it, and the mainland's own stage. */
import { z } from 'zod';
import { parseAllowlist } from './allowlist';
import { account, ec2InstanceType, keyArn, list, prefix, resourceId, section, text, whole } from './fields';
import { ofAccount } from './organisation-schema';
import { reasonLacks } from './reasons';

const address = text(
  'HL-LINK-001',
  /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/,
  'This is not an IPv4 address.',
  'Write four numbers, such as 10.20.8.10.',
);
const port = whole(1, 65_535);

/** ASNs that a gateway of AWS may have: private ones of two or four bytes (RFC 6996; EC2 and Direct Connect API references). */
const privateAsn = z
  .int()
  .refine((asn) => (asn >= 64_512 && asn <= 65_534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294), {
    error: 'AWS takes private ASNs only for its own side.',
    params: { code: 'HL-LINK-002', fix: 'Use one from 64512 to 65534, or from 4200000000 to 4294967294.' },
  });

/** ASNs that a customer gateway cannot have: reserved (RFC 7607, 6793, 5398, 7300), or AWS's own in a region. */
const refusedAsns = (asn: number): boolean =>
  [0, 23_456, 65_535, 4_294_967_295, 7224, 9059, 10_124, 17_943].includes(asn) ||
  (asn >= 64_496 && asn <= 64_511) ||
  (asn >= 65_536 && asn <= 65_551);

/** ASN of a router: private, or of its owner, a carrier or a cloud. */
const anyAsn = z
  .int()
  .min(1)
  .max(4_294_967_294)
  .refine((asn) => !refusedAsns(asn), {
    error: 'This ASN is reserved: no router may have it.',
    params: { code: 'HL-LINK-003', fix: "Use the far end's own, or a private one such as 65010." },
  });

/** A written reason. */
const reason = (what: string) =>
  z.string().superRefine((value, context) => {
    const lacks = reasonLacks(value);
    if (lacks.length > 0) {
      context.addIssue({
        code: 'custom',
        message: `${what} is the exception, and this is not a reason for it: it lacks ${lacks.join('; ')}.`,
        params: { code: 'HL-LINK-004', fix: 'Say why, with the ticket of the approval and the year in which it ends.' },
      });
    }
  });

const secretArn = text(
  'HL-LINK-005',
  /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/,
  'This is not the whole ARN of a secret.',
  'Write the ARN with the six characters that Secrets Manager appended.',
);
/** A certificate with its key, signed by the organisation's own authority: docs/link.md says how it gets there. */
const certificate = section({
  /** Secret with `certificate`, `key` and `authority` (whom the other end must be signed by), all PEM. */
  secretArn,
  /** KMS key of the secret. */
  keyArn,
});

/** What each of the two tunnels of a VPN needs. */
const tunnels = {
  /** The far end's router: immutable in AWS, another address is another customer gateway. */
  customerGatewayAddress: address,
  /** The router's own address, where a device in front of it translates `customerGatewayAddress`. @default no translation */
  behindNat: address.optional(),
  /**
   * What tunnels are protected with. `cnsa`: AES-256-GCM, SHA-384, DH 20. Two that are weaker, for devices without it, with a reason:
   * `cbcIke` has AES-256-CBC in IKE alone (Huawei VRP, H3C Comware); `dh14` has AES-256-CBC, SHA-256 and DH 14 in both phases
   * (gateways of Alibaba Cloud and Tencent Cloud). @default cnsa
   */
  profile: z.enum(['cnsa', 'cbcIke', 'dh14']).default('cnsa'),
  /** Why tunnels are protected by less than `cnsa`. @default none */
  weakerAcknowledged: reason('A weaker protection of tunnels').optional(),
  /** Inside /30 of each tunnel, from 169.254.0.0/16: the first address is AWS's, the second the far end's. */
  insideCidrs: z.array(prefix({ widest: 30, narrowest: 30, onlyPrivate: false, linkLocal: true })).length(2),
  /** An address at the far end for each tunnel, announced over that tunnel only: what the probe measures the path with. */
  probeAddresses: z.array(address).length(2),
};

/** IPsec over the public internet. */
const siteToSiteVpn = section({
  ...tunnels,
  /**
   * Why this environment crosses the border over the public internet. MIIT [2017] No. 32: cross-border business needs lines
   * leased from licensed operators, VPN included.
   */
  internetAcknowledged: reason('IPsec over the public internet'),
});

/** A transit virtual interface on a connection, or on a LAG, that exists: ordering one takes a person and a cross-connect. */
const line = {
  connectionId: text(
    'HL-LINK-006',
    /^dx(?:con|lag)-[a-z0-9]{8}$/,
    'This is not the id of a Direct Connect connection or of a LAG.',
    'Write dxcon- or dxlag- and eight characters.',
  ),
  vlan: whole(1, 4094),
  /**
   * Of the BGP session: the first address is AWS's, the second the far end's. A /30 or /31 of 169.254.0.0/16 or of private
   * addresses (RFC 1918).
   */
  peerCidr: prefix({ widest: 30, narrowest: 31, onlyPrivate: false, linkLocal: 'or-private' }),
  /** An address at the far end that is announced over this interface only. */
  probeAddress: address.optional(),
  /** An interface that another account, such as the carrier's, has made on its connection, and that was accepted for our gateway. @default ours is made */
  hostedInterfaceId: text(
    'HL-LINK-007',
    /^dxvif-[a-z0-9]{8}$/,
    'This is not the id of a virtual interface.',
    'Write dxvif- and eight characters.',
  ).optional(),
};

const directConnect = section({
  ...line,
  /** A second line at another location, to another router: what production has, or says why not. @default none */
  second: section(line).optional(),
  /** Why production has one line. @default none */
  oneLineAcknowledged: reason('One line in production').optional(),
  /** A Direct Connect gateway of this account that exists. @default one is made */
  gatewayId: z.uuid({ error: 'This is not the id of a Direct Connect gateway.' }).optional(),
  /** ASN of the Direct Connect gateway: another one than the transit gateway's. @default 64513 */
  gatewayAsn: privateAsn.default(64_513),
  /** Bytes. 8500 needs jumbo frames on the whole way, the carrier's included. @default 1500 */
  mtu: z.union([z.literal(1500), z.literal(8500)]).default(1500),
  /**
   * Why production sends in clear over the line: `transports` with `directConnect` in production needs it. AWS does not
   * encrypt a virtual interface, and the mainland has no MACsec. @default none
   */
  unencryptedAcknowledged: reason('An unencrypted line in production').optional(),
});

/** IPsec between private addresses over the virtual interface: the line is leased and encrypted. Needs `directConnect`. */
const vpnOverDirectConnect = section({
  ...tunnels,
  /** Addresses of AWS's tunnel ends: /24 or wider (AWS's rule for transit gateways), of nothing else. */
  transitGatewayCidr: prefix({ widest: 16, narrowest: 24, onlyPrivate: true }),
});

const analysis = section({
  /** Account of partition aws-cn. */
  account,
  /** Beijing or Ningxia. @default cn-north-1 */
  region: z.enum(['cn-north-1', 'cn-northwest-1']).default('cn-north-1'),
  /**
   * A VPC that exists and that the far end routes to, with endpoints for S3, CloudWatch Logs, Secrets Manager, SSM and
   * EC2 Auto Scaling.
   */
  vpcId: resourceId('VPC', 'vpc'),
  /** Its addresses: endpoints are called within them. */
  vpcCidr: prefix({ widest: 16, narrowest: 28, onlyPrivate: true }),
  /** The subnet that holds `receiver.address`, and its zone. */
  subnetId: text(
    'HL-LINK-010',
    /^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/,
    'This is not the id of a subnet.',
    'Write subnet- and 17 digits.',
  ),
  availabilityZone: z.enum([
    'cn-north-1a',
    'cn-north-1b',
    'cn-north-1d',
    'cn-northwest-1a',
    'cn-northwest-1b',
    'cn-northwest-1c',
  ]),
  /** Amazon Linux 2023 image for arm64. @default the newest, by AWS's public SSM parameter */
  imageId: text(
    'HL-LINK-011',
    /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/,
    'This is not the id of an image.',
    'Write ami- and 17 hexadecimal digits.',
  ).optional(),
  /** A Graviton type. */
  instanceType: ec2InstanceType,
  /** Certificate of the receiver, in a secret of that account. */
  certificate,
  ...ofAccount,
  /** Key of that account's bootstrap bucket, as `assetsKeyArn` of the environment. @default none */
  assetsKeyArn: keyArn.optional(),
  /** Who is notified of alarms of the mainland side. @default a topic without subscribers; the console shows them */
  notify: section({
    /** Subscribed to a topic of that account. */
    email: z.email().optional(),
    /** A topic that exists there, in that region. It must let CloudWatch publish. */
    topicArn: text(
      'HL-LINK-012',
      /^arn:aws-cn:sns:[a-z0-9-]+:\d{12}:[\w-]+$/,
      'This is not the ARN of a standard SNS topic of partition aws-cn.',
      'Write the whole ARN: partition, region, account and name.',
    ).optional(),
  }).prefault({}),
  /** Namespace of the mainland's own service metrics, shown beside Hong Kong's. @default none */
  ownNamespace: z.string().min(1).max(255).optional(),
});

export const link = section({
  /** One transport, or two of which the first is preferred and the second takes over. */
  transports: z
    .array(z.enum(['vpnOverDirectConnect', 'directConnect', 'siteToSiteVpn']))
    .min(1)
    .max(2),
  siteToSiteVpn: siteToSiteVpn.optional(),
  directConnect: directConnect.optional(),
  vpnOverDirectConnect: vpnOverDirectConnect.optional(),
  /**
   * A transit gateway that exists, of this account: it is attached to, and gets route tables of the link's own. Its default
   * association and propagation must be off, `amazonAsn` is its ASN, and with `vpnOverDirectConnect` it must have
   * `transitGatewayCidr` among its CIDR blocks; preflight asks all of that. @default one of the environment's own
   */
  transitGatewayId: text(
    'HL-LINK-013',
    /^tgw-([0-9a-f]{8}|[0-9a-f]{17})$/,
    'This is not the id of a transit gateway.',
    'Write tgw- and 17 digits.',
  ).optional(),
  /** ASN of the transit gateway. @default 64512, AWS's own default */
  amazonAsn: privateAsn.default(64_512),
  farEnd: section({
    /** ASN of the far end's router. */
    asn: anyAsn,
    /** What the far end announces: within `mainland.prefixes`, none wider than /16. */
    prefixes: z.array(prefix({ widest: 16, narrowest: 32, onlyPrivate: false })).min(1),
  }),
  /**
   * Seconds. Fail-over between paths takes the hold time; AWS offers 10 and 30, both ends use the lower.
   * @default 10 and 30
   */
  bgp: section({ keepaliveSeconds: whole(1, 30).default(10), holdSeconds: whole(3, 90).default(30) }).prefault({}),
  /** Every flow that may cross: `allowlist('config/allowlists/dev.txt')`. */
  allowlist: section({ file: z.string(), text: z.string() }).transform((list) => ({
    ...list,
    ...parseAllowlist(list.text),
  })),
  /**
   * Services whose figures cross under their own names: reviewed, because a name is text that somebody writes, and could be a person's.
   * All others cross as `other`, and are counted. @default none: all of them are `other`
   */
  services: list(
    text(
      'HL-LINK-014',
      /^[a-z][a-z0-9.-]{0,62}$/,
      'This is not the name of a service.',
      'Write service.name as the service sets it: lower-case letters, digits, dots and hyphens.',
    ),
  ).default([]),
  /** Days that a line of the allow-list may hold, from the day of the commit. @default 366 */
  allowlistDays: whole(1, 1_830).default(366),
  /**
   * VPCs of services that may cross as the allow-list says, attached to the transit gateway by their owners: that is, after its
   * first deployment. Until an attachment is named its services have no route, and outputs and preflight say so. @default none
   */
  serviceAttachments: z
    .array(
      section({
        /** @default pending: the gateway is not there yet, or the VPC is not attached */
        attachmentId: text(
          'HL-LINK-015',
          /^tgw-attach-([0-9a-f]{8}|[0-9a-f]{17})$/,
          'This is not the id of an attachment.',
          'Write tgw-attach- and 17 digits, or leave it out until the VPC is attached.',
        ).optional(),
        /** Its addresses, within `network.serviceVpcPrefixes`. */
        prefix: prefix({ widest: 12, narrowest: 28, onlyPrivate: true }),
        /** Account of its owner, who gets the prefix lists of the allow-list for rules of security groups. @default our own */
        account: account.optional(),
      }),
    )
    .default([]),
  /**
   * What judges every packet that crosses, in Hong Kong, by address and port, both ways (ADR 39): AWS Network Firewall on the transit
   * gateway. `none` leaves ports of services to the far end and to their own VPCs: outside of production, with a reason.
   */
  inspection: section({
    /** @default networkFirewall */
    by: z.enum(['networkFirewall', 'none']).default('networkFirewall'),
    /** Zones that have an endpoint, each paid by the hour: the first ones of `network.availabilityZones`. @default 2 */
    zones: whole(1, 3).default(2),
    /** Why ports are not judged. @default none */
    noneAcknowledged: reason('A link that no firewall judges').optional(),
  }).prefault({}),
  /** The two instances that aggregates leave by. */
  relay: section({
    /** A Graviton type that Hong Kong has. */
    instanceType: ec2InstanceType,
    /** Size of each volume in GiB: twice what `outageHours` ask for, and 8 for the system. */
    volumeGiB: whole(10, 16_384),
    /** Hours without the link after which nothing may be lost. @default 24 */
    outageHours: whole(1, 168).default(24),
    /** Bits a second that both relays together may send into the mainland. @default 1,000,000 */
    bitsPerSecond: whole(64_000, 1_000_000_000).default(1_000_000),
    /** Calls a minute below which a group of them is not reported: fewer could point at a person. @default 10 */
    minimumCalls: whole(2, 10_000).default(10),
    certificate,
  }),
  /** Where aggregates go: the mainland's receiver. */
  receiver: section({
    address,
    /** OTLP over HTTP, mutual TLS. @default 4318 */
    port: port.default(4318),
    /** Port of the service that answers with the `traceparent` it got. @default 8088 */
    continuityPort: port.default(8088),
    /** Name in the receiver's certificate. */
    name: text(
      'HL-LINK-017',
      /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
      'This is not a DNS name.',
      'Use lower case letters and dots.',
    ),
  }),
  /** TCP connects that time each path. */
  probe: section({
    /** Seconds between two of a path. @default 2 */
    everySeconds: whole(1, 60).default(2),
    /** A refusal is an answer too, so nothing need listen. @default 7 */
    port: port.default(7),
    /** Round trips beyond it are alarmed on, in milliseconds. */
    rttMs: whole(1, 10_000),
    /** Lost connects beyond it are alarmed on, in per cent. @default 2 */
    lossPercent: z.number().gt(0).max(100).default(2),
  }),
  /** The mainland stage. Without it the far end gets the receiver's configuration as files. @default none */
  analysis: analysis.optional(),
});
