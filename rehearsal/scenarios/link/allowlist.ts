/** Whether the far end's firewall admits what the allow-list names and drops, and counts, what it does not. */
import { connect } from 'node:net';
import type { Row } from '../../judge/report';
import { counters } from '../../stage/link/counters';
import type { LinkStage } from '../../stage/link/link-stage';

/** Connections of each kind. */
const each = 20;

interface Attempt {
  readonly what: string;
  readonly from: string;
  readonly to: { readonly host: string; readonly port: number };
}

/** Tries from Hong Kong what no line admits, and one thing that a line does. */
export async function unlisted({ addresses, parameters, network }: LinkStage): Promise<Row[]> {
  const { payment, settlement, unlisted: beside, relays } = addresses;
  const attempts: Attempt[] = [
    { what: 'an unlisted address', from: beside.hongKong, to: settlement },
    { what: 'a listed address to another port', from: payment, to: { ...settlement, port: settlement.port + 1 } },
    { what: 'a listed address to the receiver', from: payment, to: parameters.receiver },
    { what: 'the relay to a service', from: relays[0] as string, to: settlement },
  ].map(({ to, ...attempt }) => ({ ...attempt, to: 'address' in to ? { host: to.address, port: to.port } : to }));
  const dropped = async () =>
    (await counters(network.router.namespace, 'inet harbourline')).get('dropped')?.packets ?? 0;
  const listed = await answered({ what: 'listed', from: payment, to: settlement });
  const before = await dropped();
  const open = await Promise.all(attempts.map(answered));
  const packets = (await dropped()) - before;
  const through = attempts.filter((_, index) => (open[index] ?? 0) > 0).map(({ what }) => what);
  return [
    {
      what: 'unlisted packets',
      seen: `${attempts.length * each} connections tried from ${attempts.map(({ what }) => what).join(', ')}: ${through.length === 0 ? 'none opened' : `opened from ${through.join(', ')}`}; ${packets} packets dropped and counted`,
      expected: 'all dropped and counted at the far end',
      ok: through.length === 0 && packets >= attempts.length * each,
    },
    {
      what: 'listed connections',
      seen: `${listed} of ${each} opened`,
      expected: 'all',
      ok: listed === each,
    },
  ];
}

/** How many of the connections were answered within three seconds: time for a first packet that the line lost. */
async function answered({ from, to }: Attempt): Promise<number> {
  const opened = await Promise.all(
    Array.from(
      { length: each },
      () =>
        new Promise<boolean>((resolve) => {
          const socket = connect({ ...to, localAddress: from, timeout: 3_000 });
          const end = (open: boolean) => {
            socket.destroy();
            resolve(open);
          };
          socket.on('connect', () => end(true));
          // A refusal comes from the host behind the firewall: it was let through.
          socket.on('error', ({ message }) => end(message.includes('ECONNREFUSED')));
          socket.on('timeout', () => end(false));
        }),
    ),
  );
  return opened.filter(Boolean).length;
}
