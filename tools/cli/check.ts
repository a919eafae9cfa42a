/** `npx harbourline check`: see `--help`. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { deploymentRoot } from '../../harness/deployment';
import { loader } from '../../harness/program';
import { command } from '../command';
import { packagedCommands } from './commands';

const help = `What a change of a deployment's values must pass. Harbourline's own tests are not among it: its package passed them.

npx harbourline check [options]
  --base REF        commit to review the change against; without it there are no review pages
  --date DATE       day at which the allow-list's lines must hold (default: that of the commit)
  --skip-templates  without cfn-lint and checkov, which a first run installs from PyPI
  --help            this text

Needs no credentials. Exit code 1 where anything fails.
`;

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const own = (name: string, ...args: string[]): Pick<Step, 'command' | 'args'> => ({
  command: process.execPath,
  args: [...loader(), require.resolve(packagedCommands[name]?.module ?? ''), ...args],
});

command(help, () => {
  const { values } = parseArgs({
    options: {
      base: { type: 'string' },
      date: { type: 'string' },
      'skip-templates': { type: 'boolean', default: false },
    },
  });
  const steps: Step[] = [
    { name: 'types', command: 'npx', args: ['tsc', '--noEmit'] },
    { name: 'configuration, synth, every rule', command: 'npx', args: ['cdk', 'synth', '--quiet'] },
    { name: 'raw resources, overrides, reasons', ...own('audit') },
    ...(values['skip-templates'] ? [] : [{ name: 'cfn-lint, checkov', ...own('templates', 'cdk.out') }]),
    ...(values.date ? [{ name: 'allow-lists', ...own('allowlist', 'check', '--date', values.date) }] : []),
    ...(values.base ? [{ name: 'review', ...own('review', '--base', values.base) }] : []),
  ];
  const results = steps.map(({ name, command, args }) => {
    console.log(`\n══ ${name}`);
    const { status } = spawnSync(command, args, { cwd: deploymentRoot(), stdio: 'inherit' });
    return { name, ok: status === 0 };
  });
  console.log(`\n${results.map(({ name, ok }) => `${ok ? 'ok  ' : 'FAIL'}  ${name}`).join('\n')}`);
  return results.every(({ ok }) => ok) ? 0 : 1;
});
