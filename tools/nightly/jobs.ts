/** What runs every night: what takes too long for each change, and every command that a document names, small. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { scenarios } from '../../rehearsal/scenarios';
import { root, tracked } from '../shell/scripts';
import { commands } from './commands';
import { documentedLines } from './documents';

/** One command line, run by bash at the root of the repository. */
export interface Job {
  readonly name: string;
  readonly run: string;
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Seconds that each fuzz target runs. */
const fuzzSeconds = 60;

/** Folders of Go modules that have tests. */
const goModules = (): string[] => [
  ...new Set(
    tracked('*_test.go').map((file) => {
      const modules = tracked('*go.mod').map(dirname);
      return modules.filter((folder) => file.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length)[0] ?? '.';
    }),
  ),
];

const fuzzTargets = (): Job[] =>
  tracked('*_test.go').flatMap((file) =>
    [...read(file).matchAll(/^func (Fuzz\w+)\(/gm)].map(([, target]) => ({
      name: `${dirname(file)} ${target}`,
      run: `cd ${dirname(file)} && go test -run '^$' -fuzz '^${target}$' -fuzztime ${fuzzSeconds}s .`,
    })),
  );

/** The parts, each a job of the workflow. */
export const parts: Readonly<Record<string, () => Job[]>> = {
  scenarios: () => scenarios.map(({ name }) => ({ name, run: `STRICT=1 .ci/rehearse ${name}` })),
  race: () => goModules().map((folder) => ({ name: folder, run: `cd ${folder} && go test -race ./...` })),
  fuzz: fuzzTargets,
  python: () => [
    { name: 'all tests on the oldest OpenTelemetry', run: 'npm test -- python/harbourline-otel --oldest' },
  ],
  mutate: () => [{ name: 'all areas', run: 'npm run mutate' }],
  commands: () => Object.entries(commands).flatMap(([name, { run }]) => (run ? [{ name, run }] : [])),
  documents: () =>
    documentedLines().flatMap(({ page, run, because }) => (because ? [] : [{ name: `${page}: ${run}`, run }])),
};
