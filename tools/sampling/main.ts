/** `npm run sampling`: see `--help`. */
import { parseArgs } from 'node:util';
import { refused } from '../../config/refused';
import type { EnvironmentConfig } from '../../config/schema';
import { environmentNamed } from '../../harness/stages';
import { storeClient } from '../../lib/store/client';
import { readTraces } from '../../rehearsal/recorded-traces';
import { command } from '../command';
import { connectionHelp, connectionOptions, explained, reached } from '../connection';
import { tracesOfStore } from './from-store';
import { ofKept, outcome, type Weighted, whole } from './outcome';
import { report } from './report';
import { tried } from './tried';

const help = `Says what a change of sampling would keep of recorded traffic, beside what is kept now. It changes nothing.

npm run sampling -- --env NAME --try SETTING=N [--try …] [options]
  --try floor=N        share of ordinary traces that is always kept, per cent
        ceiling=N      the most of them, per cent
        slow=N         a trace that takes longer is slow, ms
        band=N         budget between floor and ceiling, bytes a second
        errors=N       budget of errors, and of slow ones, bytes a second
  --scenario NAME      the record: every trace of the last rehearsal of it (default fair-day)
  --store              the record: the kept traces of a store. Errors and slow ones are all there; of ordinary ones the floor
                       is a known share, so the rest is worked out
  --since 1h           from when (with --store): minutes, hours
  --bytes-per-span B   bytes of a span as samplers count it (default 400)
${connectionHelp}
  --region NAME        region that requests are signed for (default that of --env, or ap-east-1)
  --help               this text

npm run rehearse && npm run sampling -- --env dev --try floor=20
npm run sampling -- --env prod --store --via session --try slow=1000 --try errors=500000
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ...connectionOptions,
      try: { type: 'string', multiple: true, default: [] },
      scenario: { type: 'string', default: 'fair-day' },
      store: { type: 'boolean', default: false },
      since: { type: 'string', default: '1h' },
      'bytes-per-span': { type: 'string', default: '400' },
    },
  });
  const config = environmentNamed(values.env);
  const bytesPerSpan = Number(values['bytes-per-span']);
  if (!(bytesPerSpan >= 50 && bytesPerSpan <= 100_000)) {
    throw refused('HL-SAMPLING-004', `--bytes-per-span ${values['bytes-per-span']}: use a number from 50 to 100000.`);
  }
  const changed = tried(config, values.try);
  const traces = values.store ? await ofStore(config, values) : whole(readTraces(config.environment, values.scenario));
  if (traces.length === 0)
    throw refused(
      'HL-SAMPLING-005',
      'The record is empty, nothing was traced in its time: use a longer one, or a longer --since of a store.',
    );
  const amounts = { instances: config.collect.sampler.maxInstances, bytesPerSpan };
  console.log(
    report(traces, {
      now: outcome(traces, config.sampling, amounts),
      tried: outcome(traces, changed.sampling, amounts),
      bytesPerSpan,
      source: values.store ? `the store, last ${values.since}` : `the last rehearsal of ${values.scenario}`,
    }),
  );
}

async function ofStore(
  config: EnvironmentConfig,
  values: Parameters<typeof reached>[0] & { readonly since: string },
): Promise<Weighted[]> {
  const [, amount = '', unit = ''] = /^(\d+)([mh])$/.exec(values.since) ?? [];
  if (!amount) throw refused('HL-SAMPLING-006', `--since ${values.since}: write 15m or 3h.`);
  const until = Date.now();
  const since = until - Number(amount) * (unit === 'h' ? 3_600_000 : 60_000);
  // Without a way into the domain, --env says whose settings: the store is that of a rehearsal.
  const { settings: store, close } = await reached(values, 'sampling -- --store');
  const client = storeClient(store);
  try {
    const iso = (time: number) => new Date(time).toISOString();
    return ofKept(await tracesOfStore(client, iso(since), iso(until)), config.sampling);
  } catch (error) {
    throw explained(error as Error, store, 'store.readerRoleArns');
  } finally {
    await client.close();
    close();
  }
}

command(help, main);
