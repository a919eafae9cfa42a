/** The `link` section: the line to the mainland, what may cross it, and the mainland's own stage. */
import { z } from 'zod';
import { parseAllowlist } from './allowlist';
import { addressProblem } from './cidr';
import {
  account,
  address,
  dnsName,
  ec2InstanceType,
  imageId,
  judged,
  keyArn,
  list,
  prefix,
  resourceId,
  secretArn,
  section,
  text,
  whole,
} from './fields';
import { ofAccount } from './organisation-schema';
import { anyAsn, directConnect, privateAsn, reason, siteToSiteVpn, vpnOverDirectConnect } from './transport-schema';

const port = whole(1, 65_535);

/** A URL whose host is an IPv4 address. */
const ofAddress = (pattern: RegExp, example: string) =>
  judged((value) => {
    const [, host, at = '1'] = pattern.exec(value) ?? [];
    if (!host) {
      return {
        code: 'HL-LINK-072',
        why: 'This is not such a URL of an IPv4 address.',
        fix: `Write such as ${example}.`,
      };
    }
    return /^[1-9]\d{0,4}$/.test(at) && Number(at) <= 65_535
      ? addressProblem(host)
      : {
          code: 'HL-LINK-073',
          why: `${at} is not a TCP port.`,
          fix: 'Use one from 1 to 65535, without zeros before it.',
        };
  });

/** A certificate with its key, signed by the organisation's own authority: docs/link.md says how it gets there. */
const certificate = section({
  /** Secret with `certificate`, `key` and `authority` (whom the other end must be signed by), all PEM. */
  secretArn,
  /** KMS key of the secret. */
  keyArn,
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
  subnetId: resourceId('subnet', 'subnet'),
  availabilityZone: z.enum([
    'cn-north-1a',
    'cn-north-1b',
    'cn-north-1d',
    'cn-northwest-1a',
    'cn-northwest-1b',
    'cn-northwest-1c',
  ]),
  /** Amazon Linux 2023 image for the processor of `instanceType`. @default the newest, by AWS's public SSM parameter */
  imageId: imageId.optional(),
  /** A Graviton or x86-64 type that the region has. */
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
   * A transit gateway that exists, of this account (one that another shares does not do: docs/link.md): it is attached to, and gets route tables of the link's own. Its default
   * association and propagation must be off, `amazonAsn` is its ASN, and with `vpnOverDirectConnect` it must have
   * `transitGatewayCidr` among its CIDR blocks; preflight asks all of that. @default one of the environment's own
   */
  transitGatewayId: judged((value) => {
    if (/^tgw-([0-9a-f]{8}|[0-9a-f]{17})$/.test(value)) return undefined;
    return value.startsWith('arn:')
      ? {
          code: 'HL-LINK-074',
          why: 'An ARN is how a gateway of another account is shared, and the link needs one of its own: owners alone make VPNs, route tables, associations and routes of a gateway (Transit Gateway guide, sharing considerations).',
          fix: "Put the environment into the owner's account and write the id here, or leave it out.",
        }
      : {
          code: 'HL-LINK-013',
          why: 'This is not the id of a transit gateway.',
          fix: 'Write tgw- and 17 hexadecimal digits.',
        };
  }).optional(),
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
      /^[A-Za-z](?:[\w.-]{0,61}[A-Za-z0-9])?$/,
      'This is not the name of a service.',
      'Write service.name as the service sets it: up to 63 letters, digits, dots, hyphens and underscores.',
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
          'Write tgw-attach- and 17 hexadecimal digits, or leave it out until the VPC is attached.',
        ).optional(),
        /** Its addresses, within `network.serviceVpcPrefixes`. */
        prefix: prefix({ widest: 12, narrowest: 28, onlyPrivate: true }),
        /**
         * Account of its owner, of our organisation: the gateway is shared with it to be attached to, and prefix lists of the allow-list
         * for rules of its security groups. @default our own
         */
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
    /** A Graviton or x86-64 type that the region has. */
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
    /**
     * Name in the receiver's certificate, which relays compare. Any that it has, of one label too, also outside of
     * `mainland.hostSuffixes`: relays go to `address` and ask no name server.
     */
    name: text(
      'HL-LINK-017',
      /^(?=.{1,64}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
      'This is not a DNS name that a certificate can carry.',
      'Write up to 64 lower-case letters, digits, hyphens and dots, such as receiver.cn.example.internal.',
    ),
  }),
  /**
   * Where the check of `traceparent` goes once a minute, beside the responder of the receiver: something in the mainland that answers
   * with the header that it got, as text and as header, called as services call theirs. Each needs a line of the allow-list from
   * `relay`, to its proxy where it has one. TLS is verified by `authority` of the relays' certificate, which is shown. @default none
   */
  continuityChecks: z
    .array(
      section({
        /** In metrics and alarms. */
        name: text(
          'HL-LINK-071',
          /^(?!receiver$)[a-z][a-z0-9-]{0,30}$/,
          'This is not a name of a check, or it is that of the check that every link has.',
          'Write up to 31 lower-case letters, digits and hyphens, such as settlement.',
        ),
        /** The host is an address: relays ask no name server of the mainland. */
        url: ofAddress(/^https?:\/\/([\d.]+)(?::(\d+))?\/[\w./-]*$/, 'https://10.20.1.20:8443/traceparent'),
        /** HTTP proxy that services call by. @default none */
        proxy: ofAddress(/^http:\/\/([\d.]+):(\d+)$/, 'http://10.20.1.5:3128').optional(),
        /** Name in the certificate of whoever answers: an address is rarely in one. */
        serverName: dnsName.optional(),
      }),
    )
    .max(3)
    .default([]),
  /** TCP connects that time each path. */
  probe: section({
    /** Seconds between two of a path. @default 2 */
    everySeconds: whole(1, 60).default(2),
    /** A refusal is an answer too, so nothing need listen. @default 7 */
    port: port.default(7),
    /** Round trips beyond it are alarmed on, in milliseconds. */
    rttMs: whole(1, 10_000),
    /** Lost connects beyond it are alarmed on, in per cent. @default 2 */
    lossPercent: z.number().gt(0).lt(100).default(2),
  }),
  /** The mainland stage. Without it the far end gets the receiver's configuration as files. @default none */
  analysis: analysis.optional(),
});
