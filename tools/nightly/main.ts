/** `npm run nightly`: see `--help`. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { root } from '../shell/scripts';
import { parts } from './jobs';

const help = `Runs what takes too long for each change: all scenarios, go test -race, fuzz targets, every command that documents name.

npm run nightly -- [options] [PART…]
  PART     ${Object.keys(parts).join(', ')} (default: all)
  --list   prints the command lines instead
  --help   this text

Continues where one fails; exit code 1 at the end. Real tunnels and packet filters need root.
`;

command(help, () => {
  const { positionals, values } = parseArgs({
    options: { list: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !parts[name]);
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.`);
  const jobs = (positionals.length > 0 ? positionals : Object.keys(parts)).flatMap((part) =>
    parts[part]!().map((job) => ({ ...job, part })),
  );
  if (values.list) {
    for (const { run } of jobs) console.log(run);
    return 0;
  }
  const results = jobs.map(({ part, name, run }) => {
    console.log(`\n══ ${part}: ${name}\n$ ${run}`);
    const started = performance.now();
    const { status } = spawnSync('bash', ['-euo', 'pipefail', '-c', run], { cwd: root, stdio: 'inherit' });
    const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(5);
    return { ok: status === 0, line: `${status === 0 ? 'ok  ' : 'FAIL'} ${seconds} s  ${part}: ${name}` };
  });
  console.log(`\n${results.map(({ line }) => line).join('\n')}`);
  return results.every(({ ok }) => ok) ? 0 : 1;
});
