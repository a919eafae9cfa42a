/** `npm run rehearse`: see `--help`. */
import { parseArgs } from 'node:util';
import { type Coded, coded, Refusal, refused } from '../config/refused';
import { messageOf, showsHelp } from '../harness/message';
import { environmentNamed } from '../harness/stages';
import { linked } from '../lib/contract/link-parameters';
import { deployRehearsed } from './deploy/main';
import { Inconclusive } from './inconclusive';
import { machineRow } from './judge/machine';
import { exitCodes, type Row, summary, table, verdict } from './judge/report';
import { prepare, rehearse } from './rehearse';
import { scenarios } from './scenarios';
import type { Scenario } from './scenarios/scenario';
import { againInOwnNetwork, inOwnNetwork } from './stage/link/own-network';
import { missingPrerequisites } from './stage/link/prerequisites';

const help = `Rehearses an environment on this machine: the collectors, configurations, access documents, dashboard and
alarms of its synthesised templates, with real services, a real OpenSearch and doubles of two AWS APIs.

npm run rehearse -- [options]
  --env NAME       environment to rehearse (default: the first of the deployment)
  --scenario NAME  what happens meanwhile (default fair-day), see below
  --rate N         payments a second, 1 to 100 (default 12; about 20 spans each)
  --seconds N      how long to pay, 5 to 3600 (default 60, or as the scenario needs)
  --seed N         same seed, same payments (default 1)
  --deploy         rehearse the deployment instead: cdk bootstrap and deploy into an emulated account, changes of day two,
                   a roll-back, tear-down, and the first deployment again; --env also takes NAME-mainland
  --keep           judge, then leave everything running and print where to look, until Ctrl-C
  --help           this text

Scenarios:
${scenarios.map(({ name, summary }) => `  ${name.padEnd(18)}${summary}`).join('\n')}

Exit code: 0 every promise held, 1 one was broken, 75 inconclusive: this machine was too busy to tell.
`;

interface Arguments {
  readonly env: string | undefined;
  readonly scenario: Scenario;
  readonly rate: number;
  readonly seconds: number;
  readonly seed: number;
  readonly keep: boolean;
  readonly deploy: boolean;
  readonly help: boolean;
}

/** @throws Error that lists every wrong option */
function parse(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      env: { type: 'string' },
      scenario: { type: 'string', default: scenarios[0]!.name },
      rate: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'boolean', default: false },
      deploy: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const problems: Coded[] = [];
  const scenario = scenarios.find(({ name }) => name === values.scenario) ?? scenarios[0]!;
  if (scenario.name !== values.scenario) {
    problems.push(
      coded(
        'HL-REHEARSE-001',
        `--scenario ${values.scenario}: there is no such scenario. Use one of ${scenarios.map(({ name }) => name).join(', ')}.`,
      ),
    );
  }
  const number = (name: 'rate' | 'seconds' | 'seed', least: number, most: number, usual = 0): number => {
    const value = Number(values[name] ?? usual);
    if (!Number.isInteger(value) || value < least || value > most) {
      problems.push(
        coded('HL-REHEARSE-002', `--${name} ${values[name]}: use a whole number from ${least} to ${most}.`),
      );
    }
    return value;
  };
  const parsed = {
    env: values.env,
    scenario,
    rate: number('rate', 1, 100, scenario.ratePerSecond ?? 12),
    seconds: number('seconds', 5, 3600, scenario.seconds ?? 60),
    seed: number('seed', 0, 0xffffffff),
    keep: values.keep,
    deploy: values.deploy,
    help: values.help,
  };
  if (problems.length > 0) throw new Refusal(problems);
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
  if (options.deploy) {
    process.exitCode = await deployRehearsed(options.env ?? environmentNamed(undefined).environment);
    return;
  }
  const config = environmentNamed(options.env);
  if (options.scenario.distance) linked(config);
  if (options.scenario.distance && !inOwnNetwork()) {
    const missing = missingPrerequisites();
    if (missing.length > 0) {
      throw refused(
        'HL-REHEARSE-003',
        `Not run. The scenario ${options.scenario.name} needs, and does not find:\n- ${missing.join('\n- ')}`,
      );
    }
    await prepare((line) => process.stderr.write(`${line}\n`));
    process.exitCode = await againInOwnNetwork();
    return;
  }

  const interrupted = new AbortController();
  let release: (() => void) | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // Everything is judged, and was kept to look at.
      if (release) {
        release();
        release = undefined;
        return;
      }
      // Told twice: no more patience. Children die with this process.
      if (interrupted.signal.aborted) process.exit(130);
      interrupted.abort(new Error('Interrupted: everything was stopped, nothing was judged.'));
    });
  }

  const started = performance.now();
  const clock = () => `${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s`;
  const { name, summary: happens } = options.scenario;
  const report = (rows: readonly Row[]): void =>
    console.log(`\nRehearsal of ${config.environment}, ${name}: ${happens}\n\n${table(rows)}\n`);
  const { rows, phases, folder } = await rehearse({
    config,
    scenario: options.scenario,
    ratePerSecond: options.rate,
    seconds: options.seconds,
    seed: options.seed,
    signal: interrupted.signal,
    progress: (line) => process.stderr.write(`${clock()}  ${line}\n`),
    ...(options.keep
      ? {
          whileUp: (rows: readonly Row[], where: readonly string[]) =>
            new Promise<void>((resolve) => {
              report(rows);
              console.log(`${summary(rows)}\n\nStill running, until Ctrl-C:\n${where.join('\n')}\n`);
              release = resolve;
            }),
        }
      : {}),
  });
  if (!options.keep) report(rows);
  console.log([...phases].map(([name, seconds]) => `${seconds.toFixed(1).padStart(6)} s  ${name}`).join('\n'));
  console.log(`${clock()}  in all\n`);
  const said = verdict(rows);
  process.exitCode = exitCodes[said];
  if (said !== 'passed') console.log(`Logs and configurations: ${folder}`);
  const busy = rows.find(({ what }) => what === machineRow);
  if (busy?.doubtful)
    console.log(
      `Inconclusive: this machine was too busy: ${busy.seen}. Expected: ${busy.expected}. Try again when it has less to do.`,
    );
  console.log(summary(rows));
}

main().then(
  () => process.exit(),
  (error: Error) => {
    process.stderr.write(`${messageOf(error)}\n`);
    if (showsHelp(error)) process.stderr.write(`\n${help}`);
    process.exit(error instanceof Inconclusive ? exitCodes.inconclusive : 1);
  },
);
