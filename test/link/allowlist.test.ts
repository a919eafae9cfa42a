import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllowlist } from '../../config/allowlist';
import type { ConfigError, Problem } from '../../config/errors';
import { parseEnvironment } from '../../config/parse';
import { dev } from '../../harness/environments/dev';
import { linked } from '../../lib/contract/link-parameters';
import { ending, why } from '../../lib/link/allowlist-questions';
import { configOf } from '../support/app';

const line = (changes: Record<string, string> = {}) =>
  Object.values({
    from: 'relay',
    to: '10.20.8.10/32',
    port: '4318',
    owner: 'team',
    ticket: 'NET-1',
    expires: '2027-06-30',
    ...changes,
  }).join(' ');

describe('a line', () => {
  test('is read with its number; comments and blank lines are for people', () => {
    expect(parseAllowlist(`# head\n\n${line()} # why\n`)).toEqual({
      entries: [
        {
          line: 3,
          from: 'relay',
          to: '10.20.8.10/32',
          port: 4318,
          owner: 'team',
          ticket: 'NET-1',
          expires: '2027-06-30',
        },
      ],
      problems: [],
    });
  });

  test.each([
    ['the whole internet', { to: '0.0.0.0/0' }, 'every address'],
    ['a prefix that is too wide', { to: '10.20.0.0/16' }, 'wider than permitted'],
    ['bits beyond the length', { to: '10.20.8.10/24' }, 'bits beyond'],
    ['no prefix', { from: '10.30.4.1' }, 'not an IPv4 prefix'],
    ['a range of ports', { port: '1-1024' }, 'not a TCP port'],
    ['no port', { port: '0' }, 'not a TCP port'],
    ['no ticket', { ticket: 'later' }, 'not a ticket'],
    ['a day that there is not', { expires: '2027-02-30' }, 'not a date'],
    ['too few columns', { expires: '' }, '5 columns'],
  ])('with %s is refused', (_name, changes: Record<string, string>, reason) => {
    const { entries, problems } = parseAllowlist(`\n${line(changes)}`);
    expect(entries).toEqual([]);
    expect(problems).toEqual([expect.objectContaining({ line: 2, why: expect.stringContaining(reason) })]);
  });
});

describe('the list of an environment', () => {
  /** Problems of dev with these lines added. */
  function problems(...lines: string[]): readonly Problem[] {
    const text = `${dev.link?.allowlist.text}${lines.join('\n')}`;
    try {
      parseEnvironment('config/dev.ts', {
        ...dev,
        link: { ...dev.link, allowlist: { file: 'config/allowlists/dev.txt', text } },
      });
      return [];
    } catch (error) {
      return (error as ConfigError).problems;
    }
  }
  const last = (dev.link?.allowlist.text ?? '').split('\n').length;

  test('is reported at its line', () => {
    expect(problems('nonsense')).toEqual([
      expect.objectContaining({ file: 'config/allowlists/dev.txt', path: `line ${last}`, value: 'nonsense' }),
    ]);
  });

  test.each([
    ['overlap', line({ to: '10.20.8.0/28' }), 'Line 5 admits some of it already'],
    ['an unlisted public prefix', line({ to: '114.114.114.114/32' }), 'nobody listed it'],
    ['the VPC itself', line({ from: '10.20.2.16/28', to: '10.10.0.0/24' }), 'VPC itself is never reached'],
    ['one side only', line({ from: '10.20.2.16/28' }), 'same side'],
    ['a service that is not attached', line({ from: '10.30.9.0/28' }), 'no route would lead there'],
    ['a prefix that is not announced', line({ to: '10.20.99.0/28' }), 'does not announce'],
    ['an address that is not announced', line({ to: '10.20.255.9/32' }), 'does not announce'],
  ])('refuses %s', (_name, added, reason) => {
    expect(problems(added)).toEqual([
      expect.objectContaining({ path: `line ${last}`, why: expect.stringContaining(reason) }),
    ]);
  });

  test('has no more lines of relays than a network ACL takes', () => {
    const many = Array.from({ length: 16 }, (_each, n) => line({ to: `10.20.1.${n}/32` }));
    expect(problems(...many)).toEqual([expect.objectContaining({ why: expect.stringContaining('26 entries') })]);
  });

  test('must admit what the link itself needs, and says which line is missing', () => {
    const text = (dev.link?.allowlist.text ?? '').replace(/^relay +10\.20\.255\.2.*$/m, '');
    expect(() =>
      parseEnvironment('config/dev.ts', { ...dev, link: { ...dev.link, allowlist: { file: 'f', text } } }),
    ).toThrow(/10\.20\.255\.2:7[\s\S]*Add: relay 10\.20\.255\.2\/32 7 OWNER/);
  });
});

