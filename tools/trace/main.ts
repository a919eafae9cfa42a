/** `npm run trace`: see `--help`. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { refused } from '../../config/refused';
import { environmentNamed } from '../../harness/stages';
import { storeClient } from '../../lib/store/client';
import { command, nothingMore } from '../command';
import { connectionHelp, explained, ownWay, reached } from '../connection';
import { comparison } from './compare';
import { exporters } from './export';
import { fetchList, fetchTrace } from './fetch';
import { assertTogether, assertTraceId, filterOf, options, whole } from './options';
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
    --since 15m, --until   from when, to when: minutes, hours, days ago, or a time in ISO 8601 (without a zone: this machine's)
    --count N              so many (default 10, at most 500)
    What is said of a span must hold of one span.
  with a trace id          its tree; with two, where the second took longer than the first
    --export otlp|jaeger|zipkin   as JSON
    --page FILE            as a waterfall, one HTML file
    --limit N              read so many spans (default 100000); it says where there are more
    --json                 the stored spans, one a line
    --no-colour            plain text, as when the output is no terminal
${connectionHelp}
                           signed with your AWS credentials, as a role of store.readerRoleArns
                           --env alone: by the store.access.via of its configuration
                           (default: a rehearsal that was started with --keep)
  --region NAME            region that requests are signed for (default that of --env, or ap-east-1)
  --help                   this text

npm run rehearse -- --keep     # in one terminal, until it says "Still running"
npm run trace                  # in another: which traces are there
npm run trace -- 0af7651916cd43dd8448eb211c80319c
npm run trace -- --crossing hk-cn --slow 800ms --since 15m
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [traceId, other, ...more] = positionals;
  nothingMore('One trace, or two to compare,', more);
  positionals.forEach(assertTraceId);
  const format = values.export as keyof typeof exporters | undefined;
  if (format !== undefined && !Object.hasOwn(exporters, format))
    throw refused('HL-TRACE-012', `--export ${format}: there is no such format. Use otlp, jaeger or zipkin.`);
  assertTogether(values, positionals.length);
  const filter = filterOf(values);
  const limit = whole('--limit', values.limit ?? '100000', 1_000_000);
  const { env, endpoint, via } = values;
  const way = via ?? (env !== undefined && endpoint === undefined ? ownWay(environmentNamed(env)) : undefined);
  const { settings: store, close } = await reached({ ...values, via: way }, 'trace');
  const client = storeClient(store);
  const fetched = async (id: string) => {
    const found = await fetchTrace(client, id, limit);
    if (found.spans.length > 0) return found;
    throw refused(
      'HL-TRACE-013',
      `No span of ${id} is stored. Was it kept? 10 to 30 % of ordinary traces are, errors and slow ones always; for 14 days. A trace is decided about 10 s after its first span: try again then, or look for others with --service.`,
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

command(help, main);
