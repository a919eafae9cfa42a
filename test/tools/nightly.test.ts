import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { scripts } from '../../package.json';
import { documentedLines, stale } from '../../tools/nightly/documents';
import { parts } from '../../tools/nightly/jobs';

test('each part has its job in the workflow', () => {
  const workflow = readFileSync(join(__dirname, '..', '..', '.github', 'workflows', 'nightly.yml'), 'utf8');
  const jobs: { strategy?: { matrix?: { part?: string[] } } }[] = Object.values(parse(workflow).jobs);
  expect(jobs.flatMap(({ strategy }) => strategy?.matrix?.part ?? []).sort()).toEqual(Object.keys(parts).sort());
});

test('what documents say to type is run as it stands, or says why not', () => {
  const typed = documentedLines().filter(({ because }) => because === undefined);
  const names = typed.flatMap(({ run }) => [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name as string));
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
  expect(stale()).toEqual([]);
});
