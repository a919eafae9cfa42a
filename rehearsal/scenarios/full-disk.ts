import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCollector } from '../../harness/collectors';
import { holds } from '../../harness/wait';
import { ports } from '../../lib/contract/ports';
import type { LedgerEntry } from '../judge/evidence';
import { count } from '../judge/report';
import { addresses } from '../stage/addresses';
import { entriesOf, payload, randomise } from '../stage/clients/payload';
import { Balancer } from '../stage/load-balancer';
import { mayMount, smallDisk } from '../stage/small-disk';
import type { Stage } from '../stage/stage';
import { telemetry } from '../stage/telemetry';
import { nothing, type Scenario } from './scenario';

/** Far less than an agent's queue may take: the disk is full before the queue is. */
const diskMiB = 16;
/** Refusals in a row after which the disk is full. */
const refusals = 20;
/** Requests that a disk of this size cannot hold. */
const mostRequests = 2_000;
/** Seconds in which all that waits must leave: ten times what it took. */
const drainWithin = 120;

/** A node's disk fills while the gateways are away; its agent is killed, started on the full disk, and they come back. */
export const fullDisk: Scenario = {
  name: 'full-disk',
  summary: `an agent's disk of ${diskMiB} MiB fills while no gateway answers, and it is killed: nothing taken is lost`,
  alarms: { notify: [] },
  seconds: 60,
  async configure(config) {
    mayMount();
    return config;
  },
  async during(stage, { at, signal, progress }) {
    await at(0.05);
    const { folder, cleanUp, config } = stage.props;
    const network = await Balancer.open({
      address: addresses.busyNetwork,
      ports: [ports.otlpGrpc],
      healthPort: ports.health,
      healthIntervalSeconds: 1,
    });
    cleanUp.add(() => network.close());
    const queue = join(folder, name, 'queue');
    mkdirSync(queue, { recursive: true, mode: 0o700 });
    const { prefix } = await smallDisk(queue, diskMiB, cleanUp);

    const made: LedgerEntry[] = [];
    const body = payload(config.environment);
    const answers = new Map<number, number>();
    /** One request; true where it was taken. */
    const send = async (): Promise<boolean> => {
      const request = Buffer.from(body);
      const fresh = randomise(request);
      const { status } = await fetch(`http://${addresses.busyNode}:${ports.otlpHttp}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: request,
        signal,
      });
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status === 200) for (const entry of entriesOf(fresh)) made.push(entry);
      return status === 200;
    };

    const first = await startAgent(stage, prefix);
    cleanUp.add(first);
    let inRow = 0;
    for (let n = 0; inRow < refusals; n++) {
      if (n > mostRequests)
        throw new Error(`The agent took ${count(n)} requests, and its disk of ${diskMiB} MiB is not full.`);
      inRow = (await send()) ? 0 : inRow + 1;
    }
    const taken = made.length;
    progress(`the disk is full with ${count(taken)} spans; the agent dies`);
    await first.kill();
    const second = await startAgent(stage, prefix);
    cleanUp.add(second);
    // Whatever there is room for again.
    for (let n = 0; n < refusals; n++) await send();
    progress('the agent is back on the full disk; now the gateways are');
    for (const { address } of stage.gateways) network.register(address);
    const waiting = async () => (await telemetry(addresses.busyNode)).get('otelcol_exporter_queue_size') ?? Number.NaN;
    const empty = await holds(async () => (await waiting()) === 0, drainWithin, signal);
    // What left the queue is under way for a moment.
    await sleep(2_000, undefined, { signal });
    const again = await send();
    const others = [...answers.keys()].filter((status) => status !== 200 && status !== 503);
    return {
      ...nothing,
      made,
      rows: [
        {
          what: 'spans taken until the disk was full, in all',
          seen: `${count(taken)}, ${count(made.length)}`,
          expected: `some, on ${diskMiB} MiB; each of them counted and judged above`,
          ok: taken > 0,
        },
        {
          what: 'requests refused',
          seen: `${count(answers.get(503) ?? 0)} with HTTP 503${others.length > 0 ? `, others with ${others.join(', ')}` : ''}`,
          expected: 'with "try again" (503), and with nothing else',
          ok: (answers.get(503) ?? 0) > 0 && others.length === 0,
        },
        {
          what: 'recovered',
          seen: `queue ${empty ? 'empty' : 'not empty'}, the next request ${again ? 'taken' : 'refused'}`,
          expected: `within ${drainWithin} s, by an agent that started on the full disk`,
          ok: empty && again,
        },
      ],
    };
  },
};

const name = 'full-disk-agent';

/** The agent as deployed, with its queue on the small disk. */
const startAgent = (stage: Stage, prefix: readonly string[]) =>
  startCollector({
    name,
    binary: stage.props.binary,
    directory: stage.props.folder,
    address: addresses.busyNode,
    tier: stage.agentTier,
    certificate: stage.agentCertificate,
    environment: { GATEWAY_ENDPOINT: `${addresses.busyNetwork}:${ports.otlpGrpc}` },
    prefix,
  });
