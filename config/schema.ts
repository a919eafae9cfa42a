/**
 * The configuration of an environment, and the manual of it: what each field is, its unit, its default and where
 * numbers come from; sections that are long stand in a file each. Conditions between fields stand in rules/.
 */
import { z } from 'zod';
import { clients, entrance } from './entrance-schema';
import { account, ec2InstanceType, imageId, keyArn, list, prefix, resourceId, section, text, whole } from './fields';
import { link } from './link-schema';
import { observe } from './observe-schema';
import { organisation } from './organisation-schema';
import { type Home, homeNames, homes, type Zone } from './regions';
import { store } from './store-schema';

const time = text(
  'HL-ENV-001',
  /^([01]\d|2[0-3]):[0-5]\d$/,
  'This is not a time of day.',
  'Write hours and minutes, such as 09:00.',
);

const network = section({
  /**
   * Addresses of the environment's VPC: private, /16 to /22. It holds two /24 and two /28 for each zone; of a /22 the two are /25.
   * Must not overlap any other prefix of any environment: all may meet on the link. Of a VPC that exists, a block in which there
   * are no subnets yet.
   */
  cidr: prefix({ widest: 16, narrowest: 22, onlyPrivate: true }),
  /**
   * A VPC that exists, of the environment's account and for this environment alone. In it are made, within `cidr`: subnets, their
   * route tables without a way out, ACLs, endpoints; the DNS firewall, the log of queries and flow logs are of all of it. Its
   * default security group, its other subnets and what is attached to it stay its owner's. @default none: a VPC is made
   */
  existing: section({
    vpcId: resourceId('VPC', 'vpc'),
    /**
     * All of its addresses, those that were added later included, /16 to /28 as a VPC takes them (Amazon VPC user guide, "VPC CIDR
     * blocks"), five at most: its routes hold each of them, ACLs refuse what of them is not in `cidr`, and none may be another's.
     */
    cidrs: list(prefix({ widest: 16, narrowest: 28, onlyPrivate: true }))
      .min(1)
      .max(5),
  }).optional(),
  /** Two or three zones; three in production and with standby. One, for a trial that may be away with its zone. @default all three of the region */
  availabilityZones: z
    .array(z.enum(homeNames.flatMap((name) => homes[name].zones)))
    .min(1)
    .optional(),
  /** VPCs of the services that send spans: the only prefixes that may reach the gateways. */
  serviceVpcPrefixes: z.array(prefix({ widest: 12, narrowest: 28, onlyPrivate: true })).min(1),
});

/** Addresses that nobody has (RFC 5737): with them as the mainland's no call crosses. */
export const nowhere = '192.0.2.0/24';

