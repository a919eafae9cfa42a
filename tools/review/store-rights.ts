/** What the store's own documents allow: roles and mappings of OpenSearch's security plugin, one right at a time. */
import { canonical, type Json } from './canonical';
import type { Resource } from './changes';
import { isRecord } from './values';

/** Documents of a custom resource by id: `role/harbourline-writer`. */
export function documentsOf(resource: Resource | undefined): Record<string, Json> {
  const given = resource?.Properties?.Documents;
  if (!isRecord(given)) return {};
  return Object.fromEntries(
    Object.entries(given).map(([id, text]) => {
      const document = canonical(text);
      return [id, isRecord(document) && '@json' in document ? (document['@json'] as Json) : document];
    }),
  );
}

const list = (value: unknown): string[] =>
  value === undefined || value === null
    ? []
    : [value].flat().map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));

/** Rights, and what limits them, of one document. */
export interface Rights {
  readonly allowed: readonly string[];
  /** Fields that are masked or hidden: fewer is more to see. */
  readonly limits: readonly string[];
}

/** Undefined where the document is neither a role nor a mapping, or has something that is not known here. */
export function rightsOf(id: string, document: Json | undefined): Rights | undefined {
  if (document === undefined) return { allowed: [], limits: [] };
  if (!isRecord(document)) return undefined;
  if (/^role\//.test(id)) return ofRole(document);
  if (/mapping/.test(id)) return ofMapping(document);
  return undefined;
}

interface IndexPermission {
  readonly index_patterns?: unknown;
  readonly allowed_actions?: unknown;
  readonly masked_fields?: unknown;
  readonly fls?: unknown;
  readonly dls?: unknown;
}

function ofRole(role: Record<string, unknown>): Rights {
  const indices = (role.index_permissions ?? []) as readonly IndexPermission[];
  const tenants = (role.tenant_permissions ?? []) as readonly {
    tenant_patterns?: unknown;
    allowed_actions?: unknown;
  }[];
  const fields = ({ index_patterns: patterns, fls, masked_fields: masked, dls }: IndexPermission): string[] => {
    const where = list(patterns).join(', ');
    // `~x` hides x; a name without it hides all others.
    const shown = list(fls).filter((field) => !field.startsWith('~'));
    return [
      ...list(masked).map((field) => `${field} masked in ${where}`),
      ...list(fls)
        .filter((field) => field.startsWith('~'))
        .map((field) => `${field.slice(1)} hidden in ${where}`),
      ...(shown.length > 0 ? [`all but ${shown.sort().join(', ')} hidden in ${where}`] : []),
      ...(dls ? [`documents by ${typeof dls === 'string' ? dls : JSON.stringify(dls)} only, in ${where}`] : []),
    ];
  };
  return {
    allowed: [
      ...list(role.cluster_permissions).map((action) => `${action} on the cluster`),
      ...indices.flatMap(({ index_patterns: patterns, allowed_actions: actions }) =>
        list(patterns).flatMap((pattern) => list(actions).map((action) => `${action} on ${pattern}`)),
      ),
      ...tenants.flatMap(({ tenant_patterns: patterns, allowed_actions: actions }) =>
        list(patterns).flatMap((pattern) => list(actions).map((action) => `${action} in tenant ${pattern}`)),
      ),
    ],
    limits: indices.flatMap(fields),
  };
}

function ofMapping(mapping: Record<string, unknown>): Rights {
  const named = ['backend_roles', 'users', 'hosts'].flatMap((kind) =>
    list(mapping[kind]).map((each) => `${kind.replace(/s$/, '').replace('_', ' ')} ${each}`),
  );
  const all = list(mapping.and_backend_roles);
  return { allowed: [...named, ...(all.length > 0 ? [`who is all of ${all.sort().join(', ')}`] : [])], limits: [] };
}

/** More than one thing at once, or the security plugin itself. */
export const isSweepingRight = (right: string): boolean =>
  /^(\*|all_access|unlimited|manage\w*|cluster_(all|manage\w*)|indices_all|crud|delete|write|security_\w+|indices:(\*|admin\/\*|admin\/(delete|close|settings|aliases|mapping\/\*)|data\/(\*|write\/\*|write\/(delete|update\/byquery)|read\/\*?$)).*|cluster:(\*|admin).*|restapi:.*|backend role \*|user \*|host \*)( |$)/.test(
    right,
  ) || / on (\*|\.\S*)$/.test(right);
