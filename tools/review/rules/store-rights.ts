import { canonical, type Part, parts } from '../canonical';
import type { Change, Comparison } from '../changes';
import { place, short } from '../changes';
import { documentsOf, isSweepingRight, type Rights, rightsOf } from '../store-rights';
import { type Hit, onChanges, type ReviewRule } from './rule';

const type = /^Custom::HarbourlineStore/;
const source = 'https://docs.opensearch.org/latest/security/access-control/permissions/';

const minus = (one: readonly string[], other: readonly string[]): string[] =>
  [...new Set(one)].filter((each) => !other.includes(each));

export interface DocumentChange {
  readonly at: string;
  readonly id: string;
  readonly of: readonly string[];
  readonly old?: Rights;
  readonly now?: Rights;
  readonly lines: readonly string[];
  /** What of it makes the audit log write less. */
  readonly audit: readonly string[];
  /** What of it makes the audit log quote what was sent, found or signed with. */
  readonly reveals: readonly string[];
}

/** Every document that differs. */
export function documentChanges(changes: readonly Change[]): DocumentChange[] {
  return changes
    .filter((change) => type.test(change.type))
    .flatMap((change) => {
      const [before, after] = [documentsOf(change.before), documentsOf(change.after)];
      return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((id) => {
        const differing = parts(before[id], after[id]).filter(({ path }) => !/(^|\.)description$/.test(path));
        if (differing.length === 0) return [];
        const [old, now] = [rightsOf(id, before[id]), rightsOf(id, after[id])];
        return [
          {
            at: place(change),
            id,
            of: [`Properties.Documents.${id}`],
            ...(old ? { old } : {}),
            ...(now ? { now } : {}),
            audit: isAudit(id) ? differing.flatMap((part) => auditLine(part) ?? []) : [],
            reveals: isAudit(id) ? differing.flatMap((part) => quotes(part) ?? []) : [],
            lines: differing.map(
              ({ path, before, after }) => `${path || 'the whole'}: ${short(before)} → ${short(after)}`,
            ),
          },
        ];
      });
    });
}

const of =
  (sentences: (change: DocumentChange & { old: Rights; now: Rights }) => string[]) =>
  ({ changes }: Comparison): Hit[] =>
    documentChanges(changes)
      .filter((change): change is DocumentChange & { old: Rights; now: Rights } => !!change.old && !!change.now)
      .flatMap((change) => {
        const list = sentences(change);
        return list.length > 0 ? [{ at: change.at, what: `${change.id}: ${list.join('; ')}`, of: change.of }] : [];
      });

interface StoreGrant {
  readonly role?: unknown;
  readonly principal?: unknown;
  readonly until?: unknown;
}

/** Rights for a while, which the bootstrap and the hourly check map and end: those that are new, or last longer. */
const newGrants = ({ changes }: Comparison, wanted: (role: string) => boolean): Hit[] =>
  changes
    .filter((change) => type.test(change.type) && change.after)
    .flatMap((change) => {
      const list = (side: 'before' | 'after'): StoreGrant[] => [change[side]?.Properties?.Grants ?? []].flat();
      const known = new Set(list('before').map((grant) => JSON.stringify(canonical(grant))));
      return list('after')
        .filter((grant) => !known.has(JSON.stringify(canonical(grant))) && wanted(`${grant?.role}`))
        .map(({ role, principal, until }) => ({
          at: place(change),
          what: `${short(principal)} is ${short(role)} until ${short(until)}`,
          of: ['Properties.Grants'],
        }));
    });

const isKnownRole = (role: string): boolean => /^(investigator|reader)$/.test(role);

/** Documents that say what is written down of who did what. */
const isAudit = (id: string): boolean => /^audit-config\//.test(id);

/** A setting of the audit log after which less is written: switched off, or somebody or something more left out. */
const auditLine = ({ path, before, after }: Part): string | undefined => {
  const said = `${path}: ${short(before)} → ${short(after)}`;
  if (/(^|\.)(enabled?|enable_rest|enable_transport|resolve_\w+|internal_config|external_config)$/.test(path)) {
    return `${before}` === 'true' && `${after}` !== 'true' ? said : undefined;
  }
  if (/(ignore_\w+|\w+_ignore_users|disabled_\w+_categories)(\.\d+|\[\+\])?$/.test(path))
    return after === undefined ? undefined : said;
  return /_watched_(fields|indices)\b/.test(path) && before !== undefined && !path.endsWith('[+]') ? said : undefined;
};

/** Values of a setting of the audit log with which it holds what it should only name. */
const revealing: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)(log_request_body|write_log_diffs)$/, 'true'],
  [/(^|\.)(exclude_sensitive_headers|read_metadata_only|write_metadata_only)$/, 'false'],
];

/** A setting after which the audit log quotes: bodies of requests, documents, headers with credentials. */
const quotes = ({ path, before, after }: Part): string | undefined => {
  const [, value] = revealing.find(([name]) => name.test(path)) ?? [];
  // A guard that is no longer said is off.
  const on = (state: unknown): boolean => `${state ?? 'false'}` === value;
  return value !== undefined && on(after) && !on(before) ? `${path}: ${short(before)} → ${short(after)}` : undefined;
};

