import { setTimeout as sleep } from 'node:timers/promises';
import { count } from '../judge/report';
import { Recorder, telemetry } from '../stage/telemetry';
import { nothing, type Scenario } from './scenario';

/** `RestartSec` of the collector's unit, in seconds. */
const restartAfter = 2;

/** No span of OTLP is smaller: two ids, two times and a name. Its queue is measured in bytes. */
const leastSpanBytes = 64;

/** A gateway's process is killed and started again by systemd, on the same disk. Agents go on through the other. */
export const gatewayDies: Scenario = {
  name: 'gateway-dies',
  summary: 'a gateway is killed and restarted: its queue is on disk, nothing may be lost',
  alarms: { notify: [] },
  async during(stage, { at, signal, progress }) {
    const accepted = 'otelcol_receiver_accepted_spans';
    const records = stage.gateways.map((gateway) => ({ gateway, record: new Recorder(gateway.address, accepted) }));
    await at(0.4);
    // An agent keeps one connection: the gateway at its other end is the one to take away.
    const [{ gateway: victim, record }] = records.sort((a, b) => b.record.growth(60) - a.record.growth(60)) as [
      (typeof records)[0],
    ];
    const underWay = record.growth(5);
    const waiting = (await telemetry(victim.address)).get('otelcol_exporter_queue_size') ?? 0;
    for (const each of records) each.record.stop();
    progress(`${victim.name} dies`);
    await victim.collector.kill();
    await sleep(restartAfter * 1000, undefined, { signal });
    await stage.restart(victim, 'gateway');
    progress(`${victim.name} is back`);
    return {
      ...nothing,
      countedTwice: {
        atMost: underWay + Math.ceil(waiting / leastSpanBytes),
        because: 'what was under way in its last 5 s, to it or from it, is sent again',
      },
      rows: [
        {
          what: 'at the gateway when it died',
          seen: `${count(waiting)} bytes in its queue, ${count(underWay)} spans taken in its last 5 s`,
          expected: 'for information',
        },
      ],
    };
  },
};
