/** `npm run trace`: see `--help`. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { storeClient } from '../../lib/store/client';
import { connectionHelp, connectionOptions, explained, reached } from '../connection';
import { comparison } from './compare';
import { exporters } from './export';
import { type Filter, fetchList, fetchTrace } from './fetch';
import { tracePage } from './page';
import { listTable, traceTree } from './tree';

const help = `Prints the call chain of a trace as a tree: durations, errors, and where it crossed the border (⇒ CN, ⇒ HK).

npm run trace -- [options] [traceId [traceId]]
  without a trace id       the latest traces, wherever they begin; with --slow the slowest
    --service NAME         that have a span of the service
    --crossing hk-cn|cn-hk that cross the border
    --slow 800ms           whose span (with --service or --crossing) or whole trace took as long: ns, us, ms, s
    --errors               that have a span with an error
    --attribute KEY=VALUE  that have a span with the attribute; more than once: all of them
    --since 15m, --until   from when, to when: minutes, hours, days ago, or a time in ISO 8601
    --count N              so many (default 10)
    What is said of a span must hold of one span.
  with a trace id          its tree; with two, where the second took longer than the first
    --export otlp|jaeger|zipkin   as JSON
    --page FILE            as a waterfall, one HTML file
    --limit N              read so many spans (default 100000); it says where there are more
    --json                 the stored spans, one a line
    --no-colour            plain text, as when the output is no terminal
${connectionHelp}
                           signed with your AWS credentials, as a role of store.readerRoleArns
                           (default: a rehearsal that was started with --keep)
  --region NAME            region that requests are signed for (default ap-east-1)
  --help                   this text

npm run rehearse -- --keep     # in one terminal, until it says "Still running"
npm run trace                  # in another: which traces are there
npm run trace -- 0af7651916cd43dd8448eb211c80319c
npm run trace -- --crossing hk-cn --slow 800ms --since 15m
`;

const unitNanos: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationOf(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ns|us|ms|s)$/.exec(text) ?? [];
  const size = unitNanos[unit];
  if (size === undefined) throw new Error(`--slow ${text}: write a duration with its unit, such as 800ms or 1.5s.`);
  return Math.round(Number(amount) * size);
}

function timeOf(option: string, text: string): string {
  const [, amount = '', unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const size = unitMs[unit];
  const time = size === undefined ? Date.parse(text) : Date.now() - Number(amount) * size;
  if (Number.isNaN(time))
    throw new Error(`${option} ${text}: write 15m, 3h, 2d, or a time such as 2026-03-01T08:00:00Z.`);
  return new Date(time).toISOString();
}

function whole(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > 1_000_000)
    throw new Error(`${option} ${text}: use a whole number from 1.`);
  return value;
}

const options = {
  ...connectionOptions,
  service: { type: 'string' },
  crossing: { type: 'string' },
  slow: { type: 'string' },
  errors: { type: 'boolean', default: false },
  since: { type: 'string' },
  until: { type: 'string' },
  attribute: { type: 'string', multiple: true },
  count: { type: 'string', default: '10' },
  export: { type: 'string' },
  page: { type: 'string' },
  limit: { type: 'string', default: '100000' },
  json: { type: 'boolean', default: false },
  'no-colour': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

function filterOf(values: Values): Filter {
  const { service, crossing, slow, since, until } = values;
  if (crossing !== undefined && crossing !== 'hk-cn' && crossing !== 'cn-hk') {
    throw new Error(`--crossing ${crossing}: use hk-cn or cn-hk.`);
  }
  return {
    ...(service === undefined ? {} : { service }),
    ...(crossing === undefined ? {} : { crossing }),
    ...(slow === undefined ? {} : { slow: durationOf(slow) }),
    ...(since === undefined ? {} : { since: timeOf('--since', since) }),
    ...(until === undefined ? {} : { until: timeOf('--until', until) }),
    errors: values.errors ?? false,
    attributes: (values.attribute ?? []).map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new Error(`--attribute ${text}: write key=value.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
    count: Math.min(500, whole('--count', values.count ?? '10')),
  };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  if (values.help) {
    console.log(help);
    return;
  }
  const [traceId, other, ...more] = positionals;
  if (more.length > 0) throw new Error(`One trace, or two to compare: what is ${more.join(' ')}?`);
  for (const id of positionals) {
    if (!/^[\da-f]{32}$/.test(id)) {
      throw new Error(`${id} is not a trace id: 32 hexadecimal digits in lower case, as in traceparent after 00-.`);
    }
  }
  const format = values.export as keyof typeof exporters | undefined;
  if (format !== undefined && !(format in exporters))
    throw new Error(`--export ${format}: use otlp, jaeger or zipkin.`);
  const filter = filterOf(values);
  const limit = whole('--limit', values.limit);
  const { settings: store, close } = await reached(values, 'trace');
  const client = storeClient(store);
  const fetched = async (id: string) => {
    const found = await fetchTrace(client, id, limit);
    if (found.spans.length > 0) return found;
    throw new Error(
      `No span of ${id} is stored. Was it kept? 10 to 30 % of ordinary traces are, errors and slow ones always; for 14 days. A trace is decided some 10 s after its first span.`,
    );
  };
  try {
    if (traceId === undefined) {
      console.log(listTable(await fetchList(client, filter)));
      return;
    }
    const { spans, total } = await fetched(traceId);
    if (total > spans.length)
      process.stderr.write(`${spans.length} of ${total} spans were read: --limit ${total} reads all.\n`);
    if (other !== undefined) {
      console.log(comparison(spans, (await fetched(other)).spans));
    } else if (values.page !== undefined) {
      writeFileSync(values.page, tracePage(traceId, spans, total), { mode: 0o600 });
      console.log(values.page);
    } else if (format !== undefined) {
      console.log(JSON.stringify(exporters[format](traceId, spans)));
    } else if (values.json) {
      for (const span of spans) console.log(JSON.stringify(span));
    } else {
      const { isTTY, columns } = process.stdout;
      const colour = isTTY === true && !values['no-colour'] && !process.env.NO_COLOR;
      console.log(traceTree(traceId, spans, { width: Math.max(80, columns ?? 120), colour }, total));
    }
  } catch (error) {
    throw explained(error as Error, store, 'store.readerRoleArns');
  } finally {
    await client.close();
    close();
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  if ('code' in error && `${error.code}`.startsWith('ERR_PARSE_ARGS')) process.stderr.write(help);
  process.exitCode = 1;
});
