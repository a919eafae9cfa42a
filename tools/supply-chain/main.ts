/** `npm run supply-chain`: see `--help`. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '../../lib/common/bundle';
import { command } from '../command';
import { goModules, isAllowed, type Module, npmModules, programs, pythonModules } from './modules';
import { type Artifact, type Build, statementOf } from './provenance';

const root = resolve(__dirname, '../..');

const help = `Writes what is bundled of others: a bill of materials (CycloneDX 1.5) for functions and span writer, collector and
wheel; where each program, the collector and the wheel of python/dist/ come from (in-toto, SLSA 1); and NOTICE. Fails where a licence is not one of those that we may hand on, or cannot be read.

npm run supply-chain [-- options]
  --out FOLDER   where the bills go (default cdk.out/sbom)
  --collector FILE   the built collector, to say where it is from, too; again for more
  --check        writes nothing; fails where NOTICE is stale, too
  --help         this text
`;

interface Part {
  readonly name: string;
  readonly file: string;
  readonly modules: readonly Module[];
  /** What was built of them, where it is there. */
  readonly artifacts: () => Artifact[];
  /** The command that builds it. */
  readonly command: string;
}

const artifact = (file: string, name = basename(file)): Artifact => ({
  name,
  sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
});

const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/** Who builds here, of which commit. */
function here(command: string): Build {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name, GITHUB_WORKFLOW_REF: workflow } = process.env;
  return {
    commit: git('rev-parse', 'HEAD'),
    repository: server && name ? `${server}/${name}` : 'https://git.example.com/harbourline',
    modified: git('status', '--porcelain') !== '',
    command,
    builder: server && workflow ? `${server}/${workflow}` : 'https://harbourline.example/builder/somebody',
  };
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

const dist = join(root, 'python/dist');
const wheels = (): string[] =>
  (existsSync(dist) ? readdirSync(dist) : [])
    .filter((name) => /\.(whl|tar\.gz)$/.test(name))
    .map((name) => join(dist, name));

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
    options: {
      out: { type: 'string', default: 'cdk.out/sbom' },
      collector: { type: 'string', multiple: true, default: [] },
      check: { type: 'boolean', default: false },
    },
  });
  const parts: Part[] = [
    {
      name: 'functions and span writer',
      file: 'functions',
      modules: npmModules(root),
      artifacts: () => programs(root).map((entry) => artifact(join(bundle(join(root, entry)), 'main.js'), entry)),
      command: 'npx cdk synth',
    },
    {
      name: 'collector',
      file: 'collector',
      modules: goModules(join(root, 'lib/collector/distribution')),
      artifacts: () => values.collector.map((file) => artifact(resolve(file))),
      command: 'npm run collector:build',
    },
    {
      name: "the entry point of the agent's image",
      file: 'agent-image',
      modules: goModules(join(root, 'lib/machine/agent-container')),
      artifacts: () => [],
      command: 'npm run agent:image',
    },
    {
      name: 'harbourline-otel',
      file: 'wheel',
      modules: pythonModules(join(root, 'python/examples/requirements.lock')),
      artifacts: () => wheels().map((file) => artifact(file)),
      command: 'npm run python:wheel',
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
    const artifacts = part.artifacts();
    if (artifacts.length > 0) {
      const statement = statementOf(artifacts, part.modules, here(part.command));
      writeFileSync(join(out, `${part.file}.intoto.json`), `${JSON.stringify(statement, null, 2)}\n`);
    }
    console.log(
      `${part.name.padEnd(28)} ${`${part.modules.length}`.padStart(4)} modules ${`${artifacts.length}`.padStart(4)} artifacts  ${join(out, `${part.file}.cdx.json`)}`,
    );
  }
  return refused.length > 0 ? 1 : 0;
});
