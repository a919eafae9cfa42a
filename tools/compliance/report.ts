import type { App } from 'aws-cdk-lib';
import { acknowledgments, type RecordedAcknowledgment } from '../../lib/compliance/acknowledge';
import { ownerOf } from '../../lib/compliance/owners';
import {
  builtInRules,
  type PolicyFinding,
  packFindings,
  packRules,
  policyPacks,
  reportedPacks,
  rulesOf,
} from '../../lib/compliance/packs';
import type { PolicyAudit } from '../../lib/compliance/policy';
import { rules } from '../../lib/compliance/rules';
import { frameworks, notMapped, readOn } from './clauses';
import { controls } from './controls';
import { answerable } from './oscal';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** `prod/Store/Domain` → `prod` and `Store/Domain`. */
const split = (path: string): [string, string] => {
  const [environment = '', ...rest] = path.split('/');
  return [environment, rest.join('/')];
};

/** The sections of docs/compliance.md, by name. The app must have been audited: names settle at synth. */
export const complianceSections = (app: App, audit: PolicyAudit): Record<string, string> => ({
  controls: controlSection(),
  clauses: clauseSection(),
  gaps: gapSection(),
  packs: packSection(audit),
  'own-rules': table(
    ['rule', 'what it objects to, and how to fix it'],
    rules.map(({ id, message }) => [`Harbourline-${id}`, message]),
  ),
  acknowledgments: acknowledgmentSection(acknowledgments(app)),
  'pci-dss': reportedSection(app, audit),
});

/** Clause by clause: what answers it, who answers for that, and when all of it is looked at again. */
const clauseSection = (): string =>
  table(
    ['clause', 'what it says', 'answered by', 'owner', 'review by'],
    Object.values(frameworks).flatMap(({ name, clauses }) =>
      clauses.map(({ id, title, by }) => [
        `${name}: ${id}`,
        title,
        by.join('<br>'),
        [...new Set(by.map((control) => answerable(control).owner))].join('<br>'),
        by.map((control) => answerable(control).reviewBy).sort()[0] ?? '',
      ]),
    ),
  );

const gapSection = (): string =>
  table(
    ['of', 'gap', 'read'],
    [
      ...Object.values(frameworks).flatMap(({ name, gaps, read, source }) =>
        gaps.map((gap) => [name, gap, `${read === 'text' ? 'words' : 'titles'}, on ${readOn}: ${source}`]),
      ),
      ...Object.entries(notMapped).map(([name, why]) => [name, `not mapped. ${why}`, 'not read']),
    ],
  );

const controlSection = (): string =>
  table(
    ['control', 'promise', 'held by', 'judged by', 'a change of it shows as', 'tested by'],
    Object.entries(controls).map(([name, { promise, resources, rules, reviewed, tests }]) => [
      name,
      promise,
      resources.join('<br>'),
      rules.join('<br>'),
      reviewed.join('<br>'),
      tests.map(([file, title]) => `[${title}](../${file})`).join('<br>'),
    ]),
  );

function packSection({ unacknowledged, acknowledged }: PolicyAudit): string {
  const count = (list: readonly PolicyFinding[], prefix: RegExp): string =>
    `${list.filter(({ id }) => prefix.test(id)).length}`;
  const row = (name: string, number: number, prefix: RegExp, fails: string): string[] => [
    name,
    `${number}`,
    count(acknowledged, prefix),
    count(unacknowledged, prefix),
    fails,
  ];
  return table(
    ['pack', 'rules', 'findings acknowledged', 'findings open', 'an open finding'],
    [
      ...policyPacks().map(({ readPackName: name }) => {
        const number = [...packRules().keys()].filter((id) => id.startsWith(`${name}-`)).length;
        return row(name, number, new RegExp(`^${name.replaceAll('.', '\\.')}-`), 'fails synth');
      }),
      row("CDK's built-in validation", builtInRules().size, /^[EFIW]\d{4}$/, 'fails synth, a warning fails the tests'),
      ...reportedPacks().map((pack) => [
        pack.readPackName,
        `${rulesOf([pack]).size}`,
        'see below',
        'see below',
        'fails the tests',
      ]),
    ],
  );
}

/** One row for what is the same in several environments. */
function acknowledgmentSection(all: readonly RecordedAcknowledgment[]): string {
  const rows = new Map<string, { environments: string[]; row: (environments: string) => string[] }>();
  for (const { id, path, reason } of all) {
    const [environment, where] = split(path);
    const { owner, reviewBy } = ownerOf(path);
    const key = [id.replaceAll(environment, ''), where, reason.replaceAll(environment, '')].join('\n');
    const known = rows.get(key);
    if (known) {
      if (!known.environments.includes(environment)) known.environments.push(environment);
    } else {
      const row = (environments: string): string[] => [`\`${id}\``, where, environments, reason, owner, reviewBy];
      rows.set(key, { environments: [environment], row });
    }
  }
  return table(
    ['finding', 'on, and all beneath', 'environments', 'reason', 'owner', 'review by'],
    [...rows.values()]
      .map(({ environments, row }) => row(environments.join(', ')))
      .sort((one, other) => `${one[1]} ${one[0]}`.localeCompare(`${other[1]} ${other[0]}`)),
  );
}

/** A finding of a pack that only reports, and the acknowledgment of the same rule in a pack that judges. */
export interface Answered {
  readonly finding: PolicyFinding;
  readonly by?: RecordedAcknowledgment;
}

const bare = (id: string): string => id.replace(/\[.*$/, '').replace(/^.*-/, '');

/** What the packs that only report find, each with what answers it. */
export const reported = (app: App, { acknowledged }: PolicyAudit): Answered[] =>
  packFindings(app, reportedPacks()).map((finding) => {
    const match = acknowledged.find(({ id, path }) => path === finding.path && bare(id) === bare(finding.id));
    return { finding, ...(match ? { by: match.by } : {}) };
  });

function reportedSection(app: App, audit: PolicyAudit): string {
  const all = reported(app, audit);
  const ids = [...new Set(all.map(({ finding }) => finding.id))].sort();
  return table(
    ['finding', 'resources', 'answered by', 'open'],
    ids.map((id) => {
      const of = all.filter(({ finding }) => finding.id === id);
      const answers = [...new Set(of.flatMap(({ by }) => (by ? [`\`${by.id}\``] : [])))];
      return [id, `${of.length}`, answers.join('<br>') || 'nothing', `${of.filter(({ by }) => !by).length}`];
    }),
  );
}
