/** `npm run trace`: see `--help`. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { errors } from '@opensearch-project/opensearch';
import { type StoreSettings, storeClient } from '../../lib/store/client';
import { sharedStore } from '../../rehearsal/stage/addresses';
import { fetchLatest, fetchTrace } from './fetch';
import { latestTable, traceTree } from './tree';

const help = `Prints the call chain of a trace as a tree: durations, errors, and where it crossed the border (⇒ CN, ⇒ HK).

npm run trace -- [options] [traceId]
  without a trace id       the ten latest traces
  --endpoint URL           https:// address of the domain; signed with your AWS credentials, as a role of store.readerRoleArns,
                           from a machine that reaches it (default: a rehearsal that was started with --keep)
  --region NAME            region that requests are signed for (default ap-east-1)
  --json                   the stored spans, one a line
  --no-colour              plain text, as when the output is no terminal
  --help                   this text

npm run rehearse -- --keep     # in one terminal, until it says "Still running"
npm run trace                  # in another: which traces are there
npm run trace -- 0af7651916cd43dd8448eb211c80319c
`;

function settings(endpoint: string | undefined, region: string): StoreSettings {
  if (endpoint !== undefined) {
    if (!/^https:\/\/[\w.:-]+\/?$/.test(endpoint)) {
      throw new Error(
        `--endpoint ${endpoint}: use the address of the domain, https://vpc-harbourline-… .ap-east-1.es.amazonaws.com`,
      );
    }
    return { endpoint, auth: { kind: 'sigv4', region } };
  }
  try {
    return JSON.parse(readFileSync(sharedStore(), 'utf8')) as StoreSettings;
  } catch {
    throw new Error(
      'No rehearsal is kept running, and no --endpoint names a domain.\nStart one with: npm run rehearse -- --keep\nOr name it: npm run trace -- --endpoint https://… <traceId>',
    );
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      endpoint: { type: 'string' },
      region: { type: 'string', default: 'ap-east-1' },
      json: { type: 'boolean', default: false },
      'no-colour': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return;
  }
  const [traceId, ...more] = positionals;
  if (more.length > 0) throw new Error(`One trace at a time: what is ${more.join(' ')}?`);
  if (traceId !== undefined && !/^[\da-f]{32}$/.test(traceId)) {
    throw new Error(`${traceId} is not a trace id: 32 hexadecimal digits in lower case, as in traceparent after 00-.`);
  }
  const store = settings(values.endpoint, values.region);
  const client = storeClient(store);
  try {
    if (traceId === undefined) {
      console.log(latestTable(await fetchLatest(client, 10)));
      return;
    }
    const spans = await fetchTrace(client, traceId);
    if (spans.length === 0) {
      throw new Error(
        `No span of ${traceId} is stored. Was it kept? 10 to 30 % of ordinary traces are, errors and slow ones always; for 14 days. A trace is decided some 10 s after its first span.`,
      );
    }
    const { isTTY, columns } = process.stdout;
    const view = {
      width: Math.max(80, columns ?? 120),
      colour: isTTY === true && !values['no-colour'] && !process.env.NO_COLOR,
    };
    console.log(values.json ? spans.map((span) => JSON.stringify(span)).join('\n') : traceTree(traceId, spans, view));
  } catch (error) {
    throw explained(error as Error, store);
  } finally {
    await client.close();
  }
}

/** What a refusal means, and what to do. */
function explained(error: Error, { endpoint, auth }: StoreSettings): Error {
  if (error instanceof errors.ResponseError && error.statusCode === 403) {
    return new Error(
      `${endpoint} does not let you read. Use credentials of a role in store.readerRoleArns: aws sts get-caller-identity says who you are.`,
    );
  }
  if (error instanceof errors.ResponseError && error.statusCode === 401) {
    return new Error(`${endpoint} does not know you: are your credentials expired?`);
  }
  if (error instanceof errors.ConnectionError || error instanceof errors.TimeoutError) {
    const hint =
      auth.kind === 'basic'
        ? 'Is the rehearsal still running?'
        : 'The domain is private: run this where it can be reached, such as over the VPN.';
    return new Error(`${endpoint} cannot be reached: ${error.message}. ${hint}`);
  }
  return error;
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  if ('code' in error && `${error.code}`.startsWith('ERR_PARSE_ARGS')) process.stderr.write(help);
  process.exitCode = 1;
});
