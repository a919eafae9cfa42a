import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modulesIn, releaseOf, stableIn, withRelease } from '../../tools/collector-upgrade/versions';

const distribution = join(__dirname, '../../lib/collector/distribution');
const read = (file: string): string => readFileSync(join(distribution, file), 'utf8');
const to = { version: '0.999.1', stable: '1.998.2' };

test('the manifest comes to another release, and replacements of other versions stay', () => {
  const manifest = read('builder.yaml');
  const from = releaseOf(manifest);
  const raised = withRelease(manifest, from, to);
  expect(releaseOf(raised)).toEqual(to);
  expect(raised.replaceAll(/^ *#.*$/gm, '')).not.toContain(from.version);
  expect(raised).not.toContain(`v${from.stable}`);
  expect(raised).toContain('internal/aws/awsutil v0.156.0');
  expect(raised).toContain('harbourline.dev/collector/limitsprocessor v0.0.0');
  const modules = modulesIn(raised);
  expect(modules.length).toBe(modulesIn(manifest).length);
  expect(modules.length).toBeGreaterThan(15);
  expect(new Set(modules.map((module) => module.split('@')[1]))).toEqual(new Set(['v0.999.1', 'v1.998.2']));
  expect(withRelease(raised, to, from)).toBe(manifest);
});

test('our own modules come to it, and modules of others stay', () => {
  const from = releaseOf(read('builder.yaml'));
  const goMod = read('redactionprocessor/go.mod');
  const raised = withRelease(goMod, from, to);
  expect(raised).toContain('go.opentelemetry.io/collector/pdata v1.998.2\n');
  expect(raised).toContain('go.opentelemetry.io/collector/component/componenttest v0.999.1\n');
  expect(raised).toContain('github.com/hashicorp/go-version v1.9.0');
  expect(stableIn(raised)).toBe('1.998.2');
  expect(withRelease(`example.com/other v${from.version}\n`, from, to)).toBe(`example.com/other v${from.version}\n`);
});

test('a manifest and a go.mod without versions are refused', () => {
  expect(() => releaseOf('dist:\n  name: x\n')).toThrow('names no version');
  expect(() => stableIn('module x\n')).toThrow('names no version of pdata');
});
