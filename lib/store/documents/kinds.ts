/** How each kind of document is read from a store, compared and written. */
import { isDeepStrictEqual } from 'node:util';
import { type DocumentKind, documentKinds } from './document';

/** What became of a document. */
export type Outcome = 'created' | 'updated' | 'unchanged' | 'skipped' | 'refused';

/** What was done, and where it changed something that was there. */
export interface Applied {
  readonly outcome: Outcome;
  /** Fields that were changed, as in `index_permissions.0.allowed_actions: +read -write`. */
  readonly changes?: readonly string[];
}

/** A store's answer; 404 is one. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
}

type Json = Record<string, unknown>;

/** Sends a request, and sees to it that a write was done. */
export type Ask = (method: 'GET' | 'HEAD' | 'PUT' | 'POST', path: string, body?: object) => Promise<Answer>;

type Apply = (ask: Ask, name: string, body: Json) => Promise<Applied>;

const created: Applied = { outcome: 'created' };
const unchanged: Applied = { outcome: 'unchanged' };
const updated = (current: unknown, wanted: unknown): Applied => ({
  outcome: 'updated',
  changes: changed(current, wanted),
});

/** Whether there is such a kind. */
export const isKind = (kind: string): kind is DocumentKind => (documentKinds as readonly string[]).includes(kind);

/** By kind. */
export const applyKind: Readonly<Record<DocumentKind, Apply>> = {
  'component-template': template('_component_template', 'component_templates', 'component_template'),
  'index-template': template('_index_template', 'index_templates', 'index_template'),
  'retention-policy': applyRetentionPolicy,
  index: applyIndex,
  role: (ask, name, body) => applySecurity(ask, `_plugins/_security/api/roles/${name}`, name, body),
  'role-mapping': (ask, name, body) =>
    applySecurity(ask, `_plugins/_security/api/rolesmapping/${name}`, name, body, isOwn(name) ? undefined : withAll),
  'audit-config': applyAuditConfig,
  'dashboards-objects': applyDashboardsObjects,
  'dashboards-settings': applyDashboardsSettings,
};

/** Names that nobody else gives: what stands there is replaced. Everything else is the domain's or somebody else's. */
const isOwn = (name: string) => name.startsWith('harbourline-');

function template(api: string, list: string, item: string): Apply {
  return async (ask, name, body) => {
    const path = `/${api}/${name}`;
    const { status, body: found } = await ask('GET', path);
    const current = (found[list] as Json[] | undefined)?.[0]?.[item];
    if (status !== 404 && same(current, body)) return unchanged;
    await ask('PUT', path, body);
    return status === 404 ? created : updated(current, body);
  };
}

/** A policy is written against the version that was read: whoever changed it meanwhile is not overwritten unseen. */
async function applyRetentionPolicy(ask: Ask, name: string, body: Json): Promise<Applied> {
  const path = `/_plugins/_ism/policies/${name}`;
  const { status, body: found } = await ask('GET', path);
  if (status === 404) {
    await ask('PUT', path, body);
    return created;
  }
  // The store adds what it defaults and when it changed, so what we say must be in it.
  if (contains(found.policy, body.policy)) return unchanged;
  await ask('PUT', `${path}?if_seq_no=${found._seq_no}&if_primary_term=${found._primary_term}`, body);
  // Indices keep the policy that they were made under until it is changed on them. Those that cannot be changed now, the hourly check changes.
  const templates = (body.policy as { ism_template?: { index_patterns: string[] }[] }).ism_template ?? [];
  const patterns = templates.flatMap(({ index_patterns }) => index_patterns).join(',');
  if (patterns) await ask('POST', `/_plugins/_ism/change_policy/${patterns}`, { policy_id: name });
  return updated(found.policy, body.policy);
}

/**
 * Creates an index, once. One with an alias is the first of many and is deleted some day: it is the alias that tells
 * whether there is anything to do.
 */
async function applyIndex(ask: Ask, name: string, body: Json): Promise<Applied> {
  for (const alias of Object.keys((body.aliases as Json | undefined) ?? {})) {
    const { status, body: found } = await ask('GET', `/_alias/${alias}`);
    if (status !== 404) {
      const writers = Object.values(found as Record<string, { aliases?: Record<string, Json> }>).filter(
        ({ aliases }) => aliases?.[alias]?.is_write_index === true,
      );
      if (writers.length === 1) return unchanged;
      throw new Error(
        `The alias ${alias} is on ${Object.keys(found).join(', ')}, none of which it writes to. ` +
          `Make one of them the write index (POST _aliases, add with is_write_index: true), then deploy again.`,
      );
    }
    if ((await ask('HEAD', `/${alias}`)).status !== 404) {
      throw new Error(
        `There is an index named ${alias}, where the alias of that name must be. Something wrote before the store was set up. ` +
          `Stop the writers, reindex it into ${name} or delete it (DELETE ${alias}), then deploy again.`,
      );
    }
  }
  if ((await ask('HEAD', `/${name}`)).status !== 404) {
    if (!body.aliases) return unchanged;
    throw new Error(
      `There is an index ${name} without its alias. Give it ${JSON.stringify(body.aliases)} (POST _aliases) or delete it, then deploy again.`,
    );
  }
  await ask('PUT', `/${name}`, body);
  return created;
}

