import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { distributionHash, goBuild, hostTarget } from '../../lib/collector/distribution/build';

const folder = join(__dirname, '../../lib/collector/distribution');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const manifest = parse(read('builder.yaml')) as Record<string, { gomod: string }[]> & { replaces: string[] };
const modules = ['receivers', 'processors', 'exporters', 'connectors', 'extensions', 'providers'].flatMap((kind) =>
  (manifest[kind] ?? []).map(({ gomod }) => gomod.split(' ') as [string, string]),
);

describe('the collector distribution', () => {
  test.each(modules)('%s stands in the generated sources at the version of the manifest', (module, version) => {
    expect(read('go.mod')).toContain(`\t${module} ${version}\n`);
    expect(`${read('components.go')}${read('main.go')}`).toContain(`"${module}"`);
  });

  test('generated sources hold no component that the manifest does not name', () => {
    const imported = [...read('components.go').matchAll(/"([^"]+)"$/gm)].map(([, path]) => path as string);
    const components = imported.filter((path) => /\/(receiver|processor|exporter|connector|extension)\/./.test(path));
    const named = new Set(modules.map(([module]) => module));
    expect(components.filter((path) => !named.has(path))).toEqual([]);
    expect(components.length).toBeGreaterThan(15);
  });

  test('every replacement of the manifest is in go.mod', () => {
    for (const replacement of manifest.replaces) expect(read('go.mod')).toContain(`replace ${replacement}\n`);
  });

  test('the hash follows the sources, so an artifact is never taken for another', () => {
    expect(distributionHash()).toMatch(/^[0-9a-f]{64}$/);
    expect(distributionHash()).toBe(distributionHash());
    expect(distributionHash('linux/amd64')).not.toBe(distributionHash('linux/arm64'));
  });

  test('the same sources are the same bytes, whatever folder, repository and commit they are in', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'harbourline-bytes-'));
    try {
      const hashes = [];
      for (const name of ['one', 'another']) {
        const repository = join(folder, name);
        const source = join(repository, 'module');
        mkdirSync(source, { recursive: true });
        writeFileSync(join(source, 'go.mod'), 'module example.com/bytes\n\ngo 1.25.0\n');
        writeFileSync(join(source, 'main.go'), 'package main\n\nfunc main() {}\n');
        const git = (...args: string[]) =>
          execFileSync('git', ['-C', repository, '-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args]);
        git('init', '--quiet');
        git('add', '.');
        git('commit', '--quiet', '--message', name);
        const binary = join(folder, `${name}-out`, 'program');
        const where = { source, program: '.', binary, target: hostTarget() };
        await goBuild({ ...where, what: 'program', progress: () => {} });
        hashes.push(createHash('sha256').update(readFileSync(binary)).digest('hex'));
      }
      expect(hashes[1]).toBe(hashes[0]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
