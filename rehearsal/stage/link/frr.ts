/** FRRouting in a namespace: zebra and bgpd with one file, as it is handed over. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CleanUp } from '../../../harness/clean-up';
import type { Namespace } from '../../../harness/namespace';

export interface FrrProps {
  readonly name: string;
  readonly namespace: Namespace;
  /** Text of frr.conf. */
  readonly configuration: string;
  /** Existing folder for its files. */
  readonly directory: string;
  readonly cleanUp: CleanUp;
}

/** A neighbour as `show bgp neighbors json` tells it, as far as we read it. */
export interface Neighbour {
  readonly state: string;
  readonly holdSeconds: number;
  readonly keepaliveSeconds: number;
}

export interface Frr {
  /** By inside address. */
  neighbours(): Promise<ReadonlyMap<string, Neighbour>>;
  /** Inside address through which a destination is reached now. */
  nextHop(destination: string): Promise<string | undefined>;
}

/** Starts both daemons. @throws Error with the log's tail of the one that does not come up */
export async function startFrr({ name, namespace, configuration, directory, cleanUp }: FrrProps): Promise<Frr> {
  const own = join(directory, name);
  mkdirSync(own, { mode: 0o700 });
  const file = join(own, 'frr.conf');
  writeFileSync(file, configuration);
  const vtysh = (command: string) => namespace.run('vtysh', ['--vty_socket', own, '-c', command]);
  for (const daemon of ['zebra', 'bgpd']) {
    cleanUp.add(
      await namespace.start({
        name: `${name}-${daemon}`,
        command: `/usr/lib/frr/${daemon}`,
        arguments: [
          ...['-f', file, '-i', join(own, `${daemon}.pid`), '-z', join(own, 'zserv.api'), '--vty_socket', own],
          // Already alone in here, and its folders belong to us.
          ...['-u', 'root', '-g', 'frrvty', '--log', `file:${join(own, `${daemon}.log`)}`],
          // Its terminal would listen on a port.
          ...['-P', '0'],
        ],
        directory,
        isReady: () => vtysh(`show ${daemon === 'zebra' ? 'interface brief' : 'bgp summary'}`).then(() => true),
      }),
    );
  }
  return {
    neighbours: async () => neighbours(await vtysh('show bgp neighbors json')),
    nextHop: async (destination) =>
      // Where no route leads there, the command fails.
      /via (\S+)/.exec(await namespace.ip('route', 'get', destination).catch(() => ''))?.[1],
  };
}

/** Reads `show bgp neighbors json`. */
export function neighbours(json: string): Map<string, Neighbour> {
  const all = JSON.parse(json) as Record<string, Record<string, unknown>>;
  return new Map(
    Object.entries(all)
      .filter(([, neighbour]) => typeof neighbour.bgpState === 'string')
      .map(([address, neighbour]) => [
        address,
        {
          state: String(neighbour.bgpState),
          holdSeconds: Number(neighbour.bgpTimerHoldTimeMsecs) / 1000,
          keepaliveSeconds: Number(neighbour.bgpTimerKeepAliveIntervalMsecs) / 1000,
        },
      ]),
  );
}