async function applySecurity(
  ask: Ask,
  api: string,
  name: string,
  body: Json,
  merge?: (current: Json, wanted: Json) => Json,
): Promise<Applied> {
  const { status, body: found } = await ask('GET', `/${api}`);
  const current = status === 404 ? undefined : (found[name] as Json | undefined);
  const wanted = merge ? merge(current ?? {}, body) : body;
  // Beside what we say there is only what the store says about it (reserved, hidden, static).
  if (current && same(sorted(pick(current, Object.keys(wanted))), sorted(wanted))) return unchanged;
  await ask('PUT', `/${api}`, wanted);
  return current ? updated(pick(current, Object.keys(wanted)), wanted) : created;
}

/** There is always one: the plugin's own, which writes bodies down. */
async function applyAuditConfig(ask: Ask, name: string, body: Json): Promise<Applied> {
  const { body: found } = await ask('GET', '/_plugins/_security/api/audit');
  if (contains(sorted(found.config), sorted(body))) return unchanged;
  await ask('PUT', `/_plugins/_security/api/audit/${name}`, body);
  return updated(found.config, body);
}

const dashboards = '/_dashboards/api';

/** Ours are replaced, everybody else's stay. */
async function applyDashboardsObjects(ask: Ask, _name: string, body: Json): Promise<Applied> {
  const wanted = body.objects as { type: string; id: string; attributes: Json; references: unknown[] }[];
  const ids = wanted.map(({ type, id }) => ({ type, id }));
  const { body: found } = await ask('POST', `${dashboards}/saved_objects/_bulk_get`, ids);
  const present =
    (found.saved_objects as { id: string; attributes?: Json; references?: unknown[]; error?: Json }[]) ?? [];
  const differing = wanted.filter(({ id, attributes, references }) => {
    const current = present.find((object) => object.id === id);
    return !contains(current?.attributes, attributes) || !contains(current?.references, references);
  });
  if (differing.length === 0) return unchanged;
  const { body: answer } = await ask('POST', `${dashboards}/saved_objects/_bulk_create?overwrite=true`, differing);
  const failed = (answer.saved_objects as { id: string; error?: Json }[]).filter(({ error }) => error);
  if (failed.length > 0) throw new Error(`Dashboards refuses ${JSON.stringify(failed)}`);
  const isNew = present.every(({ error }) => error !== undefined);
  return isNew ? created : { outcome: 'updated', changes: differing.map(({ type, id }) => `${type} ${id}`) };
}

async function applyDashboardsSettings(ask: Ask, _name: string, body: Json): Promise<Applied> {
  const path = `${dashboards}/opensearch-dashboards/settings`;
  const { body: found } = await ask('GET', path);
  const settings = (found.settings ?? {}) as Record<string, { userValue?: unknown }>;
  const current = Object.fromEntries(Object.keys(body).map((key) => [key, settings[key]?.userValue]));
  if (same(current, body)) return unchanged;
  await ask('POST', path, { changes: body });
  return updated(current, body);
}

/** What a PUT of a mapping may name. */
const mappingFields = ['backend_roles', 'and_backend_roles', 'hosts', 'users', 'description'];

/** A PUT replaces a mapping: whoever is in one that is not ours stays in it. */
function withAll(current: Json, wanted: Json): Json {
  const lists = Object.entries(wanted).map(([field, values]) => {
    const present = (current[field] as string[] | undefined) ?? [];
    return [field, [...new Set([...present, ...(values as string[])])]];
  });
  return { ...withoutEmpty(pick(current, mappingFields)), ...Object.fromEntries(lists) };
}

const withoutEmpty = (value: Json): Json =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined && field !== null));

const pick = (value: Json, fields: readonly string[]): Json =>
  Object.fromEntries(fields.filter((field) => field in value).map((field) => [field, value[field]]));

/** Lists of texts are sets in the security API: they come back in another order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value.every((item) => typeof item === 'string') ? [...value].sort() : value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sorted(item)]));
}

/** Numbers and booleans come back as text here and there. */
const text = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null), (_, item) => (typeof item === 'object' ? item : String(item)));

const same = (current: unknown, wanted: unknown): boolean => isDeepStrictEqual(text(current), text(wanted));

/** Whether everything that is wanted is there; lists are compared as a whole. */
function contains(current: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(current) &&
      current.length === wanted.length &&
      wanted.every((item, index) => contains(current[index], item))
    );
  }
  if (typeof wanted !== 'object' || wanted === null) return same(current, wanted);
  return Object.entries(wanted).every(([key, item]) => contains((current as Json | undefined)?.[key], item));
}

/** Where two values differ. Members of lists of texts are listed one by one, the rest by its place. */
function changed(current: unknown, wanted: unknown, path = ''): string[] {
  if (same(current, wanted)) return [];
  const texts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (texts(current) && texts(wanted)) {
    const came = wanted.filter((item) => !current.includes(item)).map((item) => `+${item}`);
    const went = current.filter((item) => !wanted.includes(item)).map((item) => `-${item}`);
    return came.length + went.length > 0 ? [`${path}: ${[...came, ...went].join(' ')}`] : [];
  }
  if (typeof wanted !== 'object' || wanted === null || typeof current !== 'object' || current === null)
    return [path || 'all'];
  return Object.entries(wanted).flatMap(([key, item]) =>
    changed((current as Json)[key], item, path ? `${path}.${key}` : key),
  );
}
