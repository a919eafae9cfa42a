/** What measuring a store takes: rounds, processor time, memory, and requests that overlap. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import type { Client } from '@opensearch-project/opensearch';

/** As the collector's consumers. */
export const connections = 4;
/** Kernel clock ticks a second: `getconf CLK_TCK`, 100 on Linux. */
const ticks = 100;

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Processor seconds of a process. */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}
export const peakMiB = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** Memory of a process in KiB, without pages of files: the program's, and those of a queue on disk. */
export const ownKibibytes = (pid: number): number =>
  Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** Bytes of the segments of indices that are searched: the node's own sum is up to ten seconds old, and counts what a merge has replaced. */
export async function bytesOf(client: Client, index: string): Promise<number> {
  await client.indices.refresh({ index });
  const { body } = await client.indices.segments({ index });
  return Object.values(body.indices ?? {})
    .flatMap(({ shards }) => Object.values(shards).flat())
    .filter(({ routing }) => routing.primary)
    .flatMap(({ segments }) => Object.values(segments))
    .reduce((sum, { size_in_bytes }) => sum + Number(size_in_bytes), 0);
}

/** Does all of the work, so many at a time. @returns seconds */
export async function timed<T>(work: readonly T[], one: (item: T) => Promise<void>): Promise<number> {
  const queue = [...work];
  const started = performance.now();
  const consume = async (): Promise<void> => {
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) await one(item);
  };
  await Promise.all(Array.from({ length: connections }, consume));
  return (performance.now() - started) / 1000;
}

/** Posts OTLP over connections that stay open. */
export interface Poster {
  /** @returns the status of the answer */
  readonly post: (url: string, body: Buffer, headers?: Readonly<Record<string, string>>) => Promise<number>;
  readonly close: () => void;
}

export function poster(): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const type = { 'content-type': 'application/x-protobuf' };
  return {
    post: (url, body, headers = {}) =>
      new Promise((resolve, reject) => {
        request(url, { method: 'POST', agent, headers: { ...type, ...headers } }, (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        })
          .on('error', reject)
          .end(body);
      }),
    close: () => agent.destroy(),
  };
}
