import { setTimeout as sleep } from 'node:timers/promises';
import { holds } from '../../harness/wait';
import { backendRetrySeconds } from '../../lib/collector/gateway';
import { metricsFlushSeconds } from '../../lib/collector/sampler';
import { count } from '../judge/report';
import { Recorder, telemetry } from '../stage/telemetry';
import { nothing, type Scenario } from './scenario';

/** Seconds until the platform has noticed that an instance is gone and has taken it out of Cloud Map. */
const noticed = 20;

/** A sampler's machine is gone, with its memory and its disk. Another takes its place. */
export const samplerDies: Scenario = {
  name: 'sampler-dies',
  summary: 'a sampler is killed with its disk: lost is what it held, the others are not harmed',
  alarms: { notify: [] },
  seconds: 120,
  async during(stage, { at, signal, progress }) {
    const [victim, healthy] = stage.samplers;
    if (!victim || !healthy) throw new Error('There are not two samplers.');
    const accepted = 'otelcol_receiver_accepted_spans';
    const record = new Recorder(victim.address, accepted);
    const towards = stage.gateways.map(({ address }) => new Recorder(address, accepted));
    await at(0.35);
    progress(`${victim.name} dies`);
    const wait = stage.props.config.sampling.decisionWaitSeconds;
    // A second of clock, and one for a reading that is a second old.
    const uncounted = record.growth(metricsFlushSeconds + 2);
    const undecided = record.growth(wait + 3);
    const underWay = towards.reduce((sum, gateway) => sum + gateway.growth(5), 0);
    await Promise.all([victim.collector.kill(), victim.writer?.kill()]);
    for (const each of [record, ...towards]) each.stop();
    await sleep(noticed * 1000, undefined, { signal });
    const before = (await telemetry(healthy.address)).get(accepted) ?? 0;
    stage.registered.delete(victim.address);
    progress(`${victim.name} is taken out of Cloud Map`);
    await stage.addSampler();
    const left = performance.now();
    const within = backendRetrySeconds + 15;
    // Twice the bound, so that the report can say how late it was.
    await holds(async () => ((await telemetry(healthy.address)).get(accepted) ?? 0) > before, 2 * within, signal);
    const resumed = (performance.now() - left) / 1000;
    // What the platform's notice took is the platform's; what comes after it is ours.
    const perTrace = 10;
    return {
      ...nothing,
      notCounted: { atMost: uncounted, because: `what it had counted since its last flush, ${metricsFlushSeconds} s` },
      countedTwice: {
        atMost: underWay,
        because: `batches of both that were under way, 5 s of traffic, are routed again after ${backendRetrySeconds} s`,
      },
      tracesHarmed: {
        atMost: Math.ceil(undecided / perTrace),
        because: `traces that waited for their decision, ${wait} s, and kept ones on its disk`,
      },
      rows: [
        {
          what: 'held by the sampler when it died',
          seen: `${count(uncounted)} spans not yet published, ${count(undecided)} spans not yet decided`,
          expected: 'for information',
        },
        {
          what: 'others went on after Cloud Map knew',
          seen: `${resumed.toFixed(1)} s`,
          expected: `within ${within} s: a batch is offered to one sampler for ${backendRetrySeconds} s`,
          ok: resumed < within,
        },
      ],
    };
  },
};
