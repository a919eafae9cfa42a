import { type Change, place, short } from '../changes';
import type { Hit, ReviewRule } from './rule';

const source =
  'https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-configuration-changes.html';

// biome-ignore lint/suspicious/noExplicitAny: properties of a domain, as they stand in the template
type Domain = Readonly<Record<string, any>>;

/** A setting, and when a change of it copies the whole domain. */
interface Setting {
  readonly name: string;
  readonly read: (domain: Domain) => unknown;
  /** @default any change */
  readonly when?: (before: unknown, after: unknown, domain: Domain) => boolean;
}

const turnedOn = (before: unknown, after: unknown): boolean => before !== true && after === true;
const turnedOff = (before: unknown, after: unknown): boolean => before === true && after !== true;
const managed = (_before: unknown, _after: unknown, domain: Domain): boolean =>
  domain.ClusterConfig?.DedicatedMasterEnabled === true;

/** The list of AWS, "Changes that usually cause blue/green deployments". */
const blueGreen: readonly Setting[] = [
  { name: 'data node type', read: (d) => d.ClusterConfig?.InstanceType },
  // With dedicated managers nodes come and go one by one.
  { name: 'data node count', read: (d) => d.ClusterConfig?.InstanceCount, when: (...all) => !managed(...all) },
  { name: 'dedicated managers', read: (d) => d.ClusterConfig?.DedicatedMasterEnabled ?? false },
  { name: 'zones', read: (d) => d.ClusterConfig?.ZoneAwarenessConfig?.AvailabilityZoneCount },
  { name: 'zone awareness', read: (d) => d.ClusterConfig?.ZoneAwarenessEnabled },
  { name: 'Multi-AZ with Standby', read: (d) => d.ClusterConfig?.MultiAZWithStandbyEnabled },
  { name: 'warm nodes', read: (d) => d.ClusterConfig?.WarmEnabled ?? false },
  { name: 'cold storage', read: (d) => d.ClusterConfig?.ColdStorageOptions?.Enabled ?? false },
  { name: 'volume type', read: (d) => d.EBSOptions?.VolumeType },
  {
    name: 'volume size',
    read: (d) => d.EBSOptions?.VolumeSize,
    // Growing up to 3 TiB a node is done in place.
    when: (before, after) => Number(after) < Number(before) || Number(after) > 3_072,
  },
  { name: 'subnets', read: (d) => d.VPCOptions?.SubnetIds },
  { name: 'security groups', read: (d) => d.VPCOptions?.SecurityGroupIds },
  { name: 'fine-grained access control', read: (d) => d.AdvancedSecurityOptions?.Enabled, when: turnedOn },
  { name: 'encryption at rest', read: (d) => d.EncryptionAtRestOptions?.Enabled, when: turnedOn },
  { name: 'node-to-node encryption', read: (d) => d.NodeToNodeEncryptionOptions?.Enabled, when: turnedOn },
  { name: 'advanced options', read: (d) => d.AdvancedOptions },
  { name: 'Cognito', read: (d) => d.CognitoOptions },
  { name: 'audit log', read: (d) => d.LogPublishingOptions?.AUDIT_LOGS?.Enabled, when: turnedOn },
  { name: 'engine version', read: (d) => d.EngineVersion },
];

/** Done in place by AWS's list of today, copied by older service software: only a dry run knows. */
const perhaps: readonly Setting[] = [
  {
    name: 'more data nodes',
    read: (d) => d.ClusterConfig?.InstanceCount,
    when: (before, after, domain) => managed(before, after, domain) && Number(after) > Number(before),
  },
  { name: 'manager type', read: (d) => d.ClusterConfig?.DedicatedMasterType, when: managed },
  { name: 'manager count', read: (d) => d.ClusterConfig?.DedicatedMasterCount, when: managed },
  {
    name: 'volume size',
    read: (d) => d.EBSOptions?.VolumeSize,
    when: (before, after) => Number(after) > Number(before) && Number(after) <= 3_072,
  },
  { name: 'throughput and IOPS', read: (d) => [d.EBSOptions?.Throughput, d.EBSOptions?.Iops] },
];

/** Where the settings stand. */
const roots: Readonly<Record<string, string>> = {
  'data node type': 'ClusterConfig.InstanceType',
  'data node count': 'ClusterConfig.InstanceCount',
  'dedicated managers': 'ClusterConfig.DedicatedMaster',
  zones: 'ClusterConfig.ZoneAwareness',
  'zone awareness': 'ClusterConfig.ZoneAwareness',
  'Multi-AZ with Standby': 'ClusterConfig.MultiAZWithStandbyEnabled',
  'warm nodes': 'ClusterConfig.Warm',
  'cold storage': 'ClusterConfig.ColdStorageOptions',
  'volume type': 'EBSOptions.VolumeType',
  'volume size': 'EBSOptions.VolumeSize',
  'throughput and IOPS': 'EBSOptions.',
  'manager type': 'ClusterConfig.DedicatedMasterType',
  'manager count': 'ClusterConfig.DedicatedMasterCount',
  subnets: 'VPCOptions',
  'security groups': 'VPCOptions',
  'in a VPC': 'VPCOptions',
  'fine-grained access control': 'AdvancedSecurityOptions.Enabled',
  'encryption at rest': 'EncryptionAtRestOptions.Enabled',
  'key of encryption at rest': 'EncryptionAtRestOptions',
  'node-to-node encryption': 'NodeToNodeEncryptionOptions',
  'advanced options': 'AdvancedOptions',
  Cognito: 'CognitoOptions',
  'audit log': 'LogPublishingOptions.AUDIT_LOGS',
  'engine version': 'EngineVersion',
  'more data nodes': 'ClusterConfig.InstanceCount',
};

