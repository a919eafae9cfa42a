import { type Comparison, place, short } from '../changes';
import { onChanges, type ReviewRule } from './rule';

const owners =
  'https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners';

const isAccepted = (id: string): boolean => id === 'review/accepted.yaml';
const isCredentialed = (id: string): boolean =>
  /^(\.github|\.ci|deployment)\//.test(id) || id === 'package.json' || id === '.npmrc';

/** Lines that give a workflow more, or let it be started by strangers. */
const grave =
  /pull_request_target|workflow_run|(contents|id-token|actions|packages|deployments|pull-requests|checks|statuses):\s*write|permissions:\s*write-all|secrets\.|\$\{\{\s*github\.event\.(issue|pull_request|comment|head_commit)|continue-on-error|role-to-assume|ROLE_TO|--ignore-findings|"(pre|post)?(install|prepare|pack)":|curl |wget |environment:|\buses:\s*(?!\.\/)[^@\s]+(?!@[0-9a-f]{40}\b)@|\bnpm (ci|i|install)\b(?!.*--ignore-scripts)|\bregistry"?\s*[=:]|ignore-scripts\s*=\s*false/;

/** Lines by which a deployment waits for somebody, or for the right commit, change set or files. */
const holding =
  /^environment:|\bif:.*github\.(ref|event)|GITHUB_REF|sha256sum --check|persist-credentials: false|^needs:/;

/** Of a package: neither of npm nor of the folder itself, or with a script. */
const strange = / from (?!nowhere)|runs a script/;

const newLines = (before: unknown, after: unknown): string[] => {
  const known = new Set(`${before ?? ''}`.split('\n').map((line) => line.trim()));
  return `${after ?? ''}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !known.has(line));
};

/** Lines that stand fewer times than before. */
function fewer(before: unknown, after: unknown): string[] {
  const trimmed = (text: unknown): string[] =>
    `${text ?? ''}`.split('\n').map((line) => line.trim().replace(/^- /, ''));
  const [old, now] = [trimmed(before), trimmed(after)];
  const times = (list: readonly string[], line: string): number => list.filter((each) => each === line).length;
  return [...new Set(old)].filter((line) => times(now, line) < times(old, line));
}

const files =
  (sentence: (id: string, before: unknown, after: unknown) => string | undefined) =>
  ({ changes }: Comparison) =>
    changes
      .filter(({ type }) => type === 'Harbourline::Judge')
      .flatMap((change) => {
        const what = sentence(change.id, change.before?.Properties?.Text, change.after?.Properties?.Text);
        return what ? [{ at: place(change), what, of: change.parts.map(({ path }) => path) }] : [];
      });

export const judgeRules: readonly ReviewRule[] = [
  {
    id: 'workflow-may-more',
    severity: 'danger',
    asks: 'judge',
    effect:
      'A workflow gets permissions, secrets or a role, is started by others, or runs what it fetches: it is where credentials are.',
    source: 'https://docs.github.com/en/actions/reference/security/secure-use',
    find: files((id, before, after) => {
      if (!isCredentialed(id)) return undefined;
      const quoted = (lines: readonly string[]): string => short(lines.map((line) => `“${line}”`).join('; '));
      const come = newLines(before, after).filter((line) => grave.test(line));
      // A file that goes does nothing any more.
      const gone = after === undefined ? [] : fewer(before, after).filter((line) => holding.test(line));
      const said = [
        ...(come.length > 0 ? [`new: ${quoted(come)}`] : []),
        ...(gone.length > 0 ? [`no longer: ${quoted(gone)}`] : []),
      ];
      return said.join('; ') || undefined;
    }),
  },
  {
    id: 'judge-changes',
    severity: 'caution',
    asks: 'judge',
    effect:
      'What judges changes, or runs where credentials are, changes with this change. The rules of the base judged it; a code owner decides.',
    source: owners,
    find: files((id, before, after) =>
      isAccepted(id)
        ? undefined
        : `${before === undefined ? 'is added' : after === undefined ? 'is removed' : 'is changed'}`,
    ),
  },
  {
    id: 'accepted-changes',
    severity: 'caution',
    asks: 'judge',
    effect: 'Findings are accepted, or no longer. They count for the changes that come after this one is merged.',
    source: owners,
    find: files((id, before, after) =>
      isAccepted(id)
        ? short(
            newLines(before, after)
              .filter((line) => !line.startsWith('#'))
              .join('; '),
          ) || 'fewer are accepted'
        : undefined,
    ),
  },
  {
    id: 'rules-of-the-change',
    severity: 'caution',
    asks: 'judge',
    effect: 'The base has no rules that could be asked: those that the change brings along have judged it.',
    source: owners,
    find: onChanges(/^Harbourline::Rules$/, ({ parts }) =>
      parts.map(({ path }) => ({ what: 'judged by its own rules', of: [path] })),
    ),
  },
  {
    id: 'packages-from-elsewhere',
    severity: 'danger',
    asks: 'judge',
    effect:
      'A package of another place than before, or one that runs a script when it is installed: beside whatever credentials are there.',
    source: 'https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json',
    find: onChanges(/^Harbourline::Packages$/, ({ parts }) =>
      parts
        .filter(({ before, after }) => strange.test(`${after ?? ''}`) && !strange.test(`${before ?? ''}`))
        .map(({ path, before, after }) => ({
          what: `${path.replace('Properties.Packages.', '').replaceAll('․', '.')}: ${short(before)} → ${short(after)}`,
          of: [path],
        })),
    ),
  },
  {
    id: 'packages-change',
    severity: 'caution',
    asks: 'judge',
    effect: 'Packages from others, which run at synth and are bundled into what is deployed.',
    source: 'https://docs.npmjs.com/cli/v11/commands/npm-audit',
    find: onChanges(/^Harbourline::Packages$/, ({ parts }) =>
      parts.map(({ path, before, after }) => ({
        what: `${path.replace('Properties.Packages.', '').replaceAll('․', '.')}: ${short(before)} → ${short(after)}`,
        of: [path],
      })),
    ),
  },
  {
    id: 'deployed-unseen',
    severity: 'danger',
    asks: 'judge',
    effect:
      'A macro, an included file, a nested template or a condition that is settled elsewhere: what is deployed is not what these templates say.',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros.html',
    find: ({ changes }) =>
      changes.flatMap((change) => {
        const { type, after, parts } = change;
        if (!after) return [];
        if (type === 'Template::Transform' || /^AWS::CloudFormation::(Stack|StackSet|Macro)$/.test(type))
          return [{ at: place(change), what: `${type} is ${change.action}`, of: parts.map(({ path }) => path) }];
        return parts
          .filter(
            ({ path, after: now }) =>
              now !== undefined && (path === 'Condition' || JSON.stringify(now).includes('"Fn::Transform"')),
          )
          .map(({ path, before, after: now }) => ({
            at: place(change),
            what: `${path}: ${short(before)} → ${short(now)}`,
            of: [path],
          }));
      }),
  },
];
