import { setTimeout as sleep } from 'node:timers/promises';
import { count } from '../judge/report';
import { telemetry } from '../stage/telemetry';
import { nothing, type Scenario } from './scenario';

/** `RestartSec` of the collector's unit, in seconds. */
const restartAfter = 2;

/** A sampler's processes are killed while traces wait for their decision, and started again by systemd on the same disk. */
export const samplerRestarts: Scenario = {
  name: 'sampler-restarts',
  summary: 'a sampler is killed and restarted on its disk: what waited waits again, nothing is lost or counted twice',
  alarms: { notify: [] },
  async during(stage, { at, signal, progress }) {
    const [victim] = stage.samplers;
    if (!victim) throw new Error('There is no sampler.');
    await at(0.5);
    progress(`${victim.name} is killed`);
    await Promise.all([victim.collector.kill(), victim.writer?.kill()]);
    await sleep(restartAfter * 1000, undefined, { signal });
    const again = await stage.restart(victim, 'sampler');
    progress(`${victim.name} is back`);
    const left = (await telemetry(again.address)).get('otelcol_waiting_left_spans') ?? 0;
    return {
      ...nothing,
      rows: [
        {
          what: 'in the log of the sampler that was killed',
          seen: `${count(left)} spans`,
          expected: 'some: they wait again, or are counted',
          ok: left > 0,
        },
      ],
    };
  },
};
