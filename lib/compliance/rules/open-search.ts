import type { Rule } from './rule';

const domain = 'AWS::OpenSearchService::Domain';

/** OpenSearch refuses the domain after minutes of waiting; the built-in validation does not see it. */
export const fineGrainedAccess: Rule = {
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
export const standby: Rule = {
  id: 'Standby',
  message:
    'Multi-AZ with standby needs three zones, dedicated managers and data nodes in multiples of three. Mend it, or set standby to false.',
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
