/** `npm run rehearse`: see `--help`. */
import { parseArgs } from 'node:util';
import { loadEnvironments } from '../config';
import { rehearse } from './rehearse';
import { summary, table } from './report';

const help = `Rehearses an environment on this machine: the collectors, configurations, access documents, dashboard and
alarms of its synthesised templates, with real services, a real OpenSearch and doubles of two AWS APIs.

npm run rehearse -- [options]
  --env NAME       environment to rehearse (default dev)
  --rate N         payments a second, 1 to 100 (default 12; some 20 spans each)
  --seconds N      how long to pay, 5 to 3600 (default 60)
  --seed N         same seed, same payments (default 1)
  --keep           leave everything running afterwards and print where to look, until Ctrl-C
  --help           this text
`;

interface Arguments {
  readonly env: string;
  readonly rate: number;
  readonly seconds: number;
  readonly seed: number;
  readonly keep: boolean;
  readonly help: boolean;
}

/** @throws Error that lists every wrong option */
function parse(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      env: { type: 'string', default: 'dev' },
      rate: { type: 'string', default: '12' },
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const problems: string[] = [];
  const number = (name: 'rate' | 'seconds' | 'seed', least: number, most: number): number => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < least || value > most) {
      problems.push(`--${name} ${values[name]}: use a whole number from ${least} to ${most}`);
    }
    return value;
  };
  const parsed = {
    env: values.env,
    rate: number('rate', 1, 100),
    seconds: number('seconds', 5, 3600),
    seed: number('seed', 0, 0xffffffff),
    keep: values.keep,
    help: values.help,
  };
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return parsed;
}

async function main(): Promise<void> {
  // Each child and each bundle has an exit hook of its own: a dozen and more, none of them a leak.
  process.setMaxListeners(50);
  const options = parse(process.argv.slice(2));
  if (options.help) {
    console.log(help);
    return;
  }
  const environments = loadEnvironments();
  const config = environments.find(({ environment }) => environment === options.env);
  if (!config) {
    const names = environments.map(({ environment }) => environment).join(', ');
    throw new Error(`There is no environment ${options.env}. There are: ${names}.`);
  }

  const interrupted = new AbortController();
  let release = (): void => {};
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // Told twice: no more patience. Children die with this process.
      if (interrupted.signal.aborted) process.exit(130);
      interrupted.abort(new Error('Interrupted: everything was stopped, nothing was judged.'));
      release();
    });
  }

  const started = performance.now();
  const clock = () => `${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s`;
  const { lines, phases, folder } = await rehearse({
    config,
    ratePerSecond: options.rate,
    seconds: options.seconds,
    seed: options.seed,
    signal: interrupted.signal,
    progress: (line) => process.stderr.write(`${clock()}  ${line}\n`),
    ...(options.keep
      ? {
          whileUp: (where: readonly string[]) =>
            new Promise<void>((resolve) => {
              console.log(`\nStill running, until Ctrl-C:\n${where.join('\n')}\n`);
              release = resolve;
            }),
        }
      : {}),
  });
  console.log(`\nRehearsal of ${config.environment}\n\n${table(lines)}\n`);
  console.log([...phases].map(([name, seconds]) => `${seconds.toFixed(1).padStart(6)} s  ${name}`).join('\n'));
  console.log(`${clock()}  in all\n`);
  if (lines.some(({ ok }) => ok === false)) {
    console.log(`Logs and configurations: ${folder}`);
    process.exitCode = 1;
  }
  console.log(summary(lines));
}

main().then(
  () => process.exit(),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    if ('code' in error && `${error.code}`.startsWith('ERR_PARSE_ARGS')) process.stderr.write(help);
    process.exit(1);
  },
);
