/** Lays a link in the network that it is started in, looks, and prints what it saw as JSON. */
import { readFileSync } from 'node:fs';
import { CleanUp } from '../../../../harness/clean-up';
import { run } from '../../../../harness/run';
import { holds } from '../../../../harness/wait';
import { measureRoundTrip } from '../../../../lib/link/probe/connect';
import { counters } from '../../../../rehearsal/stage/link/counters';
import { hongKongTable, openFirewall } from '../../../../rehearsal/stage/link/hong-kong-firewall';
import { probeKernel } from '../../../../rehearsal/stage/link/kernel';
import { linkAddresses } from '../../../../rehearsal/stage/link/link-addresses';
import { openLinkNetwork } from '../../../../rehearsal/stage/link/network';
import type { Association } from '../../../../rehearsal/stage/link/sas';

export interface Seen {
  readonly tunnels: readonly (Association | undefined)[];
  readonly sessions: readonly string[];
  /** Inside address by which Hong Kong reaches the mainland. */
  readonly preferred: string | undefined;
  /** To the probe's address of each path, and to a port of the first that is not listed; `undefined` where nothing answered. */
  readonly listedMs: readonly (number | undefined)[];
  readonly unlistedMs: number | undefined;
  /** Packets that each of the two firewalls dropped of what came from Hong Kong. */
  readonly dropped: { readonly hongKong: number | undefined; readonly farEnd: number | undefined };
  /** Namespaces that are left in the end. */
  readonly left: readonly string[];
}

async function look(given: string, directory: string, cleanUp: CleanUp): Promise<Omit<Seen, 'left'>> {
  const { parameters, farEnd, firewall } = JSON.parse(readFileSync(given, 'utf8'));
  const distance = { delayMs: 5, lossPercent: 0 };
  const kernel = await probeKernel();
  const network = await openLinkNetwork({
    parameters,
    farEnd,
    firewall,
    distance,
    seed: 1,
    kernel,
    directory,
    cleanUp,
  });
  const sessions = async () => [...(await network.amazon.bgp.neighbours()).values()].map(({ state }) => state);
  const { signal } = new AbortController();
  const { host } = linkAddresses(parameters).settlement;
  const preferred = () => network.amazon.bgp.nextHop(host);
  await holds(async () => (await sessions()).every((state) => state === 'Established'), 60, signal);
  await holds(async () => (await preferred()) !== undefined, 60, signal);
  const { probeAddress = '' } = parameters.paths[0];
  const listedMs: (number | undefined)[] = [];
  for (const [index, path] of parameters.paths.entries()) {
    // A path is there some time after its session is: routes of either end follow it.
    await holds(
      async () => {
        listedMs[index] = await measureRoundTrip(path.probeAddress, parameters.probePort);
        return listedMs[index] !== undefined;
      },
      60,
      signal,
    );
  }
  const unlisted = () => measureRoundTrip(probeAddress, parameters.probePort + 1);
  const atFarEnd = async () => (await counters(network.router.namespace, 'inet harbourline')).get('dropped')?.packets;
  const unlistedMs = await unlisted();
  const hongKong = (await counters(network.amazon.namespace, hongKongTable)).get('egress')?.packets;
  await openFirewall(network.amazon.namespace);
  await unlisted();
  return {
    tunnels: await Promise.all(network.paths.map(async ({ ends }) => (await ends?.farEnd.associations())?.[0])),
    sessions: await sessions(),
    preferred: await preferred(),
    listedMs,
    unlistedMs,
    dropped: { hongKong, farEnd: await atFarEnd() },
  };
}

async function main(): Promise<void> {
  const [given = '', directory = ''] = process.argv.slice(2);
  const cleanUp = new CleanUp();
  try {
    const seen = await look(given, directory, cleanUp);
    await cleanUp.run();
    const left = (await run('ip', ['netns', 'list'])).split('\n').filter(Boolean);
    console.log(JSON.stringify({ ...seen, left } satisfies Seen));
  } finally {
    await cleanUp.run();
  }
}

main().then(
  () => process.exit(),
  (error: Error) => {
    console.error(error.stack);
    process.exit(1);
  },
);
