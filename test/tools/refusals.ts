/**
 * Runs every command of package.json with one argument, all in one process, because each would load the CDK again. Prints
 * what each says and its exit code, as JSON. Not in Jest: parseArgs reads the arguments of the real process.
 */
import { resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

const [, , argument = '', ...lines] = process.argv;
const say = process.stdout.write.bind(process.stdout);
const results: Record<string, { code: unknown; out: string }> = {};

async function main(): Promise<void> {
  for (const line of lines) {
    const [, file = '', ...given] = line.split(' ');
    const path = resolve(file);
    let out = '';
    let exited: unknown;
    const write = (text: unknown): boolean => {
      out += text;
      return true;
    };
    Object.assign(process.stdout, { write });
    Object.assign(process.stderr, { write });
    Object.assign(process, { exit: (code: unknown) => (exited = code), exitCode: undefined });
    process.argv = [process.execPath, path, ...given, argument];
    delete require.cache[path];
    require(path);
    await turn();
    results[line] = { code: exited ?? process.exitCode ?? 0, out };
  }
  process.exitCode = 0;
  say(JSON.stringify(results));
}

main();
