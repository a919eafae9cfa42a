/** `npm run lint:shell`: see `--help`. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pythonEnvironment } from '../../harness/python/environment';
import { command } from '../command';
import { documentedBlocks, root, shellFiles } from './scripts';

const help = `Checks all shell by ShellCheck, from a hashed lock: scripts, workflows (by actionlint, with their own rules), and
the shell blocks of documents, which must be free of errors.

npm run lint:shell
  --help   this text
`;

command(help, async () => {
  parseArgs({ options: {} });
  const { bin } = await pythonEnvironment([join(__dirname, 'requirements.lock')], [], (line) => console.error(line));
  const shellcheck = join(bin, 'shellcheck');
  const failures: string[] = [];
  const run = (what: string, program: string, args: readonly string[], input?: string, cwd = root): void => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', ...(input && { input }) });
    if (status !== 0) failures.push(`${what}:\n${stdout}${status === 1 ? '' : stderr}`);
  };
  const files = shellFiles();
  run('scripts', shellcheck, ['-x', '-P', 'SCRIPTDIR', '-s', 'bash', ...files]);
  const workflows = join(root, '.github/workflows');
  const paths = readdirSync(workflows).map((file) => join(workflows, file));
  const actionlint = ['tool', 'actionlint', `-shellcheck=${shellcheck}`, '-pyflakes=', ...paths];
  run('workflows', 'go', actionlint, undefined, join(root, 'tools/workflows'));
  const blocks = documentedBlocks();
  for (const { at, text } of blocks) run(at, shellcheck, ['-s', 'bash', '-S', 'error', '-'], text);
  console.log(failures.join('\n'));
  console.log(
    `${files.length} scripts, ${paths.length} workflows, ${blocks.length} blocks: ${failures.length} with findings`,
  );
  return failures.length > 0 ? 1 : 0;
});
