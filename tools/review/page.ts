import { type Change, type PropertyChange, place } from './changes';
import { type Finding, open, type Review } from './findings';
import { readable } from './readable';
import type { Severity } from './rules/rule';

/** The two states that are compared, as people know them. */
export interface Ends {
  readonly base: string;
  readonly head: string;
}

const titles: Record<Severity, string> = { danger: 'Danger', caution: 'Caution', note: 'Good to know' };

/** `1 danger, 2 cautions`, or that there is nothing. */
export function headline(review: Review): string {
  const count = (severity: Severity): string[] => {
    const number = open(review, severity).length;
    return number > 0 ? [`${number} ${severity}${number > 1 ? 's' : ''}`] : [];
  };
  const accepted = review.findings.filter(({ accepted }) => accepted).length;
  const parts = [
    ...count('danger'),
    ...count('caution'),
    ...count('note'),
    ...(accepted > 0 ? [`${accepted} accepted`] : []),
  ];
  if (review.changes.length === 0 && review.findings.length === 0) return 'nothing changes';
  return parts.length > 0 ? parts.join(', ') : 'nothing to look out for';
}

/** GitHub takes 65,536 characters in a comment. */
const commentLimit = 60_000;

/** All environments in one text without the properties line by line: the comment of a pull request. */
export function summary(reviews: readonly Review[], ends: Ends): string {
  const text = reviews.map((each) => brief(each, ends)).join('\n');
  const cut = '\n… cut here: the artefact has all of it.\n';
  return text.length > commentLimit ? text.slice(0, commentLimit - cut.length) + cut : text;
}

/** One environment as a reviewer reads it: what is dangerous, then what is touched, then every property. */
export const page = (review: Review, ends: Ends): string =>
  [brief(review, ends), ...details(review.changes)].join('\n');

function brief(review: Review, { base, head }: Ends): string {
  const title = `# ${review.environment}: ${headline(review)}\n`;
  if (review.changes.length === 0 && review.findings.length === 0) return title;
  return [
    title,
    `What deploying \`${head}\` instead of \`${base}\` does to AWS.\n`,
    ...(['danger', 'caution', 'note'] as const).flatMap((severity) => section(severity, open(review, severity))),
    ...acceptedSection(review.findings),
    ...resourceTable(review.changes),
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
const code = (text: string): string => `\`${text.replaceAll('`', "'")}\``;

/** By rule: what it means stands once, above its places. */
function section(severity: Severity, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  return [
    `## ${titles[severity]}\n`,
    ...rules.flatMap((rule) => [
      `**${rule.id}**: ${rule.effect} ([source](${rule.source.startsWith('http') ? rule.source : `../${rule.source}`}))\n`,
      // Notes fail nothing, so there is nothing to accept.
      severity === 'note'
        ? '| where | what changes |\n|---|---|'
        : '| where | what changes | to accept |\n|---|---|---|',
      ...findings
        .filter((finding) => finding.rule === rule)
        .map(
          ({ id, at, what }) =>
            `| ${cell(at.join('<br>'))} | ${cell(what)} |${severity === 'note' ? '' : ` ${code(id)} |`}`,
        ),
      '',
    ]),
  ];
}

function acceptedSection(findings: readonly Finding[]): string[] {
  const accepted = findings.filter((finding) => finding.accepted);
  if (accepted.length === 0) return [];
  return [
    '## Accepted\n',
    '| where | what changes | reason | id |',
    '|---|---|---|---|',
    ...accepted.map(
      ({ id, at, what, rule, accepted }) =>
        `| ${cell(at.join('<br>'))} | ${rule.severity}: ${cell(what)} | ${cell(accepted?.reason ?? '')} | ${code(id)} |`,
    ),
    '',
  ];
}

const order = ['replaced', 'removed', 'left behind', 'may be replaced', 'added', 'changed'];

const sorted = (changes: readonly Change[]): Change[] =>
  [...changes].sort(
    (one, other) => order.indexOf(one.action) - order.indexOf(other.action) || place(one).localeCompare(place(other)),
  );

function resourceTable(changes: readonly Change[]): string[] {
  if (changes.length === 0) return [];
  const count = (action: string): string[] => {
    const number = changes.filter((change) => change.action === action).length;
    return number > 0 ? [`${number} ${action}`] : [];
  };
  return [
    `## Resources: ${order.flatMap(count).join(', ')}\n`,
    '| | resource | type | by |',
    '|---|---|---|---|',
    ...sorted(changes).map(
      (change) =>
        `| ${change.action === 'changed' || change.action === 'added' ? change.action : `**${change.action}**`} | ${place(change)} | ${change.type.replace('AWS::', '')} | ${cell(change.properties.map(({ name }) => name).join(', '))} |`,
    ),
    '',
  ];
}

/** Every changed property, line by line, folded away. */
function details(changes: readonly Change[]): string[] {
  const changed = sorted(changes).filter(({ properties }) => properties.length > 0);
  return changed.flatMap((change) => [
    `<details><summary>${place(change)}</summary>\n`,
    '```diff',
    ...change.properties.flatMap((property) => [`  ${property.name}:`, ...lines(property)]),
    '```\n',
    '</details>\n',
  ]);
}

const longest = 200;

function lines({ before, after }: PropertyChange): string[] {
  const [old, now] = [before, after].map((value) =>
    value === undefined ? [] : JSON.stringify(readable(value), null, 2).split('\n'),
  ) as [string[], string[]];
  const result = difference(old, now);
  return result.length > longest
    ? [...result.slice(0, longest), `  … and ${result.length - longest} lines more: see review/`]
    : result;
}

/** What is common at both ends stays out, but for three lines of context. */
function difference(old: readonly string[], now: readonly string[]): string[] {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  return [
    ...old.slice(Math.max(0, start - 3), start).map((line) => `  ${line}`),
    ...old.slice(start, old.length - end).map((line) => `- ${line}`),
    ...now.slice(start, now.length - end).map((line) => `+ ${line}`),
    ...old.slice(old.length - end, old.length - end + 3).map((line) => `  ${line}`),
  ];
}
