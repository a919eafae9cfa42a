import { type Change, type Comparison, place, short } from '../changes';
import { machineText, type Texts, textsOf } from '../machine-texts';
import { isMap, isRecord } from '../values';
import { type Hit, onChanges, type ReviewRule } from './rule';

/** A text that is other than before, of whatever machine. */
export interface Differing {
  readonly at: string;
  readonly name: string;
  readonly kind: 'collector' | 'settings' | 'root';
  readonly before: string;
  readonly after: string;
  readonly of: readonly string[];
}

function textsIn({ before, after }: Comparison, change: Change): [Texts, Texts] {
  return [textsOf(change.before, before[change.stack]?.assets), textsOf(change.after, after[change.stack]?.assets)];
}

/** Every text of a machine that comes, goes or differs. A machine that is new is judged as a whole, elsewhere. */
export const differing = (comparison: Comparison): Differing[] =>
  comparison.changes.flatMap((change) => [...ofResource(comparison, change), ...ofProgram(change)]);

/** Written otherwise, though each text of it is what it was: packages in another order. */
const reordered = (comparison: Comparison): Hit[] =>
  comparison.changes
    .filter(({ before, after }) => before && after)
    .flatMap((change) => {
      const pattern = machineText[change.type];
      const plain = (value: unknown): boolean =>
        isRecord(value) && Object.keys(value).length === 1 && typeof value['Fn::Base64'] === 'string';
      const of = change.parts
        .filter(({ path, before, after }) => pattern?.test(path) && plain(before) && plain(after))
        .map(({ path }) => path);
      if (of.length === 0) return [];
      const [old, now] = textsIn(comparison, change);
      return JSON.stringify(Object.entries(old).sort()) === JSON.stringify(Object.entries(now).sort())
        ? [{ at: place(change), what: 'the same files, packages and commands, written otherwise', of }]
        : [];
    });

function ofResource(comparison: Comparison, change: Change): Differing[] {
  const pattern = machineText[change.type];
  if (!pattern || !change.after) return [];
  const [old, now] = textsIn(comparison, change);
  const of = change.parts.map(({ path }) => path).filter((path) => path === '' || pattern.test(path));
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((name): Differing[] => {
    const [before, after] = [old[name]?.text ?? '', now[name]?.text ?? ''];
    if (before === after) return [];
    return [{ at: place(change), name, kind: now[name]?.kind ?? old[name]?.kind ?? 'root', before, after, of }];
  });
}

/** Scripts and units that machines fetch. */
function ofProgram({ type, before, after, ...change }: Change): Differing[] {
  if (type !== 'Harbourline::Program') return [];
  const [old, now] = [before?.Properties?.Files ?? {}, after?.Properties?.Files ?? {}].filter(isRecord);
  if (!isMap(old) || !isMap(now)) return [];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => /\.(sh|bash|service|timer|socket|path|conf|env|ps1|rules)$/.test(name) && old[name] !== now[name])
    .map((name) => ({
      at: `${change.stack}/${change.id}`,
      name,
      kind: 'root',
      before: old[name] ?? '',
      after: now[name] ?? '',
      of: change.parts
        .map(({ path }) => path)
        .filter((path) => path === '' || path.startsWith(`Properties.Files.${name}`)),
    }));
}

const trimmed = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Variables of ordinary names and values: they tell the machine's own programs something, and run nothing. */
const setting = /^export( [A-Z][A-Z0-9_]*=[\w.,:/@«»{}|*+()^$?\\ -]*)+$/;
const dangerousName =
  /\b(PATH|LD_\w+|BASH_ENV|ENV|IFS|PS4|PROMPT_COMMAND|\w*PROXY|NODE_OPTIONS|PYTHON\w*|GODEBUG|SHELLOPTS)=/;