const domains = (changes: readonly Change[]): Change[] =>
  changes.filter(({ type, before, after }) => type === 'AWS::OpenSearchService::Domain' && before && after);

const changed =
  (settings: readonly Setting[]) =>
  ({ changes }: { changes: readonly Change[] }): Hit[] =>
    domains(changes).flatMap((change) => {
      const [before, after] = [change.before?.Properties ?? {}, change.after?.Properties ?? {}];
      return settings.flatMap(({ name, read, when = () => true }) => {
        const [from, to] = [read(before), read(after)];
        if (JSON.stringify(from) === JSON.stringify(to) || !when(from, to, after)) return [];
        const of = change.parts
          .map(({ path }) => path)
          .filter((path) => path.startsWith(`Properties.${roots[name] ?? name}`));
        return [{ at: place(change), what: `${name}: ${short(from)} → ${short(to)}`, of }];
      });
    });

const smaller =
  (wanted: (change: Change) => [string, unknown, unknown][]) =>
  ({ changes }: { changes: readonly Change[] }): Hit[] =>
    domains(changes).flatMap((change) =>
      wanted(change)
        .filter(([, before, after]) => Number(after) < Number(before))
        .map(([name, before, after]) => ({
          at: place(change),
          what: `${name}: ${before} → ${after}`,
          of: [`Properties.${roots[name]}`],
        })),
    );

export const openSearchRules: readonly ReviewRule[] = [
  {
    id: 'open-search-blue-green',
    severity: 'caution',
    asks: 'works',
    effect:
      'The domain is copied to new nodes: an hour or more, searches and writes are slower meanwhile, no further change can be made. With standby, one change at a time.',
    source: `${source}#bg`,
    find: changed(blueGreen),
  },
  {
    id: 'open-search-perhaps-blue-green',
    severity: 'note',
    asks: 'works',
    effect:
      'Usually done in place; a copy of the domain if another change was made in the last six hours. Preflight asks by a dry run.',
    source: `${source}#nobg`,
    find: changed(perhaps),
  },
  {
    id: 'open-search-upgrade',
    severity: 'danger',
    asks: 'works',
    effect:
      'An upgrade of the engine cannot be undone. Where the update policy does not allow it, CloudFormation replaces the domain by an empty one.',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatepolicy.html#cfn-attributes-updatepolicy-upgradeopensearchdomain',
    find: ({ changes }) =>
      domains(changes).flatMap((change) => {
        const [from, to] = [change.before?.Properties?.EngineVersion, change.after?.Properties?.EngineVersion];
        if (from === to) return [];
        const allowed = change.after?.UpdatePolicy?.EnableVersionUpgrade === true;
        return [
          {
            at: place(change),
            what: `engine ${from} → ${to}, ${allowed ? 'upgraded in place' : 'domain REPLACED'}`,
            of: ['Properties.EngineVersion'],
          },
        ];
      }),
  },
  {
    id: 'open-search-replaced',
    severity: 'danger',
    asks: 'works',
    effect:
      'CloudFormation cannot change this on a domain that exists: it makes an empty one, or fails because the name is taken.',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-opensearchservice-domain.html',
    find: changed([
      { name: 'key of encryption at rest', read: (d) => d.EncryptionAtRestOptions?.KmsKeyId },
      { name: 'encryption at rest', read: (d) => d.EncryptionAtRestOptions?.Enabled, when: turnedOff },
      { name: 'node-to-node encryption', read: (d) => d.NodeToNodeEncryptionOptions?.Enabled, when: turnedOff },
      { name: 'in a VPC', read: (d) => d.VPCOptions !== undefined },
    ]),
  },
  {
    id: 'open-search-upgrade-not-allowed',
    severity: 'danger',
    asks: 'works',
    effect: 'From now on a change of the version replaces the domain by an empty one.',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatepolicy.html#cfn-attributes-updatepolicy-upgradeopensearchdomain',
    find: ({ changes }) =>
      domains(changes)
        .filter(({ before, after }) =>
          turnedOff(before?.UpdatePolicy?.EnableVersionUpgrade, after?.UpdatePolicy?.EnableVersionUpgrade),
        )
        .map((change) => ({ at: place(change), what: 'EnableVersionUpgrade: true → false', of: ['UpdatePolicy'] })),
  },
  {
    id: 'open-search-shrinks',
    severity: 'caution',
    asks: 'works',
    effect: 'Fewer or smaller nodes must hold the same 14 days. AWS checks the disk, not the load.',
    source: 'https://docs.aws.amazon.com/opensearch-service/latest/developerguide/sizing-domains.html',
    find: smaller(({ before, after }) => [
      [
        'data node count',
        before?.Properties?.ClusterConfig?.InstanceCount,
        after?.Properties?.ClusterConfig?.InstanceCount,
      ],
      ['volume size', before?.Properties?.EBSOptions?.VolumeSize, after?.Properties?.EBSOptions?.VolumeSize],
    ]),
  },
];
