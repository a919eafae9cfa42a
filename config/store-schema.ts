/** The `store` section: the OpenSearch domain, who may do what in it, how long spans stay. */
import { z } from 'zod';
import { access } from './access-schema';
import { erasure, hold } from './approvals';
import { keyArn, list, roleArn, section, text, whole } from './fields';
import { engineVersions } from './regions';

const searchInstanceType = text(
  'HL-STORE-001',
  /^[a-z]+\d+[a-z]*\.[a-z0-9]+\.search$/,
  'This is not an instance type of OpenSearch Service.',
  'Write family, size and "search", such as r7g.large.search.',
);

/** A group in an assertion: a name, or the id that IAM Identity Center gives. Never a pattern. */
const group = text(
  'HL-STORE-002',
  /^[\w .@:/-]{2,256}$/,
  'This is not the name of a group.',
  'Write it as the identity provider sends it, without wildcards.',
);

export const store = section({
  /** A version that OpenSearch Service offers and this project's documents were tried with. @default OpenSearch_3.3 */
  engineVersion: z
    .enum(engineVersions, {
      error:
        'The documents of roles, templates and lifecycles were tried with a few versions only, and this is none of them.',
    })
    .default('OpenSearch_3.3'),
  /**
   * Key that exists and encrypts the domain at rest: symmetric, of the environment's account and region. Its policy must let who
   * deploys describe it and create grants. On a domain that exists it cannot be changed: an empty one is made.
   * @default a key of its own, in the stack
   */
  keyArn: keyArn.optional(),
  dataNodes: section({
    /** A type that the region has and that takes EBS volumes. r7g or r8g is the safe choice. */
    instanceType: searchInstanceType,
    /** A multiple of the number of zones. */
    count: whole(2, 80),
    /** gp3 volume of each node, in GiB. */
    volumeGiB: whole(10, 24_576),
  }),
  /** Dedicated managers: needed in production and with standby. @default none */
  managerNodes: section({
    instanceType: searchInstanceType,
    /** 3 or 5: an odd number keeps a majority. */
    count: z.union([z.literal(3), z.literal(5)]),
  }).optional(),
  /** Multi-AZ with Standby: a whole zone held in reserve. Needs three zones, managers and two replicas. @default false */
  standby: z.boolean().default(false),
  /** Copies of each shard beyond the first. @default 1 */
  replicas: whole(0, 4).default(1),
  /** Primary shards of each daily index. 10 to 50 GiB a shard is AWS's advice. @default 1 */
  shards: whole(1, 100).default(1),
  /** Compression of stored fields: a quarter less disk against some CPU, as `npm run bench:store` measured. @default best_compression */
  codec: z.enum(['default', 'best_compression']).default('best_compression'),
  /**
   * Seconds until a stored span can be found. At 1 s small segments took half as much disk again (`npm run bench:store`).
   * @default 10, the least that or2 and om2 take
   */
  refreshIntervalSeconds: whole(1, 300).default(10),
  /** Days that raw spans stay. At least 14 in production. @default 14 */
  retentionDays: whole(1, 365).default(14),
  /** What services are expected to send. A store that is too small for it is refused; `npm run size` says what it needs. @default not judged */
  load: section({
    /** Spans of all services, before sampling: the average of the busiest day. */
    spansPerSecond: whole(1, 10_000_000),
    /** Bytes of a span as it is sent (OTLP protobuf, not compressed). @default 400; the sample services make 365 */
    bytesPerSpan: whole(50, 100_000).default(400),
    /** Busiest minute over the average of its day. @default 3 */
    peak: z.number().min(1).max(100).default(3),
  }).optional(),
  /** How people get to it. @default through Session Manager */
  access: access.prefault({}),
  /** IAM roles that may read, with sensitive fields masked. @default none */
  readerRoleArns: list(roleArn).default([]),
  /** Groups that may read in Dashboards, as `saml` names them. @default none */
  readerGroups: list(group).default([]),
  /** Rights beyond reading masked. Each ends on its day: the hourly check of the store takes it away. @default none */
  grants: list(
    section({
      /** `investigator` reads without masks; `administrator` may do anything in the cluster but change access. */
      role: z.enum(['investigator', 'administrator']),
      /** Who: one of `roleArn` and `group`. */
      roleArn: roleArn.optional(),
      group: group.optional(),
      /** Last day, until midnight in Hong Kong: `2026-12-31`. */
      until: z.iso.date(),
      /** Ticket or sentence, for whoever reviews it. */
      reason: z.string().min(8),
    }),
  ).default([]),
  /** Spans that must stay: `npm run store -- hold` copies them, the hourly check deletes the copy when it ends. @default none */
  holds: list(hold).default([]),
  /** Spans of a person that must go: `npm run store -- erase` deletes them. @default none */
  erasures: list(erasure).default([]),
  /**
   * Sign-in to Dashboards by SAML, IAM Identity Center included (a customer-managed SAML application). OpenSearch Service
   * takes it on a domain that exists: add it after the first deployment. @default none: nobody signs in with a browser
   */
  saml: section({
    /** Entity id of the identity provider. */
    entityId: z.string().min(8).max(512),
    /** Its metadata, XML: `readFileSync(join(__dirname, 'saml-prod.xml'), 'utf8')`. It holds certificates and no secret. */
    metadata: text(
      'HL-STORE-003',
      /<(\w+:)?EntityDescriptor[\s>]/,
      'This is not SAML metadata.',
      'Download it from the identity provider: XML with an EntityDescriptor.',
    ),
    /** Attribute of the assertion that lists groups. @default groups */
    groupsKey: z.string().min(1).default('groups'),
    /** Minutes until somebody must sign in again. @default 60 */
    sessionMinutes: whole(1, 1440).default(60),
  }).optional(),
});
