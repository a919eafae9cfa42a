/** Paths that break: how long nothing crosses, and that it crosses again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { holds } from '../../../harness/wait';
import type { Row } from '../../judge/report';
import type { LinkStage } from '../../stage/link/link-stage';
import { Pulse } from '../../stage/link/pulse';
import type { Watch } from '../scenario';

/** Seconds on top of the hold time: the keepalive that was under way, and what routers take to choose anew. */
const slack = 3;

/** Seconds within which tunnels and sessions must be back after both paths were restored. */
const backWithin = 60;

/** Cuts the preferred path, waits until the other carries, restores it, and waits until it is preferred again. */
export async function oneCut(link: LinkStage, { signal, progress }: Watch): Promise<Row> {
  const { paths, amazon } = link.network;
  const [preferred, other] = paths;
  const what = 'one path cut';
  const { keepaliveSeconds, holdSeconds } = await timers(link);
  const expected = `at most ${holdSeconds + slack} s: the hold time and ${slack} s`;
  if (!preferred || !other)
    return { what, seen: '', expected, notRun: 'the link of this environment has one path only' };
  const pulse = new Pulse({ from: link.addresses.payment, to: link.addresses.settlement });
  await holds(() => pulse.last > 0, 10, signal);
  const cut = performance.now();
  progress(`${preferred.parameters.name} is cut`);
  await preferred.cut();
  await holds(() => pulse.longestGap(cut) > slack && performance.now() - pulse.last < 500, holdSeconds + 30, signal);
  const gap = pulse.longestGap(cut);
  progress(`${other.parameters.name} carries after ${gap.toFixed(1)} s`);
  await sleep(5_000, undefined, { signal });
  const restored = performance.now();
  await preferred.restore();
  const through = () => amazon.bgp.nextHop(link.addresses.settlement.host);
  const back = await holds(async () => (await through()) === preferred.parameters.inside.farEnd, backWithin, signal);
  const took = (performance.now() - restored) / 1000;
  progress(`${preferred.parameters.name} is preferred again`);
  pulse.stop();
  return {
    what,
    seen: `nothing crossed for ${gap.toFixed(1)} s; preferred again ${took.toFixed(1)} s after it was restored; BGP timers in force ${keepaliveSeconds} s and ${holdSeconds} s`,
    expected,
    ok: back && gap > 0 && gap <= holdSeconds + slack,
  };
}

/** Cuts every path for so long. */
export async function allCut(link: LinkStage, seconds: number, { signal, progress }: Watch): Promise<Row> {
  const { paths } = link.network;
  const pulse = new Pulse({ from: link.addresses.payment, to: link.addresses.settlement });
  await holds(() => pulse.last > 0, 10, signal);
  progress('every path is cut');
  const cut = performance.now();
  await Promise.all(paths.map((path) => path.cut()));
  await sleep(seconds * 1000, undefined, { signal });
  const during = performance.now() - pulse.last;
  await Promise.all(paths.map((path) => path.restore()));
  const restored = performance.now();
  const back = await holds(() => pulse.last > restored, backWithin, signal);
  const took = (pulse.last - restored) / 1000;
  progress(back ? `the link is back after ${took.toFixed(1)} s` : 'the link is not back');
  pulse.stop();
  return {
    what: 'every path cut',
    seen: `for ${((restored - cut) / 1000).toFixed(0)} s, of which nothing crossed for ${(during / 1000).toFixed(0)} s; back ${took.toFixed(1)} s after it was restored`,
    expected: `back within ${backWithin} s, by itself`,
    ok: back && during > (seconds - slack) * 1000,
  };
}

/** BGP timers of the preferred path, as both ends agreed on them. */
async function timers({ network }: LinkStage) {
  const inside = network.paths[0]?.parameters.inside.farEnd ?? '';
  const neighbour = (await network.amazon.bgp.neighbours()).get(inside);
  return { keepaliveSeconds: neighbour?.keepaliveSeconds ?? 0, holdSeconds: neighbour?.holdSeconds ?? 0 };
}
