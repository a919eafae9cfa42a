/**
 * What the runbook says to type, typed: each block and each command in a line, in bash, with programs in place of the AWS CLI, of curl
 * and npm that keep what they are given and answer as plainly as the real ones.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awsCommands, everywhere } from './aws-commands';

const root = join(__dirname, '..', '..');
const text = readFileSync(join(root, 'docs', 'runbook.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** Fenced blocks of shell, without their indentation. */
const blocksOf = (page: string): string[] =>
  [...page.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)].map(([, indent = '', body = '']) =>
    body.replace(new RegExp(`^${indent}`, 'gm'), ''),
  );

/** Commands in a line of prose. */
const inlineOf = (page: string): string[] =>
  [
    ...page.replace(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/`((?:aws|run|instances|store_metric|logs_query) [^`]+)`/g),
  ].map(([, command = '']) => command.replace(/\n\s*/g, ' '));

const [setUp = '', ...rest] = blocksOf(text.slice(0, text.indexOf('\n## ')));
const pages = text
  .split(/^## /m)
  .slice(1)
  .map((page) => ({ heading: page.slice(0, page.indexOf('\n')), typed: [...blocksOf(page), ...inlineOf(page)] }))
  .filter(({ typed }) => typed.length > 0);

/** A line of a log: what queries of firewall, resolver and flow logs look for is in it. */
const line = JSON.stringify({
  srcaddr: '10.0.0.1',
  srcids: { instance: 'i-0123' },
  query_name: 'example.com',
  event: { alert: { signature: 's' }, src_ip: '10.0.0.1', dest_ip: '10.20.0.1', dest_port: 443, proto: 'TCP' },
});

/** After the words of each call. */
const end = '-- end of the call';

/** Words are apart by a byte that no word has. */
const keeps = (program: string) => `#!/bin/bash\nprintf '%s\\0' ${program} "$@" '${end}' >> "$TYPED"\n`;

const programs: Readonly<Record<string, string>> = {
  aws: `${keeps('aws')}case "$1 $2" in
  'logs start-query') echo q-1 ;;
  'logs get-query-results') echo Complete ;;
  'logs tail') echo '2026-12-01T00:00:00 a b c d e f g h ${line}' ;;
  'lambda list-functions') printf 'dev-Store-Check-1\\n' ;;
  'logs describe-log-groups') printf 'dev-Link-FlowLogs\\n' ;;
  'ec2 describe-instances') printf 'i-0123\\t10.0.0.1\\t2026-12-01\\n' ;;
  'opensearch describe-domain') echo vpc-harbourline-dev.test.internal ;;
  'kms get-key-policy') echo '{}' ;;
  *) echo x-0123 ;;
esac
`,
  curl: `${keeps('curl')}echo '{}'\n`,
  npm: keeps('npm'),
  chromium: keeps('chromium'),
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runbook-'));
  mkdirSync(join(folder, 'bin'));
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(folder, 'bin', name), body, { mode: 0o755 });
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Types it after the runbook's beginning. @returns what it said, and every program that ran with what it was given */
function type(typed: string): { status: number | null; said: string; ran: string[][] } {
  const log = join(folder, 'typed');
  writeFileSync(log, '');
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', `set -eu\n${setUp}\n${typed}`], {
    encoding: 'utf8',
    env: {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      HOME: folder,
      TYPED: log,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      // What a look finds and the next one uses.
      F: 'f',
      K: 'k',
    },
  });
  const ran: string[][] = [[]];
  for (const word of readFileSync(log, 'utf8').split('\0').slice(0, -1)) {
    if (word === end) ran.push([]);
    else ran.at(-1)?.push(word);
  }
  return { status, said: stdout + stderr, ran: ran.slice(0, -1) };
}

const listed = (options: string) =>
  new Map(
    options
      .split(' ')
      .filter((option) => option !== '')
      .map((option) => [option.replace(/[!?]$/, ''), option.at(-1)]),
  );

