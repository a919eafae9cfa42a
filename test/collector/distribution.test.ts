import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { distributionHash } from '../../lib/collector/distribution/build';

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
});
