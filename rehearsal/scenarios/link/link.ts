import { setTimeout as sleep } from 'node:timers/promises';
import { holds } from '../../../harness/wait';
import { type Account, account } from '../../judge/link/aggregates';
import { alarmWentOff } from '../../judge/link/alarm';
import { count, type Row } from '../../judge/report';
import type { Stage } from '../../stage/stage';
import { nothing, type Scenario } from '../scenario';
import { unlisted } from './allowlist';
import { allCut, oneCut } from './fail-over';
import { RateMeter } from './rate';
import { nothingOfSpans, offerSpans } from './raw-spans';
import { roundTrips } from './round-trip';
import { negotiated, onTheWire, watchWire } from './tunnels';

/** How long every path is cut, in seconds. */
const away = 120;

/** Seconds without the header while a path carries: they touch three minutes of the clock, whenever they begin. */
const withoutHeader = 150;

/** Seconds of calls before a path is cut and after the header is back, so that those minutes have enough calls to be judged. */
const quiet = 15;

/** Seconds until the last aggregates are there: samplers count for 15, relays for 60, and a try that failed waits 30. */
const arriveWithin = 120;

/** Payments and aggregates cross a link of namespaces, IPsec and BGP, made of what was synthesised; then it breaks. */
export const link: Scenario = {
  name: 'link',
  summary: 'payments and aggregates cross real tunnels with BGP; paths are cut, a header is stripped, strangers knock',
  alarms: {
    notify: ['Trace continuity', 'Traceparent across the link', 'Calls to the mainland'],
    may: Object.fromEntries(
      [
        'P99 hk-cn, slow burn',
        'Error rate hk-cn, slow burn',
        'P99 none, slow burn',
        'Error rate none, slow burn',
        'Link loss',
        'A caller of the mainland fails',
        'A destination in the mainland fails',
        'A service fails',
      ].map((alarm) => [alarm, 'every path is cut']),
    ),
  },
  // The fourth path of production answers below its `link.probe.rttMs`, 50 ms.
  distance: { delayMs: 10, lossPercent: 0.5 },
  ratePerSecond: 4,
  seconds: 375,
  async during(stage, watch) {
    const { signal, progress } = watch;
    const { link } = stage;
    if (!link) throw new Error('The scenario needs the link.');
    await watchWire(link);
    const meter = new RateMeter();
    const rows: Row[] = [...(await negotiated(link, signal)), ...(await unlisted(link)), await offerSpans(link)];

    progress('proxies strip traceparent from calls out of the mainland, and from the continuity check');
    stage.line.strips = 'cn-hk';
    link.mainland.careless = true;
    await sleep(quiet * 1000, undefined, { signal });
    rows.push(await oneCut(link, watch));
    // A path that was cut took the checks along: nobody lost their header in that time.
    await sleep(withoutHeader * 1000, undefined, { signal });
    delete stage.line.strips;
    link.mainland.careless = false;
    progress('traceparent crosses again');
    await sleep(quiet * 1000, undefined, { signal });

    const cut = Date.now();
    rows.push(await allCut(link, away, watch));
    await watch.at(1);
    progress('waiting until the last aggregates are in the mainland');
    await holds(() => complete(crossed(stage)), arriveWithin, signal, 1000);
    meter.stop();
    rows.push(await meter.line(link), await onTheWire(link));
    return {
      ...nothing,
      rows,
      atRest: ({ ledger, metrics, deployed }) => [
        aggregatesLine(
          'aggregates lost, one path cut',
          crossed(stage, (minute) => minute + 60_000 <= cut),
        ),
        aggregatesLine(
          'aggregates lost, every path cut',
          crossed(stage, (minute) => minute + 60_000 > cut),
        ),
        ...roundTrips(link, metrics),
        alarmWentOff(deployed.alarms, 'Trace continuity', metrics),
        alarmWentOff(deployed.alarms, 'Traceparent across the link', metrics),
        nothingOfSpans(link, ledger),
      ],
    };
  },
};

const crossed = ({ aws, link, props }: Stage, within?: (minute: number) => boolean): Account => {
  if (!link) throw new Error('There is no link.');
  const { minimumCalls } = link.props.synthesised;
  return account(aws.metrics, link.mainland.metrics(), props.config.environment, minimumCalls, within);
};

const complete = ({ lost, counted }: Account): boolean => counted > 0 && lost === 0;

const aggregatesLine = (what: string, { counted, arrived, suppressed, lost, twice }: Account): Row => ({
  what,
  seen: `${count(counted)} calls counted in Hong Kong, ${count(arrived)} in the mainland; ${count(suppressed)} in groups too small to tell; ${count(lost)} lost, ${count(twice)} counted twice`,
  expected: '0 lost',
  ok: counted > 0 && arrived > 0 && lost === 0,
});
