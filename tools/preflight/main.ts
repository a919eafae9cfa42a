/** `npm run preflight`: see `--help`. */
import { parseArgs } from 'node:util';
import { AccountClient } from '@aws-sdk/client-account';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { OpenSearchClient } from '@aws-sdk/client-opensearch';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { command } from '../command';
import type { Aws } from './check';
import { checks } from './checks';
import { plan } from './plan';
import { exitCode, NoCredentials, preflight, table } from './preflight';

const help = `Asks AWS before a deployment what would fail during it. Reads only; the dry run of the store changes nothing.

npm run preflight -- --env NAME
  --env NAME   environment that is to be deployed
  --asks       lists the questions and the IAM actions that they need, and asks nothing
  --help       this text

Credentials are found as by the AWS CLI (profile, environment, role). Exit code: 0 all well · 1 something will fail ·
2 not everything could be asked.
`;

const questions = (): string =>
  checks
    .map(({ name, asks, because }) => `${name.padEnd(24)} ${because}\n${' '.repeat(24)} ${asks.join(', ')}`)
    .join('\n');

command(help, async () => {
  const { values } = parseArgs({ options: { env: { type: 'string' }, asks: { type: 'boolean', default: false } } });
  if (values.asks) {
    console.log(questions());
    return 0;
  }
  if (!values.env) throw new Error(`--env is missing: which environment is to be deployed?\n\n${help}`);
  const planned = plan(values.env);
  const { region } = planned.config;
  const aws: Aws = {
    // Global services: they have one endpoint.
    account: new AccountClient({ region: 'us-east-1' }),
    iam: new IAMClient({ region: 'us-east-1' }),
    directConnect: new DirectConnectClient({ region }),
    ec2: new EC2Client({ region }),
    logs: new CloudWatchLogsClient({ region }),
    openSearch: new OpenSearchClient({ region }),
    quotas: new ServiceQuotasClient({ region }),
    ssm: new SSMClient({ region }),
    sts: new STSClient({ region }),
  };
  try {
    const lines = await preflight(checks, aws, planned, (name) => process.stderr.write(`asking: ${name}\n`));
    console.log(table(lines));
    const failing = lines.filter(({ ok }) => ok === false).length;
    const unknown = lines.filter(({ ok }) => ok === undefined).length;
    console.log(`\n${lines.length} answers, ${failing} that will fail, ${unknown} that could not be had`);
    return exitCode(lines);
  } catch (error) {
    if (!(error instanceof NoCredentials)) throw error;
    console.log(`No credentials of AWS here, so nothing was asked (${error.message}). With some, this would be:\n`);
    console.log(questions());
    return 2;
  }
});
