/** `npm run check`: see `--help`. The same on a laptop, in GitHub Actions and in any other CI. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from './command';

const root = join(__dirname, '..');

const help = `Everything that a change must pass, in one go: what CI runs.

npm run check [-- options]
  --base REF     commit to review the change against; without it there are no review pages
  --skip-tests   without \`npm test\`, where another job runs it
  --help         this text

Needs \`npm ci\` and no credentials. Leaves in cdk.out: the assembly, validation-report.json of CDK's validation and cdk-nag,
and review/ with a page for each environment. Exit code 1 where anything fails; a review with dangers or cautions that
nobody accepted is such a failure.
`;

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
}

const tsx = (...args: string[]): Pick<Step, 'command' | 'args'> => ({ command: 'npx', args: ['tsx', ...args] });

/** Folders whose imports .dependency-cruiser.cjs has rules for. */
const cruised = ['bin', 'config', 'lib', 'harness', 'judges', 'rehearsal', 'test', 'tools'];

const steps = (base: string | undefined, skipTests: boolean): Step[] => [
  ...(skipTests ? [] : [{ name: 'tests', command: 'npm', args: ['test'] }]),
  {
    name: 'direction of imports',
    command: 'npx',
    args: ['depcruise', '--config', '.dependency-cruiser.cjs', ...cruised],
  },
  { name: 'unused files, exports, dependencies', command: 'npx', args: ['knip'] },
  { name: 'shell', ...tsx('tools/shell/main.ts') },
  { name: 'words', ...tsx('tools/words/main.ts') },
  { name: 'package', ...tsx('tools/package/main.ts', '--check') },
  { name: 'licences, NOTICE', ...tsx('tools/supply-chain/main.ts', '--check') },
  { name: 'drawing of the rooms', ...tsx('tools/architecture/main.ts', '--check') },
  { name: 'synth, cdk-nag', command: 'npx', args: ['cdk', 'synth', '--quiet'] },
  { name: 'cfn-lint, checkov', ...tsx('tools/templates/main.ts', 'cdk.out') },
  ...(base ? [{ name: 'review', ...tsx('tools/review/main.ts', '--base', base) }] : []),
];

command(help, () => {
  const { values } = parseArgs({
    options: { base: { type: 'string' }, 'skip-tests': { type: 'boolean', default: false } },
  });
  const results = steps(values.base, values['skip-tests']).map(({ name, command, args, cwd = '.' }) => {
    console.log(`\n══ ${name}`);
    const { status } = spawnSync(command, args, { cwd: join(root, cwd), stdio: 'inherit' });
    return { name, ok: status === 0 };
  });
  console.log(`\n${results.map(({ name, ok }) => `${ok ? 'ok  ' : 'FAIL'}  ${name}`).join('\n')}`);
  return results.every(({ ok }) => ok) ? 0 : 1;
});
