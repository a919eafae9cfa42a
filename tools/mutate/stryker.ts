/** Runs Stryker over an area. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../shell/scripts';
import type { Area } from './areas';

/** A change that no test noticed. */
interface Survivor {
  readonly at: string;
  readonly change: string;
}

export interface Score {
  readonly folder: string;
  readonly noticed: number;
  readonly all: number;
  readonly survivors: readonly Survivor[];
}

interface Report {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string;
        readonly mutants: readonly {
          readonly status: string;
          readonly mutatorName: string;
          readonly replacement?: string;
          readonly location: { readonly start: { readonly line: number } };
        }[];
      }
    >
  >;
}

/** Scores by folder. Mutants that do not compile or change only what TypeScript sees are no mutants. */
function scores({ files }: Report): Score[] {
  const folders = new Map<string, { noticed: number; all: number; survivors: Survivor[] }>();
  for (const [file, { mutants }] of Object.entries(files)) {
    const folder = folders.get(dirname(file)) ?? { noticed: 0, all: 0, survivors: [] };
    folders.set(dirname(file), folder);
    for (const { status, mutatorName, replacement, location } of mutants) {
      if (!['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status)) continue;
      folder.all++;
      if (status === 'Killed' || status === 'Timeout') folder.noticed++;
      else
        folder.survivors.push({
          at: `${file}:${location.start.line}`,
          change: `${mutatorName}${status === 'NoCoverage' ? ', runs in no test' : ''}: ${(replacement ?? '').split('\n')[0]?.slice(0, 100)}`,
        });
    }
  }
  return [...folders].map(([folder, counts]) => ({ folder, ...counts }));
}

/** @param files only these of the area's code. @default all of it */
export function mutate(area: Area, files: readonly string[] = area.code): Score[] {
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-mutate-'));
  const report = join(folder, 'report.json');
  const configuration = {
    // Its own rewriting of tsconfig.json calls an API that TypeScript 7 no longer has.
    tsconfigFile: 'none.json',
    testRunner: 'mocha',
    plugins: ['@stryker-mutator/mocha-runner'],
    testRunnerNodeArgs: ['--import', 'tsx'],
    mochaOptions: { require: ['tools/mutate/jest-in-mocha.ts'], spec: area.tests },
    coverageAnalysis: 'perTest',
    concurrency: availableParallelism(),
    // Beyond one and a half times what the unbroken tests take: most of a run went by in waiting for tests that hang.
    timeoutMS: 10_000,
    reporters: ['progress-append-only', 'clear-text', 'json'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
    jsonReporter: { fileName: report },
    tempDirName: join(folder, 'sandbox'),
    // Of the texts only those matter that somebody reads by program; messages are the business of other tests.
    mutator: { excludedMutations: ['StringLiteral'] },
    ignorePatterns: ['docs/images', 'cdk.out', 'far-end', '**/dist'],
    mutate: files,
  };
  const file = join(folder, 'stryker.json');
  writeFileSync(file, JSON.stringify(configuration));
  try {
    const { status } = spawnSync('npx', ['stryker', 'run', file], { cwd: root, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error(`Stryker ended with ${status}.`);
    return scores(JSON.parse(readFileSync(report, 'utf8')) as Report);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
