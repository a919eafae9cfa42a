/** `npm run preflight`: see `--help`. */
import { parseArgs } from 'node:util';
import { refused } from '../../config/refused';
import { stageNamed } from '../../harness/stages';
import { command, needed } from '../command';
import type { Check } from './check';
import { checks } from './checks';
import { mainlandChecks } from './checks/mainland';
import { clientChecks, operatorsChecks } from './checks/other-accounts';
import { clients } from './clients';
import { checklist } from './first';
import { plan } from './plan';
import { exitCode, NoCredentials, preflight, table } from './preflight';

const help = `Asks AWS before a deployment what would fail during it. Reads only, the dry run of the store and a change
set that is never executed included.

npm run preflight -- --env NAME [--first]
  --env NAME   environment to deploy; or, with credentials of its account, NAME-mainland,
               NAME-client-CLIENT or NAME-operators
  --first      a checklist for the first deployment, as far as it can be filled here: what has to be ordered days ahead
               comes first
  --asks       lists the questions and the IAM actions that they need, and asks nothing
  --help       this text

Credentials are found as by the AWS CLI (profile, environment, role). Exit code: 0 all well · 1 something will fail ·
2 not everything could be asked.
`;

const stageChecks = {
  environment: checks,
  mainland: mainlandChecks,
  client: clientChecks,
  operators: operatorsChecks,
} as const;

const questions = (asked: readonly Check[]): string =>
  asked
    .map(({ name, asks, because }) => `${name.padEnd(24)} ${because}\n${' '.repeat(24)} ${asks.join(', ')}`)
    .join('\n');

command(help, async () => {
  const { values } = parseArgs({
    options: {
      env: { type: 'string' },
      asks: { type: 'boolean', default: false },
      first: { type: 'boolean', default: false },
    },
  });
  if (values.asks) {
    console.log(questions(values.env ? stageChecks[stageNamed(values.env).kind] : checks));
    return 0;
  }
  const stage = stageNamed(needed('env', values.env));
  if (values.first && stage.kind !== 'environment')
    throw refused(
      'HL-PREFLIGHT-001',
      `--first is the checklist of an environment, and ${stage.name} is a stage of one: use --env ${stage.config.environment}.`,
    );
  const planned = plan(stage.name);
  const aws = clients(planned.stage.region);
  const asked = stageChecks[planned.stage.kind];
  try {
    const lines = await preflight(asked, aws, planned, (name) => process.stderr.write(`asking: ${name}\n`));
    console.log(values.first ? checklist(planned, lines) : table(lines));
    const failing = lines.filter(({ ok }) => ok === false).length;
    const unknown = lines.filter(({ ok }) => ok === undefined).length;
    console.log(`\n${lines.length} answers, ${failing} that will fail, ${unknown} that could not be had`);
    return exitCode(lines);
  } catch (error) {
    if (!(error instanceof NoCredentials)) throw error;
    if (values.first) console.log(checklist(planned, undefined));
    console.log(`No credentials of AWS here, so nothing was asked (${error.message}). With some, this would be:\n`);
    console.log(questions(asked));
    return 2;
  }
});
