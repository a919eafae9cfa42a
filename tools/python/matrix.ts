/**
 * `npm run python:matrix`: spans made, stored and counted as lost, time to end and exit code, for each server and way to start
 * children, on each Python of this machine, each against the same program without the package.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import {
  findPython,
  harbourlineOtel,
  type Interpreter,
  pythonEnvironment,
  serviceLocks,
} from '../../harness/python/environment';
import { command } from '../command';

const help = `Tries servers and start methods on each Python from 3.10 to 3.14 that is on the PATH or under pyenv. Needs redis-server,
and for the tests of clients rabbitmq-server and mariadb-server.

npm run python:matrix
  --rounds N      of children by fork; a tenth of it by the other methods (default 200)
  --python V,V    only these versions, such as 3.10,3.14
  --parts P,P     of starts, web and queues (default all)
  --help          this text
`;

const versions = ['3.10', '3.11', '3.12', '3.13', '3.14'];

/** A row as tests/matrix.py prints it. */
interface Row {
  readonly python: string;
  readonly server: string;
  readonly start: string;
  readonly made: number;
  readonly stored: number;
  readonly lost: number;
  /** Of the lost: what only the next process of the service could count. */
  readonly later: number;
  readonly code: number;
  readonly control: number;
  readonly seconds: number;
  readonly control_seconds: number;
  readonly said?: string;
  readonly ok: boolean;
}

function interpreter(version: string): Interpreter | undefined {
  const pyenv = join(homedir(), '.pyenv/versions');
  const installed = existsSync(pyenv) ? readdirSync(pyenv).filter((name) => name.startsWith(`${version}.`)) : [];
  const commands = [...installed.map((name) => join(pyenv, name, 'bin/python3')), `python${version}`];
  try {
    return findPython(commands);
  } catch {
    return undefined;
  }
}

/** Runs the rows of an environment. @returns whether all of them are as promised */
async function rowsOf(python: string, options: readonly string[]): Promise<boolean> {
  const folder = join(harbourlineOtel, 'tests');
  const child = spawn(python, ['matrix.py', ...options], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface(child.stdout).on('line', (line) => {
    const row = JSON.parse(line) as Row;
    const cells = [
      row.python,
      `${row.server}${row.start ? ` (${row.start})` : ''}`,
      row.made,
      row.stored,
      row.later > 0 ? `${row.lost} (${row.later} by the next process)` : row.lost,
      `${row.seconds} s (${row.control_seconds} s)`,
      `${row.code} (${row.control})`,
      row.ok ? 'as promised' : '**not as promised**',
    ];
    console.log(`| ${cells.join(' | ')} |`);
    if (row.said) process.stderr.write(`${row.said}\n`);
  });
  return (await new Promise((resolve) => child.on('close', resolve))) === 0;
}

/** Tests that need what only this environment has: clients of queues and databases, gevent, other vendors' agents. */
const ofServices = [
  'test_queues.py',
  'test_kafka.py',
  'test_green.py',
  'test_services.py',
  'test_mysql.py',
  'test_uwsgi.py',
].map((file) => join(harbourlineOtel, 'tests', file));

async function testsPass(python: string): Promise<boolean> {
  const pytest = ['-m', 'pytest', '-q', '-rs', ...ofServices];
  const child = spawn(python, pytest, { stdio: ['ignore', 2, 2] });
  return (await new Promise((resolve) => child.on('close', resolve))) === 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string' }, python: { type: 'string' }, parts: { type: 'string' } },
  });
  const options = [
    ...(values.rounds ? ['--rounds', values.rounds] : []),
    ...(values.parts ? ['--parts', ...values.parts.split(',')] : []),
  ];
  const missing: string[] = [];
  let ok = true;
  console.log(
    '| Python | server or start method | made | stored | lost, counted | time to end (control) | exit code (control) | |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  for (const version of values.python?.split(',') ?? versions) {
    const found = interpreter(version);
    if (!found) {
      missing.push(version);
      continue;
    }
    const progress = (line: string) => process.stderr.write(`${version} ${line}\n`);
    const { python } = await pythonEnvironment(serviceLocks, [harbourlineOtel], progress, found);
    ok = (await rowsOf(python, options)) && ok;
    if (!values.parts) ok = (await testsPass(python)) && ok;
  }
  if (missing.length > 0) console.log(`\nNot on this machine: Python ${missing.join(', ')}.`);
  return ok && missing.length < versions.length ? 0 : 1;
}

command(help, main);
