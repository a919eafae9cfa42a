/** What a change is refused by, and what is refused of a resource whatever stands around it. */
import { at, type Difference } from './state';

/** A change that CloudFormation would refuse, in the middle of an update. */
export interface Refusal {
  /** Of `orderRules`. */
  readonly rule: keyof typeof orderRules;
  readonly stack: string;
  /** Logical id. */
  readonly id: string;
  readonly type: string;
  /** One sentence: what is refused, because of what. */
  readonly what: string;
  /** Where it is written that it is. */
  readonly source: string;
}

/** What is looked for, and how to get there all the same. */
export const orderRules = {
  'unique-key': 'In two deployments: take the first away, then make the second. Or give the new one a different key.',
  'two-changes': 'In two deployments: one property each.',
  'export-in-use':
    'Deploy or remove the stack that imports it first; or keep the export (Stack.exportValue) until it does not.',
  'acl-entries': 'In two deployments: take entries away, then add others. Or ask for a higher quota.',
  'one-way': 'There is no way back by CloudFormation: restore what was before into a new one, or stay.',
  'not-at-creation': 'In two deployments: make it without, then add this.',
  'retained-name': 'Delete or import what stayed, then deploy: its name is taken.',
} as const;

/** Values that a service raises and never lowers. */
const oneWay = [
  {
    type: 'AWS::OpenSearchService::Domain',
    path: 'EngineVersion',
    source: 'OpenSearch Service developer guide, "Upgrading domains": a domain cannot be downgraded',
  },
] as const;

/** Values that an update takes and a creation refuses. */
const laterOnly = [
  {
    type: 'AWS::OpenSearchService::Domain',
    path: 'AdvancedSecurityOptions/SAMLOptions/Enabled',
    value: true,
    error: 'You cannot specify SAML options during domain creation',
    source: 'aws-cloudformation/cloudformation-coverage-roadmap#1496',
  },
] as const;

const lower = (before: unknown, after: unknown): boolean =>
  String(before).localeCompare(String(after), 'en', { numeric: true }) > 0;

/** A lower version of what only rises; a property that comes too early. */
export function refusedAlways(stack: string, { before, after, replaced }: Difference): Refusal[] {
  return Object.entries(after).flatMap(([id, { Type, Properties }]): Refusal[] => {
    const old = replaced.has(id) ? undefined : before[id];
    return [
      ...oneWay
        .filter(({ type, path }) => type === Type && old && lower(at(old.Properties, path), at(Properties, path)))
        .map(({ path, source }) => ({
          rule: 'one-way' as const,
          stack,
          id,
          type: Type,
          what: `${path} goes from ${at(old?.Properties, path)} back to ${at(Properties, path)}`,
          source,
        })),
      ...laterOnly
        .filter(({ type, path, value }) => type === Type && !old && at(Properties, path) === value)
        .map(({ path, error, source }) => ({
          rule: 'not-at-creation' as const,
          stack,
          id,
          type: Type,
          what: `it is made with ${path} (${error})`,
          source,
        })),
    ];
  });
}