/** What neither adds nor takes a right: the rest of a role, documents of another kind. */
const isSettled = ({ old, now }: DocumentChange): boolean =>
  !!old &&
  !!now &&
  [
    minus(now.allowed, old.allowed),
    minus(old.allowed, now.allowed),
    minus(now.limits, old.limits),
    minus(old.limits, now.limits),
  ].some((list) => list.length > 0);

export const storeRightRules: readonly ReviewRule[] = [
  {
    id: 'store-unmasked',
    severity: 'danger',
    asks: 'guarded',
    effect: 'Fields that were masked or hidden are read as they are, in all spans that are stored already, too.',
    source: 'https://docs.opensearch.org/latest/security/access-control/field-masking/',
    find: of(({ old, now }) =>
      now.allowed.length > 0 ? minus(old.limits, now.limits).map((limit) => `no longer ${limit}`) : [],
    ),
  },
  {
    id: 'store-rights-sweeping',
    severity: 'danger',
    asks: 'access',
    effect:
      'A role of the store may do everything, delete or rewrite, or rule the security plugin; or everybody has a role.',
    source,
    find: of(({ old, now }) => minus(now.allowed, old.allowed).filter(isSweepingRight)),
  },
  {
    id: 'store-rights-widen',
    severity: 'caution',
    asks: 'access',
    effect: 'A role of the store may do something more, or somebody more has it.',
    source,
    find: of(({ old, now }) => minus(now.allowed, old.allowed).filter((right) => !isSweepingRight(right))),
  },
  {
    id: 'store-rights-narrow',
    severity: 'note',
    asks: 'works',
    effect: 'A role of the store may do less, or sees less.',
    source,
    find: of(({ old, now }) => [
      ...minus(old.allowed, now.allowed).map((right) => `no longer ${right}`),
      ...minus(now.limits, old.limits),
      ...(now.allowed.length === 0
        ? minus(old.limits, now.limits).map((limit) => `nothing is ${limit}, nor read`)
        : []),
    ]),
  },
  {
    id: 'store-document',
    severity: 'caution',
    asks: 'works',
    effect:
      'A document that the bootstrap function applies: indices, retention, dashboards. Existing indices keep what they were made with.',
    source: 'docs/store.md',
    find: ({ changes }) =>
      documentChanges(changes)
        .filter((change) => !isSettled(change) && change.audit.length + change.reveals.length < change.lines.length)
        .flatMap(({ at, id, of, lines }) =>
          [`${id}: ${lines.slice(0, 5).join('; ')}${lines.length > 5 ? `; and ${lines.length - 5} more` : ''}`].map(
            (what) => ({ at, what, of }),
          ),
        ),
  },
  {
    id: 'store-audit-weakens',
    severity: 'danger',
    asks: 'noticed',
    effect: 'The store writes down less of who looked at what, who changed it, and who changed access.',
    source: 'https://docs.opensearch.org/latest/security/audit-logs/index/',
    find: ({ changes }) =>
      documentChanges(changes).flatMap(({ at, id, of, audit }) =>
        audit.length > 0 ? [{ at, what: `${id}: ${audit.join('; ')}`, of }] : [],
      ),
  },
  {
    id: 'store-audit-reveals',
    severity: 'danger',
    asks: 'guarded',
    effect:
      'The audit log quotes what was sent, what was found, or what it was signed with: personal data and credentials stand in a log that is kept for longer than spans.',
    source: 'https://docs.opensearch.org/latest/security/audit-logs/index/',
    find: ({ changes }) =>
      documentChanges(changes).flatMap(({ at, id, of, reveals }) =>
        reveals.length > 0 ? [{ at, what: `${id}: ${reveals.join('; ')}`, of }] : [],
      ),
  },
  {
    id: 'store-grant',
    severity: 'danger',
    asks: 'access',
    effect: 'Somebody rules the store for a while: reads all, deletes all.',
    source: 'docs/adr/0024-rights-that-end.md',
    find: (comparison) => newGrants(comparison, (role) => !isKnownRole(role)),
  },
  {
    id: 'store-grant-added',
    severity: 'caution',
    asks: 'access',
    effect: 'Somebody sees spans without masks for a while.',
    source: 'docs/adr/0024-rights-that-end.md',
    find: (comparison) => newGrants(comparison, isKnownRole),
  },
  {
    id: 'store-master',
    severity: 'danger',
    asks: 'access',
    effect: 'Who rules the store: the master user may read all, delete all, and give rights to others.',
    source: 'https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html#fgac-master-user',
    find: onChanges(/^AWS::OpenSearchService::Domain$/, ({ parts }) =>
      parts
        .filter(({ path }) =>
          /^Properties\.(AdvancedSecurityOptions|CognitoOptions|IdentityCenterOptions|AdvancedOptions|IPAddressType|AIMLOptions)\b/.test(
            path,
          ),
        )
        .map(({ path, before, after }) => ({
          what: `${path.replace(/^Properties\./, '')}: ${short(before)} → ${short(after)}`,
          of: [path],
        })),
    ),
  },
];
