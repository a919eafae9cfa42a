import { type Change, place } from './changes';
import { changedLines } from './difference';
import { type Finding, open, type Review } from './findings';
import { cell, code, row } from './markdown';
import { questions, type Severity } from './rules/rule';
import { tables } from './tables';

/** The two states that are compared, as people know them. */
export interface Ends {
  readonly base: string;
  readonly head: string;
}

const titles: Record<Severity, string> = { danger: 'Danger', caution: 'Caution', note: 'Good to know' };

/** `1 danger, 2 cautions, 1 of them unjudged`, or that there is nothing. */
export function headline(review: Review): string {
  const count = (severity: Severity): string[] => {
    const number = open(review, severity).length;
    return number > 0 ? [`${number} ${severity}${number > 1 ? 's' : ''}`] : [];
  };
  const unjudged = open(review, 'caution').filter(({ rule }) => rule.asks === 'unjudged').length;
  const accepted = review.findings.filter(({ accepted }) => accepted).length;
  const parts = [
    ...count('danger'),
    ...count('caution').map((text) => (unjudged > 0 ? `${text} (${unjudged} unjudged)` : text)),
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
  const overview = [
    '| | |',
    '|---|---|',
    ...reviews.map((each) => row([`**${each.environment}**`, headline(each)])),
    '',
  ].join('\n');
  const text = `${overview}\n${reviews.map((each) => brief(each, ends)).join('\n')}`;
  const cut = '\n… cut here: the artefact has all of it.\n';
  return text.length > commentLimit ? text.slice(0, commentLimit - cut.length) + cut : text;
}

/** One environment as a reviewer reads it: what is asked first, what is dangerous, what is touched, then every line. */
export const page = (review: Review, ends: Ends): string => [brief(review, ends), ...details(review)].join('\n');

function brief(review: Review, { base, head }: Ends): string {
  const title = `# ${review.environment}: ${headline(review)}\n`;
  if (review.changes.length === 0 && review.findings.length === 0) return title;
  return [
    title,
    `What deploying \`${head}\` instead of \`${base}\` does to AWS.\n`,
    ...askedFirst(review),
    ...(['danger', 'caution', 'note'] as const).flatMap((severity) => section(severity, open(review, severity))),
    ...acceptedSection(review.findings),
    ...tables(review),
    ...resourceTable(review.changes),
  ].join('\n');
}

/** Each question with its answer: no, or by how many findings, the gravest first. */
function askedFirst(review: Review): string[] {
  return [
    '| what reviewers ask first | |',
    '|---|---|',
    ...Object.entries(questions).map(([asks, question]) => {
      const of = (severity: Severity): string[] => {
        const ids = [
          ...new Set(
            open(review, severity)
              .filter(({ rule }) => rule.asks === asks)
              .map(({ rule }) => rule.id),
          ),
        ];
        return ids.map((id) => (severity === 'danger' ? `**${id}**` : id));
      };
      const [dangers, cautions, notes] = [of('danger'), of('caution'), of('note')];
      const answer = [
        ...(dangers.length > 0 ? [`**danger**: ${dangers.join(', ')}`] : []),
        ...(cautions.length > 0 ? [`caution: ${cautions.join(', ')}`] : []),
        ...(notes.length > 0 ? [`note: ${notes.join(', ')}`] : []),
      ];
      return row([question, answer.join('; ') || 'no']);
    }),
    '',
  ];
}

/** By rule: what it means stands once, above its places. */
function section(severity: Severity, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  return [
    `## ${titles[severity]}\n`,
    ...rules.flatMap((rule) => [
      `**${rule.id}**: ${rule.effect} (${rule.source.startsWith('http') ? `[source](${rule.source})` : rule.source})\n`,
      // Notes fail nothing, so there is nothing to accept.
      severity === 'note'
        ? '| where | what changes |\n|---|---|'
        : '| where | what changes | to accept |\n|---|---|---|',
      ...findings
        .filter((finding) => finding.rule === rule)
        .map(({ id, at, what }) => row([at.join('<br>'), what, ...(severity === 'note' ? [] : [code(id)])])),
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
    ...accepted.map(({ id, at, what, rule, accepted }) =>
      row([at.join('<br>'), `${rule.severity}: ${what}`, accepted?.reason ?? '', code(id)]),
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

/** Everything that changed, line by line, folded away: also what comes and goes as a whole. */
function details({ before, after, changes }: Review): string[] {
  return sorted(changes).flatMap((change) => {
    const lines = changedLines(change, before[change.stack]?.assets, after[change.stack]?.assets);
    // A fence that no text within can close.
    const fence = '`'.repeat(Math.max(3, ...[...lines.join('\n').matchAll(/`+/g)].map(([run]) => run.length + 1)));
    return lines.length > 0
      ? [`<details><summary>${place(change)}</summary>\n`, `${fence}diff`, ...lines, `${fence}\n`, '</details>\n']
      : [];
  });
}