/** Where something is fetched from is no setting. */
const isSetting = (line: string): boolean =>
  setting.test(line) && !dangerousName.test(line) && !/\$\(|`|:\/\//.test(line);
const isVariable = (line: string): boolean => /^[A-Z][A-Z0-9_]*=/.test(line) && !dangerousName.test(line);

/** What no machine reads: a comment that is no first line of a script and takes nothing in. */
const isComment = (line: string): boolean => /^#(?!!|include)/.test(line);

/** The lines that are new, and those that are gone. */
function lineChanges({ before, after, kind }: Differing): { settings: string[]; others: string[]; moved: boolean } {
  const [old, now] = [before, after].map((text) => trimmed(text).filter((line) => !isComment(line))) as [
    string[],
    string[],
  ];
  const changed = [
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
  ];
  const isHarmless = (line: string): boolean =>
    isSetting(line.slice(2)) || (kind === 'settings' && isVariable(line.slice(2)));
  return {
    settings: changed.filter(isHarmless),
    others: changed.filter((line) => !isHarmless(line)),
    moved: changed.length === 0 && old.join('\n') !== now.join('\n'),
  };
}

const shown = (list: readonly string[]): string =>
  list
    .slice(0, 6)
    .map((line) => `“${line.length > 200 ? `${line.slice(0, 199)}…` : line}”`)
    .join('; ') + (list.length > 6 ? `; and ${list.length - 6} lines more` : '');

const ssm = 'https://docs.aws.amazon.com/systems-manager/latest/userguide/state-manager-associations.html';

const percent = (value: unknown): number => Number.parseFloat(`${value ?? '100'}`);

export const machineRules: readonly ReviewRule[] = [
  {
    id: 'runs-as-root',
    severity: 'danger',
    asks: 'root',
    effect:
      'Commands, packages, units or scripts of machines: they run as root, on every one of them, at the next roll-out.',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html',
    find: (comparison) => [
      ...differing(comparison)
        .filter(({ kind }) => kind !== 'collector')
        .flatMap((text): Hit[] => {
          const { others, moved } = lineChanges(text);
          if (others.length > 0) return [{ at: text.at, what: `${text.name}: ${shown(others)}`, of: text.of }];
          return moved ? [{ at: text.at, what: `${text.name}: the same lines in another order`, of: text.of }] : [];
        }),
      ...onChanges(/./, ({ parts }) =>
        parts
          .filter(({ path }) => path.startsWith('Metadata.AWS::CloudFormation::Init'))
          .map(({ path, after }) => ({ what: `${path}: ${short(after)}`, of: [path] })),
      )(comparison),
    ],
  },
  {
    id: 'machine-settings',
    severity: 'caution',
    asks: 'root',
    effect: 'The settings of programs on a machine: where to send, how much to hold, what to let through.',
    source: 'https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=',
    find: (comparison) =>
      differing(comparison)
        .filter(({ kind }) => kind !== 'collector')
        .flatMap((text) => {
          const { settings } = lineChanges(text);
          return settings.length > 0 ? [{ at: text.at, what: `${text.name}: ${shown(settings)}`, of: text.of }] : [];
        }),
  },
  {
    id: 'machine-sends',
    severity: 'danger',
    asks: 'leaves',
    effect: 'A program on machines sends to, or fetches from, another address.',
    source: 'https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=',
    find: (comparison) =>
      differing(comparison)
        .filter(({ kind }) => kind === 'settings')
        .flatMap((text) => {
          const sends = lineChanges(text).settings.filter((line) => /^\+ .*:\/\//.test(line));
          return sends.length > 0 ? [{ at: text.at, what: `${text.name}: ${shown(sends)}`, of: text.of }] : [];
        }),
  },
  {
    id: 'machine-comments',
    severity: 'note',
    asks: 'root',
    effect: 'Comments, blank lines or an order without meaning in files of machines. They roll out all the same.',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html',
    find: (comparison) => [
      ...reordered(comparison),
      ...differing(comparison)
        .filter(({ kind }) => kind !== 'collector')
        .flatMap((text) => {
          const { settings, others, moved } = lineChanges(text);
          return settings.length + others.length === 0 && !moved
            ? [{ at: text.at, what: `${text.name}: comments or blank lines`, of: text.of }]
            : [];
        }),
    ],
  },
  {
    id: 'machine-image',
    severity: 'caution',
    asks: 'root',
    effect:
      'Another operating system image: all that runs, with whatever its maker put in. Look up who made it, and test it elsewhere first.',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIs.html',
    find: onChanges(/^AWS::(EC2|AutoScaling|ImageBuilder|ECS|Batch)::/, ({ parts }) =>
      parts
        .filter(({ path }) => /\.(ImageId|Image|ParentImage|ContainerDefinitions\.\d+\.Image)$/.test(path))
        .map(({ path, before, after }) => ({ what: `image: ${short(before)} → ${short(after)}`, of: [path] })),
    ),
  },
  {
    id: 'machine-guard',
    severity: 'caution',
    asks: 'guarded',
    effect:
      'Who on a machine, or behind it, can ask for its credentials, or log in. One hop is the machine itself; containers and proxies are further.',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html',
    find: onChanges(/^AWS::EC2::(LaunchTemplate|Instance)$/, ({ parts }) =>
      parts
        .filter(({ path }) =>
          /\.(MetadataOptions(\.(?!HttpTokens)\w+)?|KeyName|Monitoring|EnclaveOptions|InstanceInitiatedShutdownBehavior)\b/.test(
            path,
          ),
        )
        .map(({ path, before, after }) => ({
          what: `${path.replace(/^Properties\.(LaunchTemplateData\.)?/, '')}: ${short(before)} → ${short(after)}`,
          of: [path],
        })),
    ),
  },
  {
    id: 'roll-out-faster',
    severity: 'caution',
    asks: 'root',
    effect: 'A mistake reaches more machines before anybody can stop it.',
    source: ssm,
    find: onChanges(/^AWS::(SSM::Association|AutoScaling::AutoScalingGroup)$/, ({ parts }) =>
      parts
        .filter(({ path }) => /^(Properties\.(MaxConcurrency|MaxErrors)$|UpdatePolicy\b|CreationPolicy\b)/.test(path))
        .filter(({ path, before, after }) => !/Max(Concurrency|Errors)$/.test(path) || percent(after) > percent(before))
        .map(({ path, before, after }) => ({
          what: `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
          of: [path],
        })),
    ),
  },
  {
    id: 'roll-out-slower',
    severity: 'note',
    asks: 'works',
    effect: 'A change reaches the machines later.',
    source: ssm,
    find: onChanges(/^AWS::SSM::Association$/, ({ parts }) =>
      parts
        .filter(({ path, before, after }) => /Max(Concurrency|Errors)$/.test(path) && percent(after) <= percent(before))
        .map(({ path, before, after }) => ({
          what: `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
          of: [path],
        })),
    ),
  },
  {
    id: 'runs-elsewhere',
    severity: 'danger',
    asks: 'root',
    effect: 'A document that runs as root is run on other machines, with other parameters, or another document is.',
    source: ssm,
    find: onChanges(/^AWS::SSM::(Association|Document|MaintenanceWindow\w*)$/, ({ type, parts }) =>
      parts
        .filter(({ path }) => /^Properties\.(Targets|Name|DocumentVersion|Parameters|InstanceId|Content)\b/.test(path))
        .filter(({ path }) => !machineText[type]?.test(path) && !/\.description$/.test(path))
        .map(({ path, before, after }) => ({
          what: `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
          of: [path],
        })),
    ),
  },
];
