import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { startCollector } from '../../harness/collectors';
import { holds } from '../../harness/wait';
import { ports } from '../../lib/contract/ports';
import type { LedgerEntry } from '../judge/evidence';
import { count } from '../judge/report';
import { addresses } from '../stage/addresses';
import { entriesOf, payload, randomise, spansInPayload } from '../stage/clients/payload';
import { Balancer } from '../stage/load-balancer';
import type { Stage } from '../stage/stage';
import { telemetry } from '../stage/telemetry';
import { nothing, type Scenario, type Watch } from './scenario';

/** How many times the rate that a node sustains. */
const times = 5;
/** What the node's network carries, in kbit/s: little, because spans that are all alike shrink to a few bytes. */
const kilobits = 60;
/** Length of its queue in spans: full within seconds. The queue itself is bounded in bytes, as deployed. */
const queue = 10_000;
const measuredSeconds = 8;
const overloadedSeconds = 15;
/** Seconds in which the queue must be empty again: ten times what its length takes at the rate that was measured. */
const drainWithin = 120;

/** A node whose services send five times what its network carries. Its agent runs as deployed, with a short queue. */
export const overload: Scenario = {
  name: 'overload',
  summary: `a node sends ${times} times what its network carries: refused visibly, nothing taken is lost, no crash, recovers`,
  alarms: { notify: [] },
  seconds: 90,
  async during(stage, watch) {
    await watch.at(0.05);
    const network = await Balancer.open({
      address: addresses.busyNetwork,
      ports: [ports.otlpGrpc],
      healthPort: ports.health,
      healthIntervalSeconds: 1,
      kilobits,
    });
    stage.props.cleanUp.add(() => network.close());
    for (const { address } of stage.gateways) network.register(address);
    const agent = await startBusyAgent(stage);
    stage.props.cleanUp.add(agent);

    // What its unit bounds: pages of files, the program's own and the queue's, are given back when memory is short.
    let peak = 0;
    const watching = setInterval(() => {
      const [, kibibytes] = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${agent.pid}/status`, 'utf8')) ?? [];
      peak = Math.max(peak, Number(kibibytes) / 1024);
    }, 100);
    stage.props.cleanUp.add(() => clearInterval(watching));

    const made: LedgerEntry[] = [];
    const body = payload(stage.props.config.environment);
    const answers = new Map<number, number>();
    /** One request; true where it was taken. */
    const send = async (): Promise<boolean> => {
      const own = Buffer.from(body);
      const fresh = randomise(own);
      const { status } = await fetch(`http://${addresses.busyNode}:${ports.otlpHttp}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: own,
        signal: watch.signal,
      });
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status === 200) for (const entry of entriesOf(fresh)) made.push(entry);
      return status === 200;
    };

    const sustained = await sustainedRate(send, watch);
    watch.progress(`the node sustains ${count(Math.round(sustained))} spans a second; now ${times} times that`);
    answers.clear();
    const offered = Math.ceil((times * sustained * overloadedSeconds) / spansInPayload);
    const pause = (overloadedSeconds * 1000) / offered;
    await Promise.all(Array.from({ length: offered }, (_, n) => sleep(n * pause).then(send)));
    const overloaded = new Map(answers);
    const taken = overloaded.get(200) ?? 0;
    const refused = (await telemetry(addresses.busyNode)).get('otelcol_receiver_refused_spans') ?? 0;
    clearInterval(watching);

    const start = performance.now();
    const waiting = async () => (await telemetry(addresses.busyNode)).get('otelcol_exporter_queue_size') ?? Number.NaN;
    const empty = await holds(async () => (await waiting()) === 0, drainWithin, watch.signal);
    const drained = (performance.now() - start) / 1000;
    const again = await send();
    watch.progress('the node has caught up');
    const { memoryMiB } = stage.props.config.agent;
    const others = [...overloaded.keys()].filter((status) => status !== 200 && status !== 503);
    return {
      ...nothing,
      made,
      rows: [
        {
          what: 'spans a second sustained, offered',
          seen: `${count(Math.round(sustained))}, ${count(Math.round((offered * spansInPayload) / overloadedSeconds))} for ${overloadedSeconds} s`,
          expected: `${times} times, over ${kilobits} kbit/s`,
        },
        {
          what: 'requests taken, refused',
          seen: `${count(taken)}, ${count(overloaded.get(503) ?? 0)} with HTTP 503${others.length > 0 ? `, others with ${others.join(', ')}` : ''}`,
          expected: 'refused with "try again" (503), and with nothing else',
          ok: taken > 0 && (overloaded.get(503) ?? 0) > 0 && others.length === 0,
        },
        {
          what: 'spans refused, by the metric',
          seen: count(refused),
          expected: 'seen by scaling and dashboards',
          ok: refused > 0,
        },
        {
          what: 'memory of the agent',
          seen: `${peak.toFixed(0)} MiB at most`,
          expected: `below the ${memoryMiB} MiB of its unit`,
          ok: peak < memoryMiB,
        },
        {
          what: 'recovered',
          seen: `queue ${empty ? 'empty' : 'not empty'} after ${drained.toFixed(1)} s, the next request ${again ? 'taken' : 'refused'}; the same process`,
          expected: `within ${drainWithin} s, without a restart`,
          ok: empty && again,
        },
      ],
    };
  },
};

/** Fills the queue, then counts for a while what is taken as fast as it is offered: as much as leaves. */
async function sustainedRate(send: () => Promise<boolean>, { signal }: Watch): Promise<number> {
  // Far more than the queue holds: an agent that takes everything has none.
  for (let n = 0; await send(); n++) {
    if (n * spansInPayload > 100 * queue)
      throw new Error(`The agent took ${count(100 * queue)} spans and refused none: its queue holds ${count(queue)}.`);
  }
  const start = performance.now();
  let taken = 0;
  while (performance.now() - start < measuredSeconds * 1000) {
    if (await send()) taken += spansInPayload;
    else await sleep(50, undefined, { signal });
  }
  return (taken * 1000) / (performance.now() - start);
}

/** The agent as deployed, but for its queue; with the memory that its unit would give it. */
async function startBusyAgent(stage: Stage) {
  const { binary, folder, synthesised, config } = stage.props;
  const configuration = parse(synthesised.agent);
  const spanBytes = payload(config.environment).length / spansInPayload;
  configuration.exporters.otlp_grpc.sending_queue.queue_size = Math.ceil(queue * spanBytes);
  const {
    limit_percentage: limit,
    spike_limit_percentage: spike,
    ...limiter
  } = configuration.processors.memory_limiter;
  configuration.processors.memory_limiter = {
    ...limiter,
    limit_mib: Math.floor((limit / 100) * config.agent.memoryMiB),
    spike_limit_mib: Math.floor((spike / 100) * config.agent.memoryMiB),
  };
  return startCollector({
    name: 'busy-agent',
    binary,
    directory: folder,
    address: addresses.busyNode,
    tier: { configuration: stringify(configuration), environment: stage.agentTier.environment, drain: {} },
    certificate: stage.agentCertificate,
    environment: { GATEWAY_ENDPOINT: `${addresses.busyNetwork}:${ports.otlpGrpc}` },
  });
}
