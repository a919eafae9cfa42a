/** Whatever a document names runs somewhere: what nothing runs, rots. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { scripts } from '../../../package.json';
import { scenarios } from '../../../rehearsal/scenarios';
import { groups } from '../../../tools/help/groups';
import { commands } from '../../../tools/nightly/commands';
import { documentedLines, stale } from '../../../tools/nightly/documents';
import { parts } from '../../../tools/nightly/jobs';
import { documentedBlocks, root, tracked } from '../../../tools/shell/scripts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const ci = tracked('.ci').map(read).join('\n');
const check = read('tools/check.ts');
const nightly = Object.values(parts).flatMap((jobs) => jobs());

test('every npm script runs at night, or stands in the list with the place where it runs, or why it cannot', () => {
  expect(Object.keys(commands).sort()).toEqual(Object.keys(scripts).sort());
  for (const [name, { run, because }] of Object.entries(commands)) {
    expect([name, Boolean(run) !== Boolean(because)]).toEqual([name, true]);
    if (run) expect([name, run.includes(`npm run ${name}`) || ci.includes(`npm run ${name}`)]).toEqual([name, true]);
    const line = (scripts as Record<string, string>)[name]!.replace(/^tsx /, '');
    if (because === '.ci/run') expect(ci).toMatch(new RegExp(`npm (run )?${name}\\b`));
    if (because === 'npm run check') expect(check).toContain(line);
  }
});

test('npm run help names every script, in the order of package.json', () => {
  expect(Object.values(groups).flatMap((group) => Object.keys(group))).toEqual(Object.keys(scripts));
});

test('every scenario is rehearsed at night, and the fair day for each change', () => {
  for (const { name } of scenarios) expect(nightly.map(({ run }) => run)).toContain(`STRICT=1 .ci/rehearse ${name}`);
  expect(read('.ci/run')).toContain('.ci/rehearse fair-day');
});

test('every fuzz target and every Go module with tests runs at night', () => {
  const targets = tracked('*_test.go').flatMap((file) =>
    [...read(file).matchAll(/^func (Fuzz\w+)/gm)].map(([, name]) => name),
  );
  expect(targets.length).toBeGreaterThan(0);
  for (const target of targets) expect(nightly.some(({ run }) => run.includes(`-fuzz '^${target}$'`))).toBe(true);
  expect(parts.race?.().map(({ name }) => name)).toEqual(
    expect.arrayContaining(
      ['redaction', 'aggregates', 'environment'].map((name) => `lib/collector/distribution/${name}processor`),
    ),
  );
});

test('the workflows call what any machine can call', () => {
  const pullRequest = parse(read('.github/workflows/pull-request.yml'));
  expect(pullRequest.jobs.check.steps.map(({ run = '' }) => run).join('\n')).toMatch(/^sudo .* \.ci\/run$/m);
  const { strategy, steps } = parse(read('.github/workflows/nightly.yml')).jobs.long;
  expect([...strategy.matrix.part].sort()).toEqual(Object.keys(parts).sort());
  expect(steps.at(-1).run).toContain('.ci/nightly "$PART"');
});

test('what documents say to type is run as it stands, or says why not', () => {
  const lines = documentedLines();
  const typed = lines.filter(({ because }) => because === undefined);
  const names = typed.flatMap(({ run }) => [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name as string));
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
  expect(stale(lines)).toEqual([]);
});

/** Commands of others that documents show. */
const elsewhere: readonly (readonly [RegExp, string])[] = [
  [/^npm ci\b/, 'begins .ci/run'],
  [
    /^npx (harbourline(@VERSION)?|file:\S+\.tgz) /,
    'npm run examples: the commands of the package, in a repository of a firm',
  ],
  [/^npx cdk (diff|deploy|destroy|bootstrap|drift|synth)\b/, 'needs an account of AWS'],
];

test('every npm and npx command in the documents is a script that runs, or needs what is not here', () => {
  const unknown: string[] = [];
  for (const { at, text } of documentedBlocks()) {
    const lines = text.replace(/\\\n\s*/g, ' ').split('\n');
    for (const line of lines.flatMap((one) => one.replace(/\s#\s.*$/, '').split(/\s*&&\s*/))) {
      const command = line.trim();
      const [, name] = /^(?:sudo -E )?npm (?:run )?([\w:-]+)/.exec(command) ?? [];
      if (!/^(sudo -E )?(npm|npx)\b/.test(command)) continue;
      if (name && (name in commands || name === 'ci')) continue;
      if (!elsewhere.some(([pattern]) => pattern.test(command))) unknown.push(`${at}: ${command}`);
    }
  }
  expect(unknown).toEqual([]);
});
