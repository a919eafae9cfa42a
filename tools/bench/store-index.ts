/** What codec and refresh cost, and how long searches take. */
import type { Client } from '@opensearch-project/opensearch';
import { fetchTrace } from '../trace/fetch';
import { bytesOf, median, timed } from './measure';
import { searches } from './searches';
import { spansInRequest } from './store-load';

/** An index that differs in one setting. */
export interface IndexVariant {
  readonly name: string;
  readonly rate: number;
  readonly written: number;
  readonly merged: number;
}

/** The same spans into indices that differ in one setting. */
export async function codecsAndRefresh(
  bootstrap: Client,
  bulks: (index: string) => string[],
  send: (body: string) => Promise<void>,
): Promise<IndexVariant[]> {
  const results: IndexVariant[] = [];
  for (const [codec, refresh] of [
    ['default', '10s'],
    ['best_compression', '1s'],
    ['best_compression', '10s'],
    ['best_compression', '30s'],
  ] as const) {
    // Below the pattern of the template, so that mappings are the same; not behind the alias.
    const index = `otel-v1-apm-span-bench-${codec}-${refresh}`;
    await bootstrap.indices.create({ index, body: { settings: { index: { codec, refresh_interval: refresh } } } });
    const rates: number[] = [];
    for (let round = 0; round < 2; round++) {
      const prepared = bulks(index);
      rates.push((prepared.length * spansInRequest) / (await timed(prepared, send)));
    }
    const bytes = async (): Promise<number> => {
      await bootstrap.indices.flush({ index });
      const { body } = await bootstrap.count({ index });
      return (await bytesOf(bootstrap, index)) / body.count;
    };
    await bootstrap.indices.refresh({ index });
    const written = await bytes();
    await bootstrap.indices.forcemerge({ index, max_num_segments: 1 });
    results.push({
      name: `${codec}, refresh ${refresh.replace('s', ' s')}`,
      rate: median(rates),
      written,
      merged: await bytes(),
    });
    await bootstrap.indices.delete({ index });
  }
  return results;
}

/** How long the page waits. */
export async function searchTimes(
  reader: Client,
  loadedUntil: number,
): Promise<{ name: string; middle: number; slowest: number }[]> {
  const { body } = await reader.search({
    index: 'otel-v1-apm-span',
    body: { size: 20, query: { term: { parentSpanId: '' } } },
  });
  const ids = body.hits.hits.map(({ _source }) => (_source as unknown as { traceId: string }).traceId);
  const all: Record<string, (at: number) => Promise<unknown>> = {
    'trace list, the last five minutes': () => searches.traceList(reader, loadedUntil),
    'one trace': (at) => fetchTrace(reader, ids[at % ids.length] ?? ''),
    'services, the last hour': () => searches.services(reader, loadedUntil),
    'service map': () => searches.serviceMap(reader),
  };
  const results: { name: string; middle: number; slowest: number }[] = [];
  for (const [name, search] of Object.entries(all)) {
    for (let warm = 0; warm < 3; warm++) await search(warm);
    const times: number[] = [];
    for (let at = 0; at < 20; at++) {
      const started = performance.now();
      await search(at);
      times.push(performance.now() - started);
    }
    results.push({ name, middle: median(times), slowest: Math.max(...times) });
  }
  return results;
}
