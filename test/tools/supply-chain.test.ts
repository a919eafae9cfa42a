import { join } from 'node:path';
import { isAllowed, licenceOf, npmModules, pythonModules } from '../../tools/supply-chain/modules';

const root = join(__dirname, '..', '..');

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0)', true],
  ['(MIT AND GPL-3.0)', false],
  ['GPL-3.0-only', false],
  ['unknown', false],
  ['SSPL-1.0', false],
])('%s may be handed on: %s', (licence, expected) => {
  expect(isAllowed(licence)).toBe(expected);
});

test.each([
  ['Mozilla Public License Version 2.0', 'MPL-2.0'],
  [
    '                                 Apache License\n                           Version 2.0, January 2004',
    'Apache-2.0',
  ],
  ['GNU GENERAL PUBLIC LICENSE Version 3', 'GPL'],
  ['Permission is hereby granted, free of charge, to any person', 'MIT'],
  ['All rights reserved.', 'unknown'],
])('%s is %s', (text, licence) => {
  expect(licenceOf(text)).toBe(licence);
});

test('every package that functions are bundled of may be handed on, and is known by its hash', () => {
  const modules = npmModules(root);
  expect(modules.length).toBeGreaterThan(50);
  expect(modules.filter(({ licence }) => !isAllowed(licence)).map(({ purl, licence }) => `${purl} ${licence}`)).toEqual(
    [],
  );
  expect(modules.map(({ name }) => name)).toEqual(expect.arrayContaining(['@opensearch-project/opensearch', 'yaml']));
});

test('the lock of the wheel names versions', () => {
  expect(pythonModules(join(root, 'python/examples/requirements.lock')).map(({ name }) => name)).toContain(
    'opentelemetry-sdk',
  );
});
