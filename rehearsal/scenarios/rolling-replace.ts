import { count } from '../judge/report';
import { drain } from '../stage/instance-scripts';
import type { Instance, Stage } from '../stage/stage';
import { telemetry } from '../stage/telemetry';
import { nothing, type Scenario } from './scenario';

type Tier = 'gateway' | 'sampler';

/** Every gateway and every sampler is replaced in turn, as an instance refresh does it: by the instance's own script. */
export const rollingReplace: Scenario = {
  name: 'rolling-replace',
  summary: 'every gateway and sampler is replaced in turn, drained by its own script: nothing may be lost',
  alarms: { notify: [] },
  ratePerSecond: 10,
  seconds: 260,
  async during(stage, { at, signal, progress }) {
    await at(0.03);
    const seconds: string[] = [];
    let left = 0;
    let completed = true;
    for (const tier of ['gateway', 'sampler'] as const) {
      for (const old of [...(tier === 'gateway' ? stage.gateways : stage.samplers)]) {
        const start = performance.now();
        const fresh = tier === 'gateway' ? await stage.addGateway() : await stage.addSampler();
        progress(`${fresh.name} works, ${old.name} goes`);
        const drained = await go(stage, tier, old, signal);
        left += drained.saved.size;
        completed &&= drained.completed;
        seconds.push(`${old.name} ${((performance.now() - start) / 1000).toFixed(0)} s`);
        progress(`${old.name} is gone`);
      }
    }
    return {
      ...nothing,
      tracesHarmed: {
        atMost: 10,
        because: 'traces that are under way while the ring of samplers changes are decided in two halves',
      },
      rows: [
        {
          what: 'instances replaced',
          seen: seconds.join(', '),
          expected: 'each hook answered',
          ok: completed,
        },
        { what: 'queues left in the bucket', seen: count(left), expected: '0', ok: left === 0 },
      ],
    };
  },
};

/** Auto Scaling takes a gateway out of the load balancer before its hook; a sampler takes itself out of Cloud Map. */
async function go(stage: Stage, tier: Tier, old: Instance, signal: AbortSignal) {
  const { synthesised, folder } = stage.props;
  const deregistered =
    tier === 'gateway' ? stage.balancer.deregister(old.address, synthesised.deregistrationSeconds) : Promise.resolve();
  const drained = await drain({
    directory: folder,
    scripts: synthesised.scripts,
    instance: old,
    drain: synthesised[tier].drain,
    signal,
    hasUnit: (unit) => unit === 'harbourline-collector' || (tier === 'sampler' && unit === 'harbourline-registration'),
    stop: async (unit) => {
      if (unit === 'harbourline-registration') {
        stage.registered.delete(old.address);
        return;
      }
      if (((await telemetry(old.address)).get('otelcol_exporter_queue_size') ?? 0) > 0)
        stage.props.progress(`${old.name} still holds spans`);
      await old.collector.stop();
    },
  });
  await deregistered;
  await old.writer?.stop();
  const list = tier === 'gateway' ? stage.gateways : stage.samplers;
  list.splice(list.indexOf(old), 1);
  return drained;
}