const mainland = section({
  /**
   * Addresses of the mainland side: a call to or from them crosses the border. None wider than /12.
   * @default addresses that nobody has: no mainland at all
   */
  prefixes: z
    .array(prefix({ widest: 12, narrowest: 32, onlyPrivate: false }))
    .min(1)
    .default([nowhere]),
  /** DNS suffixes of hosts in the mainland, for calls that are addressed by name: `.cn.example.internal`. @default none */
  hostSuffixes: list(
    text(
      'HL-ENV-002',
      /^(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
      'This is not a DNS suffix.',
      'Begin with a dot, in lower case: .cn.example.internal',
    ),
  ).default([]),
});

/** A tracing backend that exists. */
const backend = section({
  /** Where it listens. The certificate must name the host. */
  endpoint: text(
    'HL-ENV-003',
    /^https:\/\/[a-z0-9.-]+:\d{1,5}(\/[\w./-]*)?$/,
    'This is not an HTTPS address with its port.',
    'Write https://, host and port, such as https://jaeger.example.internal:4318 or https://zipkin.example.internal:9411/api/v2/spans. Spans are never sent without TLS.',
  ),
  /** Its addresses: all that samplers may reach there, at the endpoint's port. */
  prefix: prefix({ widest: 16, narrowest: 32, onlyPrivate: true }),
});

const collect = section({
  /** How services get to the gateways. @default by PrivateLink, for the accounts of `clients` */
  entrance: entrance.prefault({}),
  /**
   * Amazon Linux 2023 image for arm64. Pin it in production: the default is the newest image at each deployment, so
   * that an unrelated deployment can replace a fleet.
   * @default the newest, by AWS's public SSM parameter
   */
  imageId: imageId.optional(),
  /** The same for instances of x86-64 types. @default the newest, by AWS's public SSM parameter */
  x86ImageId: imageId.optional(),
  /**
   * Clients of older systems that send straight to the gateways, without an agent: Zipkin (v2 JSON and protobuf, 9411) and
   * Jaeger (gRPC 14250, Thrift over HTTP 14268). They verify the gateways' certificate and show none of their own; the
   * service VPCs' prefixes are what admits them. @default none: no such port is open
   */
  legacyClients: list(z.enum(['zipkin', 'jaeger'])).default([]),
  /**
   * Backends that get each kept, redacted trace too, while teams move: Jaeger (OTLP over HTTP) and Zipkin (v2 JSON). They have
   * queues of their own and hold up nothing: what they do not take is dropped when these are full. @default none
   */
  forward: section({
    /** Whom to trust for their certificates, PEM. @default the authorities of Amazon Linux */
    authority: text(
      'HL-ENV-005',
      /^-----BEGIN CERTIFICATE-----\n[\w+/=\n]+-----END CERTIFICATE-----\n?$/,
      'This is not a certificate in PEM.',
      'Write one certificate, with its BEGIN and END lines and no other text.',
    ).optional(),
    otlp: backend.optional(),
    zipkin: backend.optional(),
  }).prefault({}),
  /**
   * Why a deployment of instances goes ahead although they are missing or ill: it fixes an outage. As long as it is set no alarm
   * rolls a fleet back; that is recorded in the history of this file, in the template and in the stack's outputs. Take it out
   * with the next deployment. @default none: fewer instances in service than there must be roll a deployment back
   */
  rollbackDisabled: text(
    'HL-ENV-006',
    /^(?:\S+\s+){4,}\S+/,
    'This does not say what the deployment fixes.',
    'Name the incident and who decided, in five words or more.',
  ).optional(),
  /** Gateways: take spans from agents, hash trace ids over the samplers. */
  gateway: section({
    /** A Graviton or x86-64 type that the region has: the collector and the image are of its processor. */
    instanceType: ec2InstanceType,
    /** At least 2; 3 in production, one for each zone. */
    minInstances: whole(2, 100),
    /** Not below `minInstances`. */
    maxInstances: whole(2, 100),
    /** More of them before the market opens, on weekdays. @default no schedule: scaling follows the load */
    tradingHours: section({
      /** Time of day, 24 hours. Some minutes before the first trade. */
      opens: time,
      closes: time,
      /** IANA time zone. @default Asia/Hong_Kong */
      timeZone: text(
        'HL-ENV-007',
        /^[A-Za-z]+\/[A-Za-z_]+$/,
        'This is not an IANA time zone.',
        'Write area and city: Asia/Hong_Kong.',
      ).default('Asia/Hong_Kong'),
      /** Not above `maxInstances`. */
      minInstances: whole(2, 100),
    }).optional(),
    /** Size of each volume in GiB; half of it is the disk queue. */
    volumeGiB: whole(10, 16384),
  }),
  /** Samplers: count every span, hold traces until they are decided, hand kept ones to the span writer beside them. */
  sampler: section({
    /** A Graviton or x86-64 type that the region has, with 4 GiB of memory or more: traces are held in memory. */
    instanceType: ec2InstanceType,
    /** At least 2. Each change moves traces between samplers, so they come and go one at a time. */
    minInstances: whole(2, 99),
    /** Not below `minInstances`. Budgets are divided by it. Cloud Map answers with 100, one of them on its way out. */
    maxInstances: whole(2, 99),
    /** Size of each volume in GiB; half of it is the queue in front of the store, a fortieth the log of what waits for a decision. */
    volumeGiB: whole(10, 16384),
  }),
});

const redaction = section({
  /**
   * Attribute keys that are let through, beside those of OpenTelemetry's semantic conventions: a whole key or a namespace,
   * `payment` for `payment.amount`. The value of any other key is masked, and counted by key so that a team can ask for it.
   * `deny-list` lets every key through. Values with a known shape are masked in both.
   * @default [] in production, deny-list elsewhere
   */
  allowedKeys: z
    .union([
      z.literal('deny-list'),
      list(
        text(
          'HL-ENV-008',
          /^[\w.-]+$/,
          'This is not the key of an attribute.',
          'Use letters, digits, dots, hyphens and _.',
        ),
      ),
    ])
    .optional(),
  /**
   * Attribute keys whose value becomes a pseudonym, so that spans can be joined by it: HMAC-SHA-256 under a secret that the
   * deployment generates. Whole keys. @default none
   */
  pseudonymKeys: list(
    text(
      'HL-ENV-009',
      /^[\w.-]+$/,
      'This is not the key of an attribute.',
      'Use letters, digits, dots, hyphens and _.',
    ),
  ).default([]),
});

const agent = section({
  /** Tag of the instances that get an agent. @default harbourline:agent */
  tagKey: text(
    'HL-ENV-010',
    /^[\w+=.:/@-]{1,128}$/,
    'This is not the key of a tag.',
    'Use letters, digits and _ . : / = + - @.',
  ).default('harbourline:agent'),
  /** Value of the tag. @default the environment's name */
  tagValue: z.string().min(1).max(256).optional(),
  /**
   * Whether servers outside AWS may have an agent: a role for hybrid activations of Systems Manager is made, see
   * docs/agent.md. @default false
   */
  servers: z.boolean().default(false),
  /** Hours between two runs of the installer, which repairs what is not as it should be. State Manager takes 1 to 24 here. @default 6 */
  everyHours: whole(1, 24).default(6),
  /** Nodes that are changed at once, in per cent. @default 10 */
  concurrencyPercent: whole(1, 100).default(10),
  /** Nodes that may fail before no more are changed, in per cent. @default 5 */
  errorPercent: whole(0, 100).default(5),
  /** Memory that the agent may use, in MiB: it refuses spans before that. @default 256; 105 to 128 were measured under load */
  memoryMiB: whole(128, 8_192).default(256),
  /** Share of one processor that the agent may use, in per cent. @default 50 */
  cpuPercent: whole(10, 400).default(50),
  /**
   * What the agent may send, in kbit/s, TLS and headers included: packets beyond it are dropped on the node, and spans wait on
   * disk. An alarm notifies when a node comes near it. @default 1000, a node's share of the network
   */
  egressKilobits: whole(64, 1_000_000).default(1_000),
});

const sampling = section({
  /** Share of ordinary traces that is always kept, in per cent. The band that the project promises is 10 to 30. @default 10 */
  floorPercent: z.number().min(10).max(30).default(10),
  /** Share of ordinary traces that is kept at most, in per cent. @default 30 */
  ceilingPercent: z.number().min(10).max(30).default(30),
  /** Budget of what is kept above the floor, in bytes a second over all samplers. */
  bytesPerSecond: whole(1_000, 1_000_000_000),
  /** Budget of traces with errors, and another of the same size for slow ones, in bytes a second over all samplers. */
  errorBytesPerSecond: whole(1_000, 1_000_000_000),
  /** A trace that takes longer is slow and kept beyond the band, in milliseconds. @default 2000 */
  slowThresholdMs: whole(1, 600_000).default(2_000),
  /**
   * How long a sampler waits for the other spans of a trace after its root has come, in seconds: batches of services and
   * agents take up to 8. Memory grows with it. Where no root comes, a trace is decided after a minute. @default 10
   */
  decisionWaitSeconds: whole(1, 60).default(10),
});

export const environmentSchema = section({
  /** Names stacks, domain, dashboard and log groups. At most 16 characters: a domain's name has 28. */
  environment: text(
    'HL-ENV-011',
    /^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$/,
    'This cannot be part of the names of AWS resources and certificates.',
    'Use up to 16 lower-case letters, digits and hyphens, a letter first and no hyphen last.',
  ),
  /** Holds the environment to the rules of production. @default true for `prod` */
  production: z.boolean().optional(),
  /** Where this repository is read in a browser: messages link its documents there. @default they are named by their path */
  repositoryUrl: text(
    'HL-ENV-012',
    /^https:\/\/\S+[^/\s]$/,
    'This is not the address of a repository.',
    'Write an https address without a slash at its end.',
  ).optional(),
  /** AWS account. */
  account,
  /**
   * Key of the bootstrap's asset bucket, where it was bootstrapped with one of its own (`cdk bootstrap --bootstrap-kms-key-id`,
   * `--bootstrap-customer-key`): instances decrypt with it what they fetch. @default none: the bucket uses S3's own keys
   */
  assetsKeyArn: keyArn.optional(),
  /** What the organisation asks of everything in its accounts. @default nothing */
  organisation: organisation.prefault({}),
  /**
   * Home region: raw traces stay in it, and so does all that holds them, stages of clients and operators included. Hong Kong or
   * Singapore; what each offers stands in regions.ts. Chosen once: nothing moves a store. @default ap-east-1
   */
  region: z
    .enum(homeNames, {
      error:
        'Raw traces stay in the home region of their environment, and what AWS offers in this one is not known here.',
    })
    .default('ap-east-1'),
  network,
  /** The other side of the border. @default none: no call crosses, and what watches calls that do stays silent */
  mainland: mainland.prefault({}),
  collect,
  /**
   * Accounts whose services send spans: each has a stage of its own, `npx cdk deploy 'dev-client-NAME/*'` with credentials of
   * that account. @default none
   */
  clients: clients.default([]),
  /** What spans may hold. @default as its fields say */
  redaction: redaction.prefault({}),
  /** Agents on service nodes. @default as its fields say */
  agent: agent.prefault({}),
  sampling,
  store,
  observe,
  /** The line to the mainland. Without it nothing crosses: lines take months to get. @default none */
  link: link.optional(),
});

/** What a file in this folder writes: fields with defaults may be left out. */
export type EnvironmentConfigInput = z.input<typeof environmentSchema>;

type EnvironmentOutput = z.output<typeof environmentSchema>;

/** A configuration that has been checked: every field is there. */
export type EnvironmentConfig = Omit<
  EnvironmentOutput,
  'production' | 'redaction' | 'network' | 'observe' | 'clients'
> & {
  readonly production: boolean;
  readonly network: EnvironmentOutput['network'] & { readonly availabilityZones: Zone[] };
  readonly observe: EnvironmentOutput['observe'] & { readonly metricsRegion: string };
  readonly clients: readonly (EnvironmentOutput['clients'][number] & { readonly region: Home })[];
  /** Without a list every key is let through. */
  readonly redaction: { readonly allowedKeys?: readonly string[]; readonly pseudonymKeys: readonly string[] };
};
