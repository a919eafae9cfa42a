/** Who may do what in the store: one role that writes, one that reads, mapped to IAM roles by ARN. */
import type { Documents, StoreDocumentOptions } from '.';
import { serviceMapIndex, spanAlias, spanIndices } from './names';

const indices = [spanAlias, spanIndices, serviceMapIndex];

/**
 * What a reader sees as a hash: addresses and names of whoever called from outside. A masked field can still be counted
 * and grouped by, not searched for. `*` covers span, resource and event attributes.
 *
 * A role that gives the same indices without the mask would undo it for whoever has both.
 */
export const maskedFields = [
  'client@address',
  'source@address',
  'network@peer@address',
  'http@client_ip',
  'net@peer@ip',
  'net@sock@peer@addr',
  'enduser@id',
  'user@id',
].map((key) => `*attributes.${key}`);

/** A role as the security API gives it back: what we do not use is said, so that it cannot be added unseen. */
const role = (
  description: string,
  cluster_permissions: string[],
  index: { allowed_actions: string[]; masked_fields?: string[] },
) => ({
  description,
  cluster_permissions,
  index_permissions: [{ index_patterns: indices, fls: [], masked_fields: [], ...index }],
  tenant_permissions: [],
});

const mapping = (backend_roles: readonly string[]) => ({ backend_roles, hosts: [], users: [], and_backend_roles: [] });

/** Roles and mappings. */
export const accessDocuments = ({ roles }: StoreDocumentOptions): Documents => ({
  'role/harbourline-writer': role(
    'Span writers: bulk into existing indices. No reading, no deleting, no creating: an index that was created under the name of the alias would break the alias for good.',
    ['indices:data/write/bulk'],
    // A new attribute key adds a field to the mapping, hence mapping/put.
    { allowed_actions: ['indices:data/write/index', 'indices:data/write/bulk*', 'indices:admin/mapping/put'] },
  ),
  'role/harbourline-reader': role(
    'Analysts: search spans and the service map, client addresses masked',
    ['cluster_composite_ops_ro'],
    { allowed_actions: ['read', 'indices:admin/get', 'indices:admin/mappings/get'], masked_fields: maskedFields },
  ),
  'role-mapping/harbourline-writer': mapping(roles.writer),
  'role-mapping/harbourline-reader': mapping(roles.reader),
  // The domain's own role for using Dashboards at all; others may be mapped to it, so ours are added.
  ...(roles.reader.length > 0 ? { 'role-mapping/opensearch_dashboards_user': { backend_roles: roles.reader } } : {}),
});
