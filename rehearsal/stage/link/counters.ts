/** Counters of nftables: the far end's own, and some that a rehearsal puts where it wants to look. */
import type { Namespace } from '../../../harness/namespace';
import { run } from '../../../harness/run';

export interface Counter {
  readonly packets: number;
  readonly bytes: number;
}

/** Named counters of a table, such as `inet harbourline`, by name. @param namespace `undefined`: the rehearsal's own */
export async function counters(namespace: Namespace | undefined, table: string): Promise<ReadonlyMap<string, Counter>> {
  const command = ['-j', 'list', 'counters', 'table', ...table.split(' ')];
  return readCounters(await (namespace ? namespace.run('nft', command) : run('nft', command)));
}

/** Reads `nft -j list counters`. */
export function readCounters(json: string): Map<string, Counter> {
  const { nftables } = JSON.parse(json) as { nftables: { counter?: Counter & { name: string } }[] };
  return new Map(
    nftables.flatMap(({ counter }) =>
      counter ? [[counter.name, { packets: counter.packets, bytes: counter.bytes }]] : [],
    ),
  );
}

/** What a rehearsal counts: a name and the match of nftables that a packet must fit; the first that fits counts. */
export type Counted = readonly (readonly [name: string, match: string])[];

export const ownTable = 'inet rehearsal';

/** Counts in a namespace, on one hook, without deciding anything. */
export function count(namespace: Namespace, hook: 'forward' | 'output', counted: Counted): Promise<string> {
  const input = `table ${ownTable} {
${counted.map(([name]) => `  counter ${name} { }`).join('\n')}
  chain look {
    type filter hook ${hook} priority -200; policy accept;
${counted.map(([name, match]) => `    ${match} counter name ${name} accept`).join('\n')}
  }
}
`;
  return namespace.run('nft', ['-f', '-'], { input });
}