describe('questions', () => {
  const config = linked(configOf('dev'));

  test('why it is admitted: file, line, owner, ticket', () => {
    expect(why(config, '10.20.8.10', 4318)).toEqual({
      admitted: true,
      sources: ['relay'],
      lines: [expect.stringMatching(/^admitted by config\/allowlists\/dev\.txt:5 .*trace-platform, NET-1201/)],
    });
  });

  test('a line of a service has an address that may be asked about', () => {
    expect(why(config, '10.20.1.20', 8443).sources).toEqual(['10.30.4.0']);
    expect(why(config, '10.20.1.20', 22).sources).toEqual([]);
  });

  test.each([
    ['203.0.113.10', 4318, undefined, 'in no prefix of this environment'],
    ['10.20.77.7', 4318, undefined, 'so a line can admit it'],
    ['10.10.0.5', 443, undefined, 'which the mainland never reaches'],
    ['10.20.8.10', 22, undefined, 'other port:   config/allowlists/dev.txt:5'],
    ['10.20.1.20', 8443, '10.30.9.1', 'other source: config/allowlists/dev.txt:9'],
    ['10.20.1.20', 8443, 'relay', 'other source: config/allowlists/dev.txt:9'],
  ])('why %s:%i from %s is not', (address, port, from, reason) => {
    const { admitted, lines } = why(config, address, port, from);
    expect(admitted).toBe(false);
    expect(lines.join('\n')).toContain(reason);
  });

  test.each([
    ['2027-03-01', 'ends on 2027-03-31, in 30 days', false],
    ['2027-03-31', 'in 0 days', false],
    ['2027-04-01', 'ended on 2027-03-31', true],
  ])('at %s a line %s', (date, text, ended) => {
    const found = ending(config, date);
    expect(found).toHaveLength(2);
    for (const finding of found) expect(finding).toEqual({ ended, text: expect.stringContaining(text) });
  });

  test('a line that holds for longer than any may is said to, with the last day that it may name', () => {
    const short = { ...config, link: { ...config.link, allowlistDays: 90 } };
    const found = ending(short, '2026-12-30').map(({ text, ...kind }) => ({ ...kind, text }));
    expect(found[0]).toEqual({
      ended: false,
      tooLong: true,
      text: expect.stringContaining('ends on 2027-06-30, in 182 days: name 2027-03-30 at the latest'),
    });
  });

  test('nothing ends in more than thirty days', () => {
    expect(ending(config, '2027-02-28')).toEqual([]);
  });

  test('the command answers with its exit code, and refuses what it does not know', () => {
    const run = (...args: string[]) =>
      spawnSync('npx', ['tsx', '../../../tools/allowlist.ts', ...args], {
        cwd: join(__dirname, '..', 'support', 'deployment'),
        encoding: 'utf8',
      });
    expect(run('why', '203.0.113.10:4318', '--env', 'dev')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('not admitted'),
    });
    expect(run('check', '--date', '2027-04-02')).toMatchObject({ status: 1, stdout: expect.stringContaining('ENDED') });
    expect(run('check', '--date', '2025-01-01')).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^TOO LONG [\s\S]*0 ended, 0 within 30 days, [1-9]\d* too long, at 2025-01-01\n$/),
    });
    expect(run('check', '--day', '2027-04-02').status).toBe(1);
  });
});
