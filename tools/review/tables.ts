/** What is easier to judge side by side than as sentences: flows, rights in the store, keys of redaction, alarms. */
import type { Comparison } from './changes';
import { short } from './changes';
import { configurationParts, keysOf } from './collector-config';
import { row } from './markdown';
import { alarmTable } from './rules/alarms';
import { flowTable } from './rules/flows';
import { differing } from './rules/machines';
import { fileChanges } from './rules/programs';
import { documentChanges } from './rules/store-rights';

const table = (title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0 ? [] : [`## ${title}\n`, row(head), `|${head.map(() => '---|').join('')}`, ...rows.map(row), ''];

const mark = (before: boolean, after: boolean): string => (before && after ? '' : after ? '➕' : '➖');

export const tables = (comparison: Comparison): string[] => [
  ...table(
    'Flows across the border',
    ['', 'from', 'to', 'TCP port', 'owner', 'ticket', 'until'],
    flowTable(comparison),
  ),
  ...table(
    'What the far end is handed',
    ['file', 'added', 'removed'],
    fileChanges(comparison, 'Harbourline::FarEnd').map(({ name, came, went }) => [
      name,
      came.map((line) => line.trim()).join('<br>'),
      went.map((line) => line.trim()).join('<br>'),
    ]),
  ),
  ...table('Rights in the store', ['', 'document', 'right, or what limits it'], rights(comparison)),
  ...table('Keys of redaction', ['', 'where', 'list', 'key'], redactionKeys(comparison)),
  ...table('Alarms', ['alarm', 'setting', 'before', 'after'], alarmTable(comparison)),
];

function rights({ changes }: Comparison): string[][] {
  return documentChanges(changes).flatMap(({ id, old, now }) =>
    (['allowed', 'limits'] as const).flatMap((kind) => {
      const [before, after] = [old?.[kind] ?? [], now?.[kind] ?? []];
      return [...new Set([...before, ...after])]
        .filter((right) => before.includes(right) !== after.includes(right))
        .map((right) => [mark(before.includes(right), after.includes(right)), id, right]);
    }),
  );
}

function redactionKeys(comparison: Comparison): string[][] {
  return differing(comparison)
    .filter(({ kind }) => kind === 'collector')
    .flatMap(({ at, name, before, after }) =>
      configurationParts(before, after)
        .filter(({ path }) => /_keys\b|\.values\./.test(path) && /redact/.test(path))
        .flatMap((part) => {
          const [old, now] = [keysOf(part.before), keysOf(part.after)];
          return [...new Set([...old, ...now])]
            .filter((key) => old.includes(key) !== now.includes(key))
            .map((key) => [
              mark(old.includes(key), now.includes(key)),
              `${at} ${name}`,
              part.path.split('.').slice(2).join('.'),
              short(key),
            ]);
        }),
    );
}
