import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { met } from '../../tools/refusals/commands';
import { examples, inChinese, problemsOf, withoutChinese } from '../../tools/refusals/refusals';
import { found, foundInSources } from '../../tools/refusals/sources';

const root = join(__dirname, '..', '..');
/** What stands in the source of the configuration and of commands. */
const sources = foundInSources();
const codes = Object.values(sources).flatMap((found) => found.codes);
const withExample = [...Object.keys(examples), ...Object.keys(met)];

/** Errors that are no refusals: what a run, a deployment or another program came to, and what only a mistake of ours would bring about. */
const folders = ['judges', 'lib', 'rehearsal/deploy', 'rehearsal/judge', 'rehearsal/scenarios', 'rehearsal/stage'];
const failures = [
  'harness/collectors.ts: The configuration of … uses …, which nothing sets.',
  'harness/opensearch-node/node.ts: The users of the node must include …, which stands for the IAM master.',
  'harness/opensearch-node/node.ts: no answer within 10 s',
  'harness/opensearch-node/prepare.ts: OpenSearch for the rehearsal could not be prepared.',
  'harness/process.ts: … ….',
  'harness/process.ts: it ended before it was ready (…)',
  'harness/python/environment.ts: The Python packages could not be installed.',
  'harness/run.ts: …',
  'rehearsal/main.ts: Interrupted: everything was stopped, nothing was judged.',
  'tools/agent/make-package.ts: nfpm said: …',
  'tools/calls/calls.ts: … asks for no secret: what its instances get at their start has changed.',
  'tools/calls/calls.ts: … fetches nothing: what its instances get at their start has changed.',
  'tools/calls/world.ts: … has no … at ….',
  'tools/cost/estimate.ts: What do these cost? …: write them into tools/cost/resources.ts, as priced, paid by use, or free.',
  'tools/cost/estimate.ts: prices.yaml › …: write it per …, not ….',
  'tools/cost/fetch.ts: tools/cost/fetch.ts does not know how to ask for ….',
  'tools/cost/fetch.ts: …: …. Asked: …',
  'tools/cost/main.ts: Prices are of one region, and these environments are in …: name one with --env.',
  'tools/preflight/checks/mainland.ts: config/….ts has no link.analysis: there is nothing to deploy there.',
  'tools/preflight/checks/other-accounts.ts: … is no stage of a client.',
  'tools/python/node.ts: There is no environment of production.',
  'tools/review/synthesise.ts: Nothing in lib exports ….',
  'tools/scale/main.ts: docs/… is not what npm run scale makes: run npm run scale -- --write and commit.',
  'tools/size/plan.ts: docs/performance.md has no figure for …: npm run bench:collect',
  'tools/smoke/trace.ts: no answer within 10 seconds',
  'tools/smoke/trace.ts: the gateways answer …',
  'tools/templates/findings.ts: … could not run.',
];

test('each code names one refusal, and has an example', () => {
  expect(new Set(codes).size).toBe(codes.length);
  expect([...withExample].sort()).toEqual([...codes].sort());
});

test('an error that a user of a command meets has a code', () => {
  const errors = Object.entries(sources)
    .filter(([file]) => !folders.some((folder) => file.startsWith(`${folder}/`)))
    .flatMap(([file, found]) => found.errors.map((error) => `${file}: ${error.split('\n')[0]}`));
  expect(errors.sort()).toEqual([...failures].sort());
});

test('an error without a code is found, as is one that is thrown later', () => {
  const source =
    "const late = () => new Error(`no ${what}`);\nif (a) throw refused('HL-SIZE-999', `${b} is ` + 'wrong');";
  expect(found(source)).toEqual({
    codes: ['HL-SIZE-999'],
    messages: { 'HL-SIZE-999': '… is wrong' },
    errors: ['no …'],
  });
});

test.each(Object.entries(examples))('the example of %s gets it', (code, example) => {
  expect(problemsOf(example).map((problem) => problem.code)).toContain(code);
});

test('each code says in Chinese what is wrong and how to fix it: tools/refusals/zh.yaml', () => {
  expect(withoutChinese()).toEqual([]);
  expect(Object.keys(inChinese).filter((code) => !withExample.includes(code))).toEqual([]);
  expect(Object.entries(inChinese).filter(([, text]) => !/\p{Script=Han}.*。$/u.test(text))).toEqual([]);
});

describe.each(['docs/errors.md', 'zh/docs/errors.md'])('%s', (file) => {
  test('has each code once', () => {
    const text = readFileSync(join(root, file), 'utf8');
    expect([...text.matchAll(/^### (.+)$/gm)].map(([, code]) => code).sort()).toEqual([...codes].sort());
  });
});
