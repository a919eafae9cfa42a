import { engineVersions, type HomeRegion, homes } from '../../../config/regions';
import type { TemplateRule } from './rule';

const domain = 'AWS::OpenSearchService::Domain';

/** OpenSearch refuses the domain after minutes of waiting; the built-in validation does not see it. */
export const fineGrainedAccess: TemplateRule = {
  id: 'FineGrainedAccess',
  message:
    'Fine-grained access control needs encryption at rest, node-to-node encryption and enforced HTTPS. Set them.',
  check: ({ Type, Properties }) => {
    if (Type !== domain || Properties?.AdvancedSecurityOptions?.Enabled !== true) return [];
    return [
      ...(Properties.EncryptionAtRestOptions?.Enabled === true ? [] : ['EncryptionAtRest']),
      ...(Properties.NodeToNodeEncryptionOptions?.Enabled === true ? [] : ['NodeToNodeEncryption']),
      ...(Properties.DomainEndpointOptions?.EnforceHTTPS === true ? [] : ['EnforceHTTPS']),
    ];
  },
};

/** OpenSearch Service developer guide, Multi-AZ with Standby. */
export const standby: TemplateRule = {
  id: 'Standby',
  message:
    'Multi-AZ with standby needs three zones, dedicated managers and data nodes in multiples of three. Fix it, or set standby to false.',
  check: ({ Type, Properties }) => {
    const cluster = Properties?.ClusterConfig;
    if (Type !== domain || cluster?.MultiAZWithStandbyEnabled !== true) return [];
    const zones = cluster.ZoneAwarenessEnabled ? (cluster.ZoneAwarenessConfig?.AvailabilityZoneCount ?? 2) : 1;
    const nodes = cluster.InstanceCount ?? 1;
    return [
      ...(zones === 3 ? [] : [`zones-${zones}`]),
      ...(nodes % 3 === 0 ? [] : [`data-nodes-${nodes}`]),
      ...(cluster.DedicatedMasterEnabled === true ? [] : ['managers']),
    ];
  },
};

/** The built-in validation looks at data nodes alone. UltraWarm has types of its own, and needs managers. */
export const searchNodeType: TemplateRule = {
  id: 'SearchNodeType',
  message:
    'A manager or warm node is of a type that OpenSearch Service does not have in the region, or warm nodes have no managers. Use m7g.large.search and the like; ultrawarm1.medium.search or ultrawarm1.large.search.',
  check: ({ Type, Properties }, { region }) => {
    const cluster = Properties?.ClusterConfig;
    const facts = (homes as Readonly<Record<string, HomeRegion>>)[region ?? ''];
    if (Type !== domain || !cluster || !facts) return [];
    const { DedicatedMasterType: manager, WarmType: warm } = cluster;
    return [
      ...(typeof manager === 'string' && !isOffered(manager, facts) ? [`manager-${manager}`] : []),
      ...(typeof warm === 'string' && !/^ultrawarm1\.(medium|large)\.search$/.test(warm) ? [`warm-${warm}`] : []),
      ...(cluster.WarmEnabled === true && cluster.DedicatedMasterEnabled !== true ? ['warm-without-managers'] : []),
    ];
  },
};

const isOffered = (type: string, { search, searchWithoutEbs }: HomeRegion): boolean => {
  const [family = '', size = ''] = type.split('.');
  return search[family]?.includes(size) || searchWithoutEbs.includes(family);
};

/** A version that the service lacks fails after half an hour; one that the documents were not tried with, later. */
export const engineVersion: TemplateRule = {
  id: 'EngineVersion',
  message: `The documents of the store were not tried with this version. Use one of: ${engineVersions.join(', ')}.`,
  check: ({ Type, Properties }) => {
    const version = Properties?.EngineVersion;
    return Type === domain && typeof version === 'string' && !(engineVersions as readonly string[]).includes(version)
      ? [version]
      : [];
  },
};

/** OpenSearch Service developer guide, VPC support: one subnet for each zone, no more and no fewer. */
export const domainSubnets: TemplateRule = {
  id: 'DomainSubnets',
  message: 'A domain takes exactly one subnet for each of its zones. Fix the subnets or the number of zones.',
  check: ({ Type, Properties }) => {
    const subnets = Properties?.VPCOptions?.SubnetIds;
    if (Type !== domain || !Array.isArray(subnets)) return [];
    const cluster = Properties?.ClusterConfig;
    const zones = cluster?.ZoneAwarenessEnabled ? (cluster.ZoneAwarenessConfig?.AvailabilityZoneCount ?? 2) : 1;
    return subnets.length === zones ? [] : [`subnets-${subnets.length}-zones-${zones}`];
  },
};
