/** `npx harbourline init`: see `--help`. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Coded, coded, Refusal } from '../../config/refused';
import { command } from '../command';
import { askAll, terminal } from './ask';
import { filesOf } from './files';
import { fileOf, flagOf, inputOf, problemsOf } from './input';
import { type Answers, settings, type Whole } from './settings';
import { ownSource, tarballSource } from './source';

const width = Math.max(...settings.map(({ flag }) => flag.length)) + ' NAME=VALUE'.length + 2;
const help = `Writes a repository of your own that deploys Harbourline: configuration, allow-lists, workflows, README.

npx harbourline init FOLDER --environments dev,prod [options]
  --environments NAMES    by commas
  --production NAMES      those held to the rules of production (default: prod)
  --team NAME             who owns the repository and the allow-list's first lines, without spaces
  --repository-url URL    where the repository is read in a browser; needed in production
  --package FILE          tarball of Harbourline (default: where this command came from)
  --no-install            does not write package-lock.json, which asks the registry
  --help                  this text

For each environment NAME; without NAME= for all of them, where that makes sense. What is left out is asked in a terminal:
${settings.map(({ flag, question, list, without }) => `  --${`${flag} NAME=VALUE`.padEnd(width)}${question}${list ? ', by commas' : ''}${without ? ` (default: ${without})` : ''}`).join('\n')}

All of it is judged by the rules of every synthesis before a file is written. Nothing is overwritten.
`;

/** @throws Error that lists every wrong option */
function parse(): { folder: string; whole: Whole; answers: Map<string, Answers>; tarball?: string; install: boolean } {
  const parsed = parseArgs({
    allowPositionals: true,
    options: {
      environments: { type: 'string' },
      production: { type: 'string' },
      team: { type: 'string' },
      'repository-url': { type: 'string' },
      package: { type: 'string' },
      'no-install': { type: 'boolean', default: false },
      ...Object.fromEntries(settings.map(({ flag }) => [flag, { type: 'string', multiple: true } as const])),
    },
  });
  const { positionals } = parsed;
  const values: Readonly<Record<string, string | boolean | string[] | undefined>> = parsed.values;
  const problems: Coded[] = [];
  const [folder = '', ...more] = positionals;
  if (folder === '')
    problems.push(coded('HL-INIT-002', 'FOLDER is missing: where is the repository to be? Name a new folder.'));
  if (more.length > 0) problems.push(coded('HL-INIT-003', `One repository at a time: leave ${more.join(' ')} out.`));
  if (existsSync(folder) && readdirSync(folder).some((name) => name !== '.git')) {
    problems.push(coded('HL-INIT-004', `${folder} is not empty, and nothing is overwritten: name a new folder.`));
  }
  const names = (text: string | undefined): string[] => (text ? text.split(',').map((name) => name.trim()) : []);
  const environments = names(values.environments as string | undefined);
  if (environments.length === 0)
    problems.push(coded('HL-INIT-005', '--environments is missing: name one or more, such as dev,prod.'));
  const twice = environments.filter((name, index) => environments.indexOf(name) !== index);
  if (twice.length > 0)
    problems.push(coded('HL-INIT-006', `--environments ${twice.join(', ')}: named twice. Name each once.`));
  const production =
    values.production === undefined
      ? environments.filter((name) => name === 'prod')
      : names(values.production as string);
  const unknown = production.filter((name) => !environments.includes(name));
  if (unknown.length > 0)
    problems.push(
      coded(
        'HL-INIT-007',
        `--production ${unknown.join(', ')}: not among --environments. Add it there, or leave it out here.`,
      ),
    );
  const team = (values.team as string | undefined) ?? 'platform';
  if (/\s/.test(team))
    problems.push(
      coded('HL-INIT-008', `--team ${team}: a name in CODEOWNERS has no spaces. Write it as in @example/platform.`),
    );

  const answers = new Map<string, Answers>(environments.map((name) => [name, {}]));
  for (const { flag } of settings) {
    for (const text of (values[flag] as string[] | undefined) ?? []) {
      const [, named, value] = /^([\w-]+)=(.*)$/s.exec(text) ?? [];
      const of = named === undefined ? environments : [named];
      for (const name of of) {
        const so = answers.get(name);
        if (so) answers.set(name, { ...so, [flag]: value ?? text });
        else
          problems.push(
            coded(
              'HL-INIT-009',
              `--${flag} ${text}: ${name} is not among --environments. Add it there, or correct the name.`,
            ),
          );
      }
    }
  }
  if (problems.length > 0) throw new Refusal(problems, true);
  return {
    folder: resolve(folder),
    whole: { environments, production, team, repositoryUrl: values['repository-url'] as string | undefined },
    answers,
    install: values['no-install'] !== true,
    ...(values.package ? { tarball: values.package as string } : {}),
  };
}

command(help, async () => {
  const { folder, whole, answers: given, tarball, install } = parse();
  const source = tarball ? tarballSource(tarball) : ownSource();
  const today = new Date();
  let answers = given;
  if (process.stdin.isTTY) {
    const { ask, close } = terminal();
    answers = await askAll(given, whole, ask, (line) => console.log(line), today);
    close();
  }
  const inputs = new Map(
    whole.environments.map((name, index) => [name, inputOf(name, index, answers.get(name) ?? {}, whole, today)]),
  );
  const problems = problemsOf(inputs);
  if (problems.length > 0) {
    const shown = problems.map((problem): Coded => {
      const name = whole.environments.find((each) => fileOf(each) === problem.file) ?? '';
      const flag = flagOf(problem, whole.production.includes(name));
      const where =
        problem.path === 'environment'
          ? `--environments ${name}`
          : flag
            ? `--${flag} ${name}=${problem.value === undefined ? '…' : JSON.stringify(problem.value)}`
            : `${problem.file} › ${problem.path}`;
      return coded(problem.code, `\n${where}\n  ${problem.why}\n  Fix: ${problem.fix}`);
    });
    console.error(`${shown.length === 1 ? 'One problem' : `${shown.length} problems`}. Nothing was written.`);
    throw new Refusal(shown);
  }

  const files = filesOf(basename(folder), inputs, whole, source.spec);
  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
    console.log(file);
  }
  if (source.tarball) {
    mkdirSync(join(folder, 'vendor'), { recursive: true });
    cpSync(source.tarball, join(folder, 'vendor', basename(source.tarball)));
    console.log(`vendor/${basename(source.tarball)}`);
  }
  if (install) {
    execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 2, 2],
    });
    console.log('package-lock.json');
  }
  const shown = /^[\w./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`;
  console.log(`\nNext: cd ${shown} && npm ci && npx cdk synth --quiet && npx harbourline rehearse`);
});