/** What the AWS CLI would refuse. */
function refused([service = '', operation = '', ...words]: string[]): string[] {
  const command = `${service} ${operation}`;
  const known = awsCommands[command];
  if (known === undefined) return [`no command ${command}`];
  const options = new Map([...listed(known), ...listed(everywhere)]);
  const given = new Set<string>();
  const problems: string[] = [];
  for (let at = command === 'logs tail' ? 1 : 0; at < words.length; at++) {
    const name = /^--(.+)$/.exec(words[at] as string)?.[1];
    if (name === undefined) problems.push(`${command}: ${words[at]} is no option`);
    else if (!options.has(name.replace(/^no-/, '')) && !options.has(name)) problems.push(`${command}: no --${name}`);
    else {
      given.add(name);
      if (options.get(name.replace(/^no-/, '')) === '?') continue;
      const first = at + 1;
      while (at + 1 < words.length && !(words[at + 1] as string).startsWith('--')) at++;
      const values = words.slice(first, at + 1);
      if (values.length === 0 || values.includes('')) problems.push(`${command}: --${name} without a value`);
    }
  }
  for (const [name, mark] of options)
    if (mark === '!' && !given.has(name)) problems.push(`${command}: --${name} is missing`);
  return problems;
}

/** Commands that a session on an instance is given. */
const onInstance = (words: string[]): string[] => {
  const parameters = words[words.indexOf('--parameters') + 1] ?? '';
  return parameters.startsWith('{') ? (JSON.parse(parameters) as { command: string[] }).command : [];
};

/** What a program of ours or of others would refuse. */
function wrong([program = '', ...words]: string[]): string[] {
  if (program === 'aws') {
    const inside = onInstance(words).flatMap((command) => {
      const { status, stderr } = spawnSync('bash', ['-n', '-c', command], { encoding: 'utf8' });
      return status === 0 ? [] : [`on an instance: ${stderr}`];
    });
    return [...refused(words), ...inside];
  }
  if (program === 'npm') return scripts[words[1] ?? ''] ? [] : [`npm ${words.join(' ')}: no such command`];
  if (program !== 'curl' || !words.includes('-d')) return [];
  const body = JSON.parse(words[words.indexOf('-d') + 1] ?? '') as object;
  const keys = ['size', 'sort', '_source', 'query', 'aggs', 'fields', 'from'];
  return Object.keys(body)
    .filter((key) => !keys.includes(key))
    .map((key) => `a search has no ${key}`);
}

const every: string[][] = [];

describe('what the runbook says to type', () => {
  test('begins with a block of helpers that runs, and no other', () => {
    expect(rest).toEqual([]);
    expect(
      type('instances gateway; samplers; store_metric Nodes').ran.map(([program, service]) => `${program} ${service}`),
    ).toEqual(expect.arrayContaining(['aws ec2', 'aws servicediscovery', 'aws cloudwatch']));
  });

  test.each(pages)('$heading', ({ typed }) => {
    for (const command of typed) {
      const { status, said, ran } = type(command);
      every.push(...ran);
      expect({ command, status, said: status === 0 ? '' : said }).toEqual({ command, status: 0, said: '' });
      expect(ran.flatMap(wrong)).toEqual([]);
      expect(ran.length).toBeGreaterThan(0);
    }
  });

  test('is typed here, all of it that asks AWS', () => {
    const ran = new Set(
      every.filter(([program]) => program === 'aws').map(([, service, operation]) => `${service} ${operation}`),
    );
    const named = [...text.matchAll(/\baws ([a-z0-9-]+ [a-z0-9-]+)/g)].map(([, command]) => command);
    expect([...new Set(named)].filter((command) => !ran.has(command ?? ''))).toEqual([]);
  });
});

test('a command that lacks what it needs, or has what it does not, is found', () => {
  expect(refused(['ec2', 'replace-vpn-tunnel', '--vpn-connection-id', 'vpn-1'])).toEqual([
    'ec2 replace-vpn-tunnel: --vpn-tunnel-outside-ip-address is missing',
  ]);
  expect(refused(['cloudwatch', 'enable-alarm-actions'])).toEqual(['no command cloudwatch enable-alarm-actions']);
  expect(refused(['kms', 'enable-key', '--key-id', '--alias'])).toEqual([
    'kms enable-key: --key-id without a value',
    'kms enable-key: no --alias',
  ]);
});
