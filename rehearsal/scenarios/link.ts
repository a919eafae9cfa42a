import { setTimeout as sleep } from 'node:timers/promises';
import { continuityAlarm } from '../link/checks/continuity';
import { allCut, oneCut } from '../link/checks/fail-over';
import { negotiated, onTheWire, watchWire } from '../link/checks/tunnels';
import { unlisted } from '../link/checks/whitelist';
import type { Line } from '../report';
import { nothing, type Scenario } from './scenario';

/** How long every path is cut, in seconds. */
const away = 120;

/** Seconds without the header: they touch three minutes of the clock, each with enough calls, whenever they begin. */
const withoutHeader = 150;

/** Aggregates and payments cross a link of namespaces, IPsec and BGP, made of what was synthesised; then it breaks. */
export const link: Scenario = {
  name: 'link',
  summary: 'payments and aggregates cross real tunnels with BGP; paths are cut, a header is stripped, strangers knock',
  distance: { delayMs: 25, lossPercent: 0.5 },
  ratePerSecond: 4,
  seconds: 330,
  async during(site, watch) {
    const { signal, progress } = watch;
    const { link } = site;
    if (!link) throw new Error('The scenario needs the link.');
    await watchWire(link);
    const lines: Line[] = await negotiated(link, signal);
    lines.push(...(await unlisted(link)));

    progress('a proxy strips traceparent from calls out of the mainland');
    site.line.strips = 'cn-hk';
    const stripped = performance.now();
    lines.push(await oneCut(link, watch));
    await sleep(Math.max(0, withoutHeader * 1000 - (performance.now() - stripped)), undefined, { signal });
    delete site.line.strips;
    progress('traceparent crosses again');

    lines.push(await allCut(link, away, watch));
    await watch.at(1);
    lines.push(await onTheWire(link));
    lines.push(continuityAlarm(site.props.synthesised.alarms, 'Trace continuity', site.aws.metrics));
    return { ...nothing, lines };
  },
};
