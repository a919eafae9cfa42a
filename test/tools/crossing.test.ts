import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linked } from '../../lib/contract/link-parameters';
import { kinds } from '../../tools/crossing/law';
import { record } from '../../tools/crossing/record';
import { environments } from '../support/app';

const written = record(environments.filter(({ link }) => link).map(linked));

test('docs/crossing.md is what npm run crossing writes', () => {
  expect(readFileSync(join(__dirname, '../../docs/crossing.md'), 'utf8')).toBe(written);
});

test('each line of each allow-list stands in it, with its owner', () => {
  for (const { link } of environments) {
    for (const { to, port, owner, ticket, expires } of link?.allowlist.entries ?? []) {
      expect(written).toContain(`| ${to} | ${port} | ${owner} | ${ticket} | ${expires} |`);
    }
  }
});

test('each kind has a direction, a rule it is held against and an owner, and nobody is advised', () => {
  for (const kind of kinds) for (const said of Object.values(kind)) expect(said.length).toBeGreaterThan(8);
  expect(written).toContain('Nothing here is legal advice');
});
