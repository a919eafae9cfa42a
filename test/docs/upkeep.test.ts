import { dirname } from 'node:path';
import { parse } from 'yaml';
import { read, tracked } from './mentions';

/** The update bot knows every folder whose pins somebody must raise. */
const { updates } = parse(read('.github/dependabot.yml')) as {
  updates: { 'package-ecosystem': string; directory?: string; directories?: string[] }[];
};
const watched = (ecosystem: string): string[] =>
  updates
    .filter((update) => update['package-ecosystem'] === ecosystem)
    .flatMap(({ directory, directories }) => directories ?? [directory ?? ''])
    .map((folder) => folder.replace(/^\//, ''));
const foldersOf = (pattern: RegExp): string[] => [
  ...new Set(tracked.filter((file) => pattern.test(file)).map((file) => dirname(file))),
];

test.each([
  // The distribution's own processors take their versions from it.
  ['gomod', foldersOf(/go\.mod$/).filter((folder) => !/^lib\/collector\/distribution\/./.test(folder))],
  ['pip', foldersOf(/(?:requirements[\w-]*\.in|harbourline-otel\/pyproject\.toml)$/)],
  ['maven', foldersOf(/pom\.xml$/)],
])('%s', (ecosystem, folders) => {
  expect(watched(ecosystem).sort()).toEqual(folders.sort());
});
