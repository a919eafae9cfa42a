/** What a reviewed document of the store is. */

/** In the order in which they are applied: access after indices, so that nobody writes before everything is in place; what people look at comes last. */
export const documentKinds = [
  'component-template',
  'index-template',
  'retention-policy',
  'index',
  'role',
  'role-mapping',
  'audit-config',
  'dashboards-objects',
  'dashboards-settings',
] as const;

export type DocumentKind = (typeof documentKinds)[number];

/** One document. */
export interface DomainDocument {
  /** `kind/name`. */
  readonly id: string;
  readonly kind: DocumentKind;
  readonly name: string;
  /** Plain JSON; strings may be CDK tokens, so nothing here looks into ARNs. */
  readonly body: object;
}

/** What differs between environments. */
export interface DomainDocumentOptions {
  /** Full days that every span is kept: an index is deleted this long after it was rolled over. */
  readonly retentionDays: number;
  /** Primary shards of a span index: one for every 30 GB expected between two rollovers. */
  readonly shards: number;
  readonly replicas: number;
  /**
   * `index.codec`. `zstd_no_dict` saves about 30 % of disk and writes 14 % faster (published benchmark); a node
   * without the codec plugin, such as a rehearsal's, refuses it. Static: holds from the next index on.
   */
  readonly codec: 'default' | 'best_compression' | 'zstd' | 'zstd_no_dict';
  /** Seconds until a written span can be found. */
  readonly refreshIntervalSeconds: number;
  /**
   * Most fields that an index may have: an attribute key is one. A span that would exceed it is refused, and goes where
   * refused documents go, instead of growing the cluster's state without end.
   * @default 1000, OpenSearch's own
   */
  readonly maximumFields?: number;
  /** Who gets a role for good: ARNs of IAM roles, and groups of the identity provider. */
  readonly roles: {
    readonly writer: readonly string[];
    readonly reader: readonly string[];
    /** Whoever has a grant: may open Dashboards like a reader, and is none. @default none */
    readonly granted?: readonly string[];
  };
}

/** Documents of one file, by id. */
export type Documents = Readonly<Record<`${DocumentKind}/${string}`, object>>;
