import type { Json } from '../canonical';
import { type Change, type Comparison, place, short } from '../changes';
import { isMap } from '../values';
import type { Hit, ReviewRule } from './rule';

/** Files by name, of what is a program, a source or a paper for the far end. */
function files(change: Change): [Record<string, string>, Record<string, string>] {
  const of = (value: unknown): Record<string, string> => (isMap(value) ? value : {});
  return [of(change.before?.Properties?.Files), of(change.after?.Properties?.Files)];
}

interface FileChange {
  readonly change: Change;
  readonly name: string;
  readonly came: readonly string[];
  readonly went: readonly string[];
  /** Nothing but comments and blank lines differs. */
  readonly comments: boolean;
}

/** Lines that a compiler or a parser passes over: not those by which Go is told how to build. */
const passedOver: readonly (readonly [RegExp, RegExp])[] = [
  [/\.(go|mod)$/, /^\s*(\/\/(?!go:|export\b|\s*\+build).*)?$/],
  [/\.(ya?ml|py|toml)$/, /^\s*(#.*)?$/],
];

const code = (name: string, text: string): string => {
  const [, comment] = passedOver.find(([file]) => file.test(name)) ?? [];
  return comment
    ? text
        .split('\n')
        .filter((line) => !comment.test(line))
        .join('\n')
    : text;
};

/** Files that differ, and in which lines. */
export function fileChanges({ changes }: Comparison, type: string): FileChange[] {
  return changes
    .filter((change) => change.type === type)
    .flatMap((change) => {
      const [old, now] = files(change);
      return [...new Set([...Object.keys(old), ...Object.keys(now)])]
        .filter((name) => old[name] !== now[name])
        .map((name) => {
          const [before, after] = [(old[name] ?? '').split('\n'), (now[name] ?? '').split('\n')];
          const [had, has] = [new Set(before), new Set(after)];
          return {
            change,
            name,
            came: after.filter((line) => !had.has(line)),
            went: before.filter((line) => !has.has(line)),
            comments:
              old[name] !== undefined &&
              now[name] !== undefined &&
              code(name, old[name] ?? '') === code(name, now[name] ?? ''),
          };
        });
    });
}

const lines = ({ name, came, went }: FileChange): string => {
  const first = [...came.map((line) => `+ ${line.trim()}`), ...went.map((line) => `- ${line.trim()}`)].slice(0, 3);
  return `${name}: ${came.length} lines added, ${went.length} removed${first.length > 0 ? `, such as ${short(first.map((line) => `“${line}”`).join('; '))}` : ', the rest in another order'}`;
};

/** Lines by which something is let through, or not: their order decides. */
const judging = /\b(accept|drop|reject|jump|permit|deny|return|queue)\b/;
const bare = (line: string): string => line.trim().replace(/,$/, '');

/** The same lines, and those that moved are elements of lists, or are judged alike. */
function isOnlyOrder({ change, name }: FileChange): boolean {
  const [old, now] = files(change).map((each) => runs((each[name] ?? '').split('\n').map(bare)));
  return old === now;
}

/** Lines without order between two verbs: of what only permits the order means nothing, that a refusal comes before it does. */
function runs(lines: readonly string[]): string {
  const verb = (line: string): string => judging.exec(line)?.[0] ?? '';
  const groups: { verb: string; lines: string[] }[] = [];
  for (const line of lines.filter((each) => verb(each) !== '')) {
    const last = groups.at(-1);
    if (last?.verb === verb(line)) last.lines.push(line);
    else groups.push({ verb: verb(line), lines: [line] });
  }
  const others = lines.filter((line) => verb(line) === '').sort();
  return JSON.stringify([groups.map((group) => group.lines.sort()), others]);
}

const fileHits = (comparison: Comparison, type: string, wanted: (change: FileChange) => boolean): Hit[] =>
  fileChanges(comparison, type)
    .filter(wanted)
    .map((each) => ({
      at: place(each.change),
      what: lines(each),
      of: each.change.parts
        .map(({ path }) => path)
        .filter(
          (path) => path === '' || path === 'Properties.Files' || path.startsWith(`Properties.Files.${each.name}`),
        ),
    }));

/** Lines after which a program asks whom it talks with less, runs what it is given, talks in clear, or is more than a program. */
const reckless =
  /\b(privileged|allowPrivilegeEscalation|host(Network|PID|IPC)):\s*true|runAsUser:\s*0\b|runAsNonRoot:\s*false|verify\s*=\s*False|_create_unverified_context|CERT_NONE|shell\s*=\s*True|os\.system\(|pickle\.loads?\(|rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity|InsecureSkipVerify:\s*true|\bchild_process\b|\beval\(|new Function\(|\bhttp:\/\/(?!\$|127\.|localhost|169\.254\.169\.254|www\.w3\.org|json-schema\.org)/;

/** A binary whose sources are there, and differ in nothing but comments. */
function isBuiltOfTheSame(comparison: Comparison, { before, after }: Change): boolean {
  if (!before?.Properties?.Command || !after?.Properties?.Command) return false;
  const sources = fileChanges(comparison, 'Harbourline::Sources').filter(({ name }) => /\.(go|mod)$/.test(name));
  return sources.length > 0 && sources.every(({ comments }) => comments);
}

/** Data that decides what is masked. */
const isSensitiveData = ({ name }: FileChange): boolean =>
  /redact|sensitiv|mask|kinds|pseudonym|(^|\/)rules\.json$/i.test(name) && !/\.(go|py|tpl)$/.test(name);

export const programRules: readonly ReviewRule[] = [
  {
    id: 'far-end-otherwise',
    severity: 'caution',
    asks: 'leaves',
    effect: 'What the far end is handed is other than what it has: its tunnels, routes or firewall. Hand it out again.',
    source: 'docs/link.md',
    find: (comparison) => [
      ...fileHits(comparison, 'Harbourline::FarEnd', (each) => !isOnlyOrder(each)),
      ...comparison.changes
        .filter(({ type, parts }) => type === 'Harbourline::FarEnd' && parts.some(({ path }) => /error|^$/.test(path)))
        .map((change) => ({
          at: place(change),
          what: short(change.after?.Properties?.Files as Json),
          of: change.parts.map(({ path }) => path),
        })),
    ],
  },
  {
    id: 'far-end-order',
    severity: 'note',
    asks: 'works',
    effect: 'Files of the far end list the same in another order.',
    source: 'docs/link.md',
    find: (comparison) => fileHits(comparison, 'Harbourline::FarEnd', isOnlyOrder),
  },
  {
    id: 'program-reckless',
    severity: 'danger',
    asks: 'guarded',
    effect: 'A program that no longer asks whom it talks with, talks in clear, or runs what it is given.',
    source: 'https://owasp.org/www-project-top-ten/',
    find: (comparison) =>
      ['Harbourline::Program', 'Harbourline::Sources'].flatMap((type) =>
        fileChanges(comparison, type).flatMap(({ change, name, came }) => {
          const found = came.filter((line) => reckless.test(line));
          return found.length > 0 && change.before
            ? [
                {
                  at: place(change),
                  what: `${name}: ${short(
                    found
                      .slice(0, 3)
                      .map((line) => `“${line.trim()}”`)
                      .join('; '),
                  )}`,
                },
              ]
            : [];
        }),
      ),
  },
  {
    id: 'masking-data',
    severity: 'danger',
    asks: 'guarded',
    effect: 'The lists that decide what is masked: kinds, keys and their patterns, for every program that takes them.',
    source: 'docs/adr/0010-redaction-in-two-layers.md',
    find: (comparison) =>
      fileHits(
        comparison,
        'Harbourline::Sources',
        (each) => !each.comments && isSensitiveData(each) && each.went.length > 0,
      ),
  },
  {
    id: 'masking-data-more',
    severity: 'caution',
    asks: 'guarded',
    effect:
      'The lists that decide what is masked have more lines: usually more is masked, but a line may also let something through.',
    source: 'docs/adr/0010-redaction-in-two-layers.md',
    find: (comparison) =>
      fileHits(
        comparison,
        'Harbourline::Sources',
        (each) => !each.comments && isSensitiveData(each) && each.went.length === 0,
      ),
  },
  {
    id: 'program-changes',
    severity: 'caution',
    asks: 'root',
    effect:
      'Other code of a function, a program or the collector, from the roll-out on. No rule reads code: read the difference below, and its source.',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-function-zip.html',
    find: (comparison) => [
      ...fileHits(
        comparison,
        'Harbourline::Program',
        ({ name, change }) => !/\.(sh|service|timer|env)$/.test(name) || !change.after,
      ),
      ...fileHits(comparison, 'Harbourline::Sources', (each) => !each.comments && !isSensitiveData(each)),
      ...comparison.changes
        .filter(
          ({ type, before, after }) =>
            type === 'Harbourline::Program' &&
            !(isMap(before?.Properties?.Files ?? after?.Properties?.Files) && before && after),
        )
        .filter((change) => !isBuiltOfTheSame(comparison, change))
        .map((change) => ({
          at: place(change),
          what: `the program is ${change.action}`,
          of: change.parts.map(({ path }) => path),
        })),
    ],
  },
  {
    id: 'program-comments',
    severity: 'note',
    asks: 'root',
    effect: 'Comments or blank lines of sources. A binary is built again of them, and rolls out all the same.',
    source: 'https://go.dev/ref/spec#Comments',
    find: (comparison) => [
      ...fileHits(comparison, 'Harbourline::Sources', ({ comments }) => comments),
      ...comparison.changes
        .filter((change) => change.type === 'Harbourline::Program' && isBuiltOfTheSame(comparison, change))
        .map((change) => ({
          at: place(change),
          what: 'built of the same code',
          of: change.parts.map(({ path }) => path),
        })),
    ],
  },
];
