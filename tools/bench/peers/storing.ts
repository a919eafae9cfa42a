/** Our writer and Jaeger store the same spans in the same node, in turn. */
import type { Client } from '@opensearch-project/opensearch';
import { waitFor } from '../../../harness/wait';
import { bytesOf, count, median, peakMiB, poster, processorSeconds, timed } from '../measure';
import { Load, spansInRequest } from '../store-load';
import { startStore } from '../store-node';
import { startWriter } from '../writer-process';
import { jaeger, jaegerVersion, startJaeger } from './jaeger';
import { peerBinary } from './program';
import type { Section } from './sampling';

/** Ours must store so many times the spans that Jaeger stores, for each core, in at most such a share of the bytes. */
const aims = { rate: 2, bytes: 0.5 };

/** A way into the node. */
interface Way {
  readonly name: string;
  readonly pid: number;
  readonly post: (body: Buffer) => Promise<void>;
  /** Its indices of spans, and all that it fills. */
  readonly spans: string;
  readonly all: string;
  /** Spans for each second of its processor time. */
  readonly rates: number[];
  /** Spans stored in a second. */
  readonly speeds: number[];
}

/** Measures. @param say receives lines of progress */
export async function compareStores(quick: boolean, say: (line: string) => void): Promise<Section> {
  const [warmUps, rounds, requestsARound] = quick ? [1, 1, 6] : [2, 6, 40];
  const binary = await peerBinary(jaeger, say);
  const store = await startStore(say);
  const client = poster();
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const bootstrap = store.clientOf('bootstrap');
    const writer = await startWriter(4418, store.settings);
    stops.push(writer.stop);
    const theirs = await startJaeger(binary, '127.77.9.21', store);
    stops.push(theirs.stop);
    const post = async (body: Buffer): Promise<void> =>
      waitFor('Jaeger to take spans', async () => {
        const status = await client.post(theirs.url, body);
        return status === 200 || status;
      });
    const fresh = () => ({ rates: [] as number[], speeds: [] as number[] });
    const ways: Way[] = [
      { name: 'Harbourline, the span writer', ...writer, spans: 'otel-v1-apm-span', all: 'otel-v1-apm-*', ...fresh() },
      { name: `Jaeger ${jaegerVersion}`, ...theirs, post, spans: 'jaeger-span-*', all: 'jaeger-*', ...fresh() },
    ];
    const load = new Load();
    const spans = requestsARound * spansInRequest;
    for (let n = 1 - warmUps; n <= rounds; n++) {
      const requests = Array.from({ length: requestsARound }, () => load.request());
      for (const way of ways) {
        const before = processorSeconds(way.pid);
        const started = performance.now();
        await timed(requests, way.post);
        await stored(bootstrap, way.spans, (n + warmUps) * spans);
        const seconds = (performance.now() - started) / 1000;
        const cost = processorSeconds(way.pid) - before;
        say(`round ${n} of ${rounds}: ${way.name} ${count(spans / cost)} spans a second and core`);
        if (n < 1) continue; // both warm up: a writer runs for days
        way.rates.push(spans / cost);
        way.speeds.push(spans / seconds);
      }
    }
    const sizes: Size[] = [];
    for (const way of ways) sizes.push(await sizeOf(bootstrap, way.all, (rounds + warmUps) * spans));
    return section(ways, sizes, rounds, spans);
  } finally {
    client.close();
    for (const stop of stops) await stop();
    await store.stop();
  }
}

/** Ours adds documents for far ends beyond the border, which are no spans that were sent. */
const sentSpans = { query: { bool: { must_not: { exists: { field: 'harbourline.inferred' } } } } };

/** Jaeger takes spans before the node has them. */
async function stored(client: Client, index: string, spans: number): Promise<void> {
  await waitFor(`${count(spans)} spans in ${index}`, async () => {
    await client.indices.refresh({ index });
    const { body } = await client.count({ index, body: sentSpans });
    return body.count === spans || body.count;
  });
}

/** Bytes a span: as written, and with its segments merged. */
interface Size {
  readonly written: number;
  readonly merged: number;
}

async function sizeOf(client: Client, index: string, spans: number): Promise<Size> {
  const bytes = async (): Promise<number> => {
    await client.indices.flush({ index });
    return (await bytesOf(client, index)) / spans;
  };
  const written = await bytes();
  await client.indices.forcemerge({ index, max_num_segments: 1 });
  return { written, merged: await bytes() };
}

function section(ways: readonly Way[], sizes: readonly Size[], rounds: number, spans: number): Section {
  const rows = ways.map(({ name, pid, rates, speeds }, at) => {
    const { written, merged } = sizes[at] as Size;
    const cells = [count(median(rates)), count(median(speeds)), peakMiB(pid).toFixed(0), count(written), count(merged)];
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  const [ours, theirs] = ways as [Way, Way];
  const rate = median(ours.rates) / median(theirs.rates);
  const bytes = (sizes[0]?.merged ?? 0) / (sizes[1]?.merged ?? 1);
  return {
    lines: [
      '### Storing beside Jaeger',
      '',
      `Medians of ${rounds} rounds of ${count(spans)} spans, after two to warm up, in turn, the same spans for both, over TLS into the same node until it has them all: one shard, no copies, and what each stores beside spans (services, operations, the map, far ends) counted with them. All else of Jaeger is as in its own example for OpenSearch. Of the processor, what the node takes is not counted.`,
      '',
      '| what stores | spans a second for each core of its own | spans a second | peak memory, MiB | bytes a stored span, as written | merged |',
      '|---|---|---|---|---|---|',
      ...rows,
      '',
      `The writer stores ${rate.toFixed(2)} × the spans of Jaeger for each core (aim: at least ${aims.rate} ×), in ${bytes.toFixed(2)} of its bytes, merged (aim: at most ${aims.bytes.toFixed(2)}).`,
    ],
    wrong: [],
    missed: [
      ...(rate < aims.rate ? [`the writer stores ${rate.toFixed(2)} × the spans of Jaeger for each core`] : []),
      ...(bytes > aims.bytes ? [`a stored span takes ${bytes.toFixed(2)} of Jaeger's bytes`] : []),
    ],
  };
}
