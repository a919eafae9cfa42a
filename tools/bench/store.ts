/**
 * `npm run bench:store`: what the writer and a node can take, what a span weighs on disk, and how long the page waits at a
 * million spans, all in one run. Figures go to docs/performance.md, and those that sizes are worked out from to
 * config/measured.json.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@opensearch-project/opensearch';
import { benchmark, type Measured } from './benchmark';
import { connections, count, median, peakMiB, processorSeconds, timed } from './measure';
import { codecsAndRefresh, searchTimes } from './store-index';
import { Load, spansInRequest } from './store-load';
import { startStore } from './store-node';
import { startWriter, writerCost } from './writer-process';

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function measure(quick: boolean, values: Readonly<Record<string, unknown>>): Promise<Measured> {
  const wanted = quick ? 0 : Number(values.spans);
  if (!quick && (!Number.isInteger(wanted) || wanted < 100_000))
    throw new Error(`--spans ${values.spans}: use a whole number from 100000`);
  const [rounds, requestsARound] = quick ? [1, 6] : [3, 40];
  const store = await startStore(say);
  const { node, settings } = store;
  const [bootstrap, plain, reader] = [store.clientOf('bootstrap'), store.clientOf('writer'), store.clientOf('reader')];
  const loadedUntil = Date.now();
  const load = new Load(loadedUntil);
  const alias = 'otel-v1-apm-span';
  const bulks = (index = alias, requests = requestsARound): string[] =>
    Array.from({ length: requests }, () => load.bulk(index));
  const send =
    (client: Client) =>
    async (body: string): Promise<void> => {
      const { body: answer } = await client.bulk({ body: body as unknown as object[] });
      if (answer.errors) throw new Error('The node refuses documents: the ceiling would be measured wrongly.');
    };
  const spans = requestsARound * spansInRequest;
  try {
    say('writer against a null sink');
    // The null sink speaks no TLS, which the writer insists on: its client is the bench's own there.
    const alone = await writerCost(load, rounds, requestsARound);

    say('writer and plain bulk load against the node, in turn');
    const writer = await startWriter(4418, settings);
    const [ratesPlain, ratesWriter, nodeCost, writerCostTls]: number[][] = [[], [], [], []] as number[][];
    let stored = 0;
    for (let round = 0; round <= rounds; round++) {
      const prepared = bulks();
      const before = processorSeconds(node.pid);
      const plainSeconds = await timed(prepared, send(plain));
      const cost = processorSeconds(node.pid) - before;
      const requests = Array.from({ length: requestsARound }, () => load.request());
      const writerBefore = processorSeconds(writer.pid);
      const writerSeconds = await timed(requests, writer.post);
      const own = processorSeconds(writer.pid) - writerBefore;
      stored += 2 * spans;
      if (round === 0) continue; // both warm up
      ratesPlain?.push(spans / plainSeconds);
      ratesWriter?.push(spans / writerSeconds);
      nodeCost?.push(spans / cost);
      writerCostTls?.push(spans / own);
      say(`round ${round}: plain ${count(spans / plainSeconds)}/s, writer ${count(spans / writerSeconds)}/s`);
    }
    const peak = peakMiB(writer.pid);
    await writer.stop();

    say('codecs and refresh');
    const variants = await codecsAndRefresh(bootstrap, bulks, send(bootstrap));

    say(`filling up to ${count(wanted)} spans`);
    while (stored < wanted) {
      await timed(bulks(alias, 20), send(plain));
      stored += 20 * spansInRequest;
      if (stored % 100_000 === 0) say(`${count(stored)} stored`);
    }
    await bootstrap.indices.refresh({ index: 'otel-v1-apm-*' });
    const waits = await searchTimes(reader, loadedUntil);

    const ratio = median(ratesWriter ?? []) / median(ratesPlain ?? []);
    const bytes = Math.round(load.request().length / spansInRequest);
    const text = [
      `Medians of ${rounds} rounds of ${count(spans)} spans, in turn, ${connections} requests at a time; writer, node and load share the machine; a span has ${bytes} bytes as OTLP. One node, TLS, security plugin, one shard, no copies, a JVM of 2 GiB that compiles quickly rather than well: a domain's node is faster.`,
      '',
      '| what | spans a second |',
      '|---|---|',
      `| writer, null sink, for each core of its own | ${count(alone)} |`,
      `| writer, the node over TLS, for each core of its own | ${count(median(writerCostTls ?? []))} |`,
      `| the node, plain bulk load, for each core of its own | ${count(median(nodeCost ?? []))} |`,
      `| plain bulk load of prepared documents | ${count(median(ratesPlain ?? []))} |`,
      `| writer | ${count(median(ratesWriter ?? []))} |`,
      '',
      `The writer reaches ${ratio.toFixed(2)} of the plain bulk load (aim: at least 0.70), with ${peak.toFixed(0)} MiB of memory at most.`,
      '',
      '| index | spans a second | bytes a stored span, as written | merged |',
      '|---|---|---|---|',
      ...variants.map(
        ({ name, rate, written, merged }) => `| ${name} | ${count(rate)} | ${count(written)} | ${count(merged)} |`,
      ),
      '',
      `| search as the masked reader, ${count(stored)} spans | median, ms | slowest of 20, ms |`,
      '|---|---|---|',
      ...waits.map(({ name, middle, slowest }) => `| ${name} | ${middle.toFixed(0)} | ${slowest.toFixed(0)} |`),
    ].join('\n');
    const bytesOf = (name: string): number =>
      Math.round(variants.find((variant) => variant.name === name)?.written ?? 0);
    const measured = {
      otlpBytesPerSpan: bytes,
      storedBytesPerSpan: {
        default: bytesOf('default, refresh 10 s'),
        best_compression: bytesOf('best_compression, refresh 10 s'),
      },
      writerSpansPerCoreSecond: Math.round(median(writerCostTls ?? [])),
      nodeSpansPerCoreSecond: Math.round(median(nodeCost ?? [])),
    };
    const file = join(__dirname, '..', '..', 'config', 'measured.json');
    return {
      text,
      missed: ratio < 0.7 ? [`the writer reaches ${ratio.toFixed(2)} of the plain bulk load`] : [],
      write: () => writeFileSync(file, `${JSON.stringify(measured, undefined, 2)}\n`),
    };
  } finally {
    await store.stop();
  }
}

benchmark(
  {
    name: 'bench:store',
    about: 'Measures the span writer and the store. Takes some six minutes.',
    options: { spans: { type: 'string', default: '1000000' } },
    optionsHelp: '  --spans N  spans in the store when searches are timed (default 1000000)\n',
  },
  measure,
);
