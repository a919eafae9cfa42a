/** Whether each of the two firewalls by itself drops, and counts, what the allow-list does not name, both ways. */
import type { Namespace } from '../../../harness/namespace';
import { run } from '../../../harness/run';
import type { Row } from '../../judge/report';
import { counters } from '../../stage/link/counters';
import { hongKongTable, openFirewall, raiseFirewall } from '../../stage/link/hong-kong-firewall';
import type { LinkStage } from '../../stage/link/link-stage';

/** Connections of each kind. */
const each = 20;

interface Attempt {
  readonly what: string;
  readonly from: string;
  readonly host: string;
  readonly port: number;
}

/** What no line admits, from either side, and one thing from each that a line does. */
function attempts({ addresses, parameters }: LinkStage) {
  const { payment, settlement, notifier, notified, unlisted: beside, relays } = addresses;
  const [relay = ''] = relays;
  const { receiver } = parameters;
  return {
    hongKong: [
      { what: 'an unlisted address', from: beside.hongKong, ...settlement },
      { what: 'a listed address to another port', from: payment, ...settlement, port: settlement.port + 1 },
      { what: 'a listed address to the receiver', from: payment, host: receiver.address, port: receiver.port },
      { what: 'the relay to a service', from: relay, ...settlement },
    ],
    mainland: [
      { what: 'an unlisted address', from: beside.mainland, ...notified },
      { what: 'a listed address to another port', from: notifier, ...notified, port: notified.port + 1 },
      { what: 'a service to a relay', from: settlement.host, host: relay, port: 4317 },
      { what: 'who is called, the other way', from: settlement.host, host: payment, port: notified.port },
    ],
    listed: { what: 'listed', from: payment, ...settlement },
  } satisfies Record<string, Attempt | Attempt[]>;
}

/** Knocks with one firewall open at a time, so that the other has to hold alone. */
export async function unlisted(stage: LinkStage): Promise<Row[]> {
  const { network, props } = stage;
  const { firewall, farEnd } = props.synthesised;
  const { hongKong, mainland, listed } = attempts(stage);
  const gateway = network.amazon.namespace;
  const router = network.router.namespace;
  const atFarEnd = async () => (await counters(router, 'inet harbourline')).get('dropped')?.packets ?? 0;
  const opened = await answered(listed);
  const rows: Row[] = [
    { what: 'listed connections', seen: `${opened} of ${each} opened`, expected: 'all', ok: opened === each },
  ];

  if (firewall) {
    await router.run('nft', ['insert', 'rule', 'inet', 'harbourline', 'judge', 'accept']);
    const by = (side: string) => async () => (await counters(gateway, hongKongTable)).get(side)?.packets ?? 0;
    rows.push(await knock('Hong Kong alone, out of Hong Kong', hongKong, by('egress')));
    rows.push(await knock('Hong Kong alone, out of the mainland', mainland, by('ingress'), network.mainland));
    await router.run('nft', ['-f', '-'], { input: farEnd['harbourline.nft'] as string });
    await openFirewall(gateway);
  }
  rows.push(await knock('the far end alone, out of Hong Kong', hongKong, atFarEnd));
  rows.push(await knock('the far end alone, out of the mainland', mainland, atFarEnd, network.mainland));
  if (firewall) await raiseFirewall(gateway, firewall);
  return rows;
}

/** @param dropped packets that the firewall has dropped so far */
async function knock(
  where: string,
  tried: readonly Attempt[],
  dropped: () => Promise<number>,
  from?: Namespace,
): Promise<Row> {
  const before = await dropped();
  const open = await Promise.all(tried.map((attempt) => answered(attempt, from)));
  const packets = (await dropped()) - before;
  const through = tried.filter((_, index) => (open[index] ?? 0) > 0).map(({ what }) => what);
  return {
    what: `unlisted packets, ${where}`,
    seen: `${tried.length * each} connections tried from ${tried.map(({ what }) => what).join(', ')}: ${through.length === 0 ? 'none opened' : `opened from ${through.join(', ')}`}; ${packets} packets dropped and counted`,
    expected: 'all dropped and counted',
    ok: through.length === 0 && packets >= tried.length * each,
  };
}

/**
 * Opens connections and prints how many were answered within three seconds: time for a first packet that the line lost. A refusal comes
 * from the host behind the firewall, so it was let through. Text, because it runs in another network than this program.
 */
const knocking = `
const [host, port, localAddress, each] = process.argv.slice(1);
Promise.all(Array.from({ length: Number(each) }, () => new Promise((resolve) => {
  const socket = require('node:net').connect({ host, port: Number(port), localAddress, timeout: 3000 });
  const end = (open) => { socket.destroy(); resolve(open); };
  socket.on('connect', () => end(true));
  socket.on('error', ({ code }) => end(code === 'ECONNREFUSED'));
  socket.on('timeout', () => end(false));
}))).then((opened) => console.log(opened.filter(Boolean).length));
`;

/** How many of the connections were answered. @param network where from; undefined: Hong Kong's, which is the rehearsal's own */
async function answered({ from, host, port }: Attempt, network?: Namespace): Promise<number> {
  const command = ['-e', knocking, host, `${port}`, from, `${each}`];
  return Number(await (network ? network.run(process.execPath, command) : run(process.execPath, command)));
}
