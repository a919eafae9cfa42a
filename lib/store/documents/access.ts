/** Who may do what in the store. Roles here, mapped to IAM roles by ARN and to groups of the identity provider by name. */

import {
  dashboardsTenant,
  holdIndices,
  recordsIndex,
  serviceMapIndex,
  spanAlias,
  spanIndices,
} from '../../contract/indices';
import { fieldName, personalKeys, quotingKeys } from './attributes';
import type { Documents, DomainDocumentOptions } from './document';

const indices = [spanAlias, spanIndices, serviceMapIndex];

/**
 * What a reader sees as a hash: who called from outside, their sessions, and what a program said when it failed, which quotes
 * what it was given. A masked field can still be counted and grouped by, not searched for. `*` covers span, resource and
 * event attributes; the writer keeps the same values under other spellings, and in maps, in `harbourline.personal`.
 *
 * It holds for whoever has another role without it, too: OpenSearch keeps what hides more. So an investigator must not be a
 * reader at the same time.
 */
export const maskedFields = [
  ...[...personalKeys, ...quotingKeys].map((key) => `*attributes.${fieldName(key)}`),
  'status.message',
  'harbourline.personal',
];

/** What only they see who have a grant: the audit log says who read it. */
const personalFields = [
  ...['span', 'resource', 'events'].flatMap((owner) =>
    [...personalKeys, ...quotingKeys].map((key) => `${owner}.attributes.${fieldName(key)}`),
  ),
  'status.message',
  'harbourline.personal',
  'harbourline.original',
];

/** What a reader does not get at all: attributes that were moved into a text, where no mask finds them, and messages to search in. */
const hiddenFields = ['~harbourline.original', '~exception.message'];

/** A role as the security API gives it back: what we do not use is said, so that it cannot be added unseen. */
const role = (
  description: string,
  cluster_permissions: string[],
  index: { index_patterns?: string[]; allowed_actions: string[]; fls?: string[]; masked_fields?: string[] },
  tenant_permissions: object[] = [],
) => ({
  description,
  cluster_permissions,
  index_permissions: [{ index_patterns: indices, fls: [], masked_fields: [], ...index }],
  tenant_permissions,
});

const mapping = (backend_roles: readonly string[]) => ({ backend_roles, hosts: [], users: [], and_backend_roles: [] });

const reading = ['read', 'indices:admin/get', 'indices:admin/mappings/get'];
const sharedObjects = [{ tenant_patterns: [dashboardsTenant], allowed_actions: ['kibana_all_read'] }];

/**
 * What is written down of requests: who asked for what of which index and when, allowed or not; never what was sent or
 * found. Of spans: each that anybody but a writer wrote, overwrote or deleted, by its id, and which unmasked fields were
 * read, by whom. `internal_config` records changes of access.
 */
const auditConfig = (writers: readonly string[]) => ({
  enabled: true,
  audit: {
    enable_rest: true,
    enable_transport: true,
    // Writers are left out, so a bulk request is somebody's by hand: each of its items is said.
    resolve_bulk_requests: true,
    log_request_body: false,
    resolve_indices: true,
    exclude_sensitive_headers: true,
    ignore_requests: ['cluster:monitor/*', 'indices:monitor/*'],
    // By the name that IAM gives them: the role's ARN. Each of their requests is spans being written.
    ignore_users: [...writers],
    disabled_rest_categories: ['AUTHENTICATED'],
    disabled_transport_categories: ['AUTHENTICATED'],
  },
  compliance: {
    enabled: true,
    internal_config: true,
    external_config: false,
    read_metadata_only: true,
    read_watched_fields: Object.fromEntries([spanIndices, holdIndices].map((index) => [index, personalFields])),
    read_ignore_users: [],
    write_metadata_only: true,
    write_log_diffs: false,
    write_watched_indices: [spanIndices, serviceMapIndex, holdIndices, recordsIndex],
    write_ignore_users: [...writers],
  },
});

/**
 * Roles and mappings. Investigators and administrators are mapped by grants, which end: their mappings are made from the
 * clock when they are applied, by `lib/store/grants.ts`.
 */
export const accessDocuments = ({ roles }: DomainDocumentOptions): Documents => {
  const visitors = [...roles.reader, ...(roles.granted ?? [])];
  return {
    'role/harbourline-writer': role(
      'Span writers: bulk into existing indices. No reading, no deleting, no creating: an index that was created under the name of the alias would break the alias for good.',
      ['indices:data/write/bulk'],
      // A new attribute key adds a field to the mapping, hence mapping/put.
      { allowed_actions: ['indices:data/write/index', 'indices:data/write/bulk*', 'indices:admin/mapping/put'] },
    ),
    'role/harbourline-reader': role(
      'Analysts: search spans and the service map, client addresses masked',
      ['cluster_composite_ops_ro'],
      { allowed_actions: reading, masked_fields: maskedFields, fls: hiddenFields },
      sharedObjects,
    ),
    'role/harbourline-investigator': role(
      'Investigators of an incident: as analysts, without masks, and what is held, until a day that their grant names',
      ['cluster_composite_ops_ro'],
      { index_patterns: [...indices, holdIndices], allowed_actions: reading },
      sharedObjects,
    ),
    'role/harbourline-administrator': role(
      'Break-glass: everything in the cluster and its indices, until a day that the grant names. Access itself stays with the bootstrap.',
      ['*'],
      { index_patterns: ['*'], allowed_actions: ['*'] },
      [{ tenant_patterns: ['*'], allowed_actions: ['kibana_all_write'] }],
    ),
    'role-mapping/harbourline-writer': mapping(roles.writer),
    'role-mapping/harbourline-reader': mapping(roles.reader),
    // The domain's own role for using Dashboards at all; others may be mapped to it, so ours are added. It shows no span.
    ...(visitors.length > 0 ? { 'role-mapping/opensearch_dashboards_user': { backend_roles: visitors } } : {}),
    'audit-config/config': auditConfig(roles.writer),
  };
};
