/** Runs commands in this process, one after another: each of its own would load the CDK again. */
import { join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { scripts } from '../../package.json';
import { packagedCommands } from '../cli/commands';

/** What a command printed, and its exit code. */
export interface Ran {
  readonly code: unknown;
  readonly out: string;
}

/** The module that a command line runs, and its arguments: `npm run trace -- ID`, `npx harbourline init FOLDER`. */
function moduleOf(line: string): { file: string; args: string[] } {
  const [, tool, name = '', rest = ''] = /^(npm run|npx harbourline) ([\w:-]+)(?: -- | |$)(.*)$/.exec(line) ?? [];
  const args = rest.split(' ').filter(Boolean);
  const cli = join(__dirname, '..', 'cli');
  if (tool !== 'npm run') {
    const packaged = packagedCommands[name];
    return packaged
      ? { file: require.resolve(join(cli, packaged.module)), args }
      : { file: join(cli, 'main.ts'), args: [name, ...args] };
  }
  const [, file = '', ...given] = scripts[name as keyof typeof scripts].split(' ');
  return { file: resolve(__dirname, '..', '..', file), args: [...given, ...args] };
}

/**
 * What a command says that ends at once, because it is refused or asked for its help. Not in Jest: `parseArgs` reads the arguments of the
 * real process.
 */
export async function run(line: string): Promise<Ran> {
  const { file, args } = moduleOf(line);
  const own = { argv: process.argv, exit: process.exit, exitCode: process.exitCode };
  const writes = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write }));
  let out = '';
  let exited: unknown;
  const write = (text: unknown): boolean => {
    out += text;
    return true;
  };
  for (const { stream } of writes) Object.assign(stream, { write });
  Object.assign(process, {
    argv: [process.execPath, file, ...args],
    exit: (code: unknown) => {
      exited = code;
    },
    exitCode: undefined,
  });
  try {
    delete require.cache[file];
    require(file);
    await turn();
    return { code: exited ?? process.exitCode ?? 0, out };
  } finally {
    for (const { stream, write: before } of writes) Object.assign(stream, { write: before });
    Object.assign(process, own);
  }
}
