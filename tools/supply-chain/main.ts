/** `npm run supply-chain`: see `--help`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { goModules, isAllowed, type Module, npmModules, pythonModules } from './modules';

const root = resolve(__dirname, '../..');

const help = `Writes what is bundled of others: a bill of materials (CycloneDX 1.5) for functions and span writer, collector and
wheel; and NOTICE. Fails where a licence is not one of those that we may hand on, or cannot be read.

npm run supply-chain [-- options]
  --out FOLDER   where the bills go (default cdk.out/sbom)
  --check        writes nothing; fails where NOTICE is stale, too
  --help         this text
`;

interface Part {
  readonly name: string;
  readonly file: string;
  readonly modules: readonly Module[];
}

/** Deterministic: no serial number, no time. */
const billOf = ({ name, modules }: Part): object => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: { type: 'application', name, licenses: [{ license: { id: 'Apache-2.0' } }] } },
  components: modules.map(({ name: module, version, purl, licence, hash }) => ({
    type: 'library',
    'bom-ref': purl,
    name: module,
    version,
    purl,
    ...(licence === 'not bundled' ? {} : { licenses: [{ expression: licence }] }),
    ...(hash ? { properties: [{ name: 'harbourline:lock', value: hash }] } : {}),
  })),
});

const noticeOf = (parts: readonly Part[]): string =>
  [
    'Harbourline',
    'Licensed under the Apache License, Version 2.0. See LICENSE.',
    '',
    'What is deployed holds, unchanged, the following works of others. Written by `npm run supply-chain`.',
    ...parts
      .filter(({ modules }) => modules.some(({ licence }) => licence !== 'not bundled'))
      .flatMap(({ name, modules }) => [
        '',
        `In ${name}:`,
        ...modules.map((each) => `  ${each.name} ${each.version} (${each.licence})`),
      ]),
    '',
  ].join('\n');

command(help, () => {
  const { values } = parseArgs({
    options: { out: { type: 'string', default: 'cdk.out/sbom' }, check: { type: 'boolean', default: false } },
  });
  const parts: Part[] = [
    { name: 'functions and span writer', file: 'functions', modules: npmModules(root) },
    { name: 'collector', file: 'collector', modules: goModules(join(root, 'lib/collector/distribution')) },
    {
      name: 'harbourline-otel',
      file: 'wheel',
      modules: pythonModules(join(root, 'python/examples/requirements.lock')),
    },
  ];
  const refused = parts.flatMap(({ modules }) =>
    modules.filter(({ licence }) => licence !== 'not bundled' && !isAllowed(licence)),
  );
  for (const { name, version, licence } of refused)
    console.log(`${name} ${version}: ${licence} is not a licence that we may hand on`);
  const notice = noticeOf(parts);
  const file = join(root, 'NOTICE');
  if (values.check) {
    const stale = readFileSync(file, 'utf8') !== notice;
    if (stale) console.log('NOTICE is stale: run npm run supply-chain and commit');
    return stale || refused.length > 0 ? 1 : 0;
  }
  writeFileSync(file, notice);
  const out = resolve(root, values.out);
  mkdirSync(out, { recursive: true });
  for (const part of parts) {
    writeFileSync(join(out, `${part.file}.cdx.json`), `${JSON.stringify(billOf(part), null, 2)}\n`);
    console.log(
      `${part.name.padEnd(28)} ${`${part.modules.length}`.padStart(4)} modules  ${join(out, `${part.file}.cdx.json`)}`,
    );
  }
  return refused.length > 0 ? 1 : 0;
});
