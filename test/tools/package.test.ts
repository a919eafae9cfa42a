import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagedCommands } from '../../tools/cli/commands';
import { forFirms } from '../../tools/package/words';

test.each([
  ['npm run trace -- --env dev', 'npx harbourline trace --env dev'],
  ['npm run cost [-- options]', 'npx harbourline cost [options]'],
  ['`npm run rehearse`.', '`npx harbourline rehearse`.'],
  ['sent by npm run smoke: nothing', 'sent by npx harbourline smoke: nothing'],
  ['npm run collector:build [-- TARGET]', 'npx harbourline collector build [TARGET]'],
  ['npm run lint:templates', 'npx harbourline templates'],
  ['npm run review:update and commit', 'npx harbourline review:update and commit'],
  ['npm run ${command} -- --env NAME', 'npx harbourline ${command} --env NAME'],
  // Of this repository alone.
  ['npm run bench:store -- --quick', 'npm run bench:store -- --quick'],
])('%s', (text, said) => {
  expect(forFirms(text)).toBe(said);
});

test('every command of the package is compiled into it', () => {
  const { files } = JSON.parse(readFileSync(join(__dirname, '../../tsconfig.package.json'), 'utf8')) as {
    files: string[];
  };
  const missing = Object.values(packagedCommands)
    .map(({ module }) => `${join('tools/cli', module)}.ts`)
    .filter((file) => !files.includes(file));
  expect(missing).toEqual([]);
});
