import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isAllowed, licenceOf, npmModules, programs, pythonModules } from '../../tools/supply-chain/modules';
import { statementOf } from '../../tools/supply-chain/provenance';

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
  // What only synthesises or tests is in none of them.
  expect(modules.map(({ name }) => name)).not.toContain('aws-cdk-lib');
  expect(modules.filter(({ hash, version }) => !hash || !version)).toEqual([]);
  expect(modules.filter(({ licence }) => !isAllowed(licence)).map(({ purl, licence }) => `${purl} ${licence}`)).toEqual(
    [],
  );
  expect(modules.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['@opensearch-project/opensearch', '@peculiar/x509']),
  );
});

test('the lock of the wheel names versions', () => {
  expect(pythonModules(join(root, 'python/examples/requirements.lock')).map(({ name }) => name)).toContain(
    'opentelemetry-sdk',
  );
});

test('every program that lib bundles is looked into', () => {
  const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(root, 'lib', path), 'utf8'))
    .join('\n');
  const entries = [
    ...sources.matchAll(/(?:entry: |bundle\(|Artifact\.program\(this, '\w+', )join\(__dirname, ([^)]*)\)/g),
  ];
  const names = entries.map(([, parts = '']) => /'([\w.-]+\.ts)'$/.exec(parts.trim())?.[1]);
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !programs(root).some((path) => basename(path) === name))).toEqual([]);
});

test('a statement names artifacts, the commit and every dependency, by digests in hexadecimal', () => {
  const statement = statementOf(
    [{ name: 'main.js', sha256: 'ab12' }],
    [
      {
        purl: 'pkg:npm/yaml@2.9.1',
        name: 'yaml',
        version: '2.9.1',
        licence: 'ISC',
        hash: `sha512-${Buffer.from([1, 255]).toString('base64')}`,
      },
      {
        purl: 'pkg:golang/x@v1',
        name: 'x',
        version: 'v1',
        licence: 'MIT',
        hash: `h1:${Buffer.from([2]).toString('base64')}`,
      },
      { purl: 'pkg:pypi/y@1', name: 'y', version: '1', licence: 'not bundled' },
    ],
    {
      commit: 'c0ffee',
      repository: 'https://git.example.com/h',
      modified: false,
      command: 'npx cdk synth',
      builder: 'https://b',
    },
  );
  expect(statement).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'main.js', digest: { sha256: 'ab12' } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        externalParameters: { modified: false },
        resolvedDependencies: [
          { uri: 'git+https://git.example.com/h@c0ffee', digest: { gitCommit: 'c0ffee' } },
          { uri: 'pkg:npm/yaml@2.9.1', digest: { sha512: '01ff' } },
          { uri: 'pkg:golang/x@v1', digest: { goModuleH1: '02' } },
          { uri: 'pkg:pypi/y@1' },
        ],
      },
      runDetails: { builder: { id: 'https://b' } },
    },
  });
});
