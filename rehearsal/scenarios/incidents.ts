/** Outages by their shape: what hangs, what is no longer called, what is small, and what comes and goes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ports } from '../../lib/contract/ports';
import type { LedgerEntry } from '../judge/evidence';
import { addresses } from '../stage/addresses';
import { seeded, text } from '../stage/driver/random';
import type { Stage } from '../stage/stage';
import { fault } from './faults';
import { nothing, type Scenario } from './scenario';

/** Told by name beneath an incident: which of them show in minutes depends on when a window of five began. */
const byName = {
  'A caller of the mainland fails': 'the only caller fails, and is named',
  'A destination in the mainland fails': 'the only destination fails, and is named',
  'A service fails': 'its payments fail with the calls, and it is named',
  'Services in Hong Kong': 'payments wait for the mainland, and may show a minute before their cause',
  'Error rate none, slow burn': 'payments fail, and may show a minute before their cause',
} as const;

/**
 * Calls to the mainland end by their time-out, 15 s, or not within the drive. Few enough a second that those that wait fit into
 * the 100 connections of a client: more would wait for a connection as well, and for whatever else their service is then short of.
 */
export const mainlandHangs: Scenario = {
  ...fault({
    name: 'mainland-hangs',
    summary: 'settlements take 18 s: callers give up after 15 s',
    lasts: 200,
    inject: (stage) => stage.releaseSettlement({ latencyMs: 18_000 }),
    notify: ['Calls to the mainland'],
    may: byName,
    side: 'the mainland',
  }),
  ratePerSecond: 4,
};

/** The line refuses for a moment; the circuit breaker of the payment service opens, and no call is made any more. */
export const breakerOpen: Scenario = {
  ...fault({
    name: 'breaker-open',
    summary: 'a circuit breaker opens: payments fail at once, and nothing calls the mainland',
    lasts: 270,
    async inject({ line }) {
      await line.cut('refuse');
      return () => line.restore();
    },
    notify: ['Calls to the mainland'],
    may: byName,
  }),
  breakerSeconds: 600,
};

/** Half of the settlements are refused, every other minute. */
export const flapping = fault({
  name: 'flapping',
  summary: 'the mainland refuses every second settlement, every second minute: one page',
  lasts: 380,
  async inject(stage) {
    await stage.releaseSettlement({ declinedShare: 0.5 });
    let bad = true;
    const turn = setInterval(() => {
      bad = !bad;
      stage.routeSettlement(bad ? 'next' : 'first');
    }, 60_000);
    return async () => clearInterval(turn);
  },
  notify: ['Calls to the mainland'],
  may: byName,
  side: 'the mainland',
});

const seconds = { before: 80, dead: 240 } as const;
/** Seconds between two of its calls: some four per cent of all. */
const pause = 2;

/** A small service beside the sample ones fails each of its calls. */
export const oneServiceDead: Scenario = {
  name: 'one-service-dead',
  summary: 'a service with four per cent of the calls fails all of them: it is named by name',
  alarms: {
    notify: ['Services in Hong Kong', 'A service fails'],
    may: { 'Error rate none, slow burn': 'four per cent fail where one may' },
    named: ['fx'],
  },
  seconds: seconds.before + seconds.dead,
  async during(stage, { at, signal, progress, seconds: whole }) {
    const random = seeded(stage.props.seed);
    const made: LedgerEntry[] = [];
    let injectedAt: number | undefined;
    await at(0.02); // services are up, and so is the agent
    for (let n = 0; n * pause < whole - 10; n++) {
      if (injectedAt === undefined && n * pause >= seconds.before) {
        injectedAt = Date.now();
        progress('the service begins to fail');
      }
      made.push(await call(stage, random, injectedAt !== undefined));
      await sleep(pause * 1000, undefined, { signal });
    }
    return { ...nothing, made, ...(injectedAt === undefined ? {} : { injectedAt }) };
  },
};

/** A call of the service, as it would report it. @throws Error where the agent does not take it */
async function call(stage: Stage, random: () => number, fails: boolean): Promise<LedgerEntry> {
  const hex = (length: number) => text(random, length, '123456789abcdef');
  const endNs = BigInt(Date.now()) * 1_000_000n;
  const entry: LedgerEntry = {
    traceId: hex(32),
    spanId: hex(16),
    parentSpanId: '',
    name: 'GET /rates',
    kind: 'SERVER',
    startNs: `${endNs - 20_000_000n}`,
    endNs: `${endNs}`,
    status: fails ? 'ERROR' : 'UNSET',
    serverAddress: null,
    clientAddress: null,
  };
  const attributes = Object.entries({
    'service.name': 'fx',
    'deployment.environment.name': stage.props.config.environment,
  }).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const { traceId, spanId, name } = entry;
  const span = {
    traceId,
    spanId,
    name,
    kind: 2,
    startTimeUnixNano: entry.startNs,
    endTimeUnixNano: entry.endNs,
    status: { code: fails ? 2 : 0 },
  };
  const { status } = await fetch(`http://${addresses.agent}:${ports.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }] }),
  });
  if (status !== 200) throw new Error(`The agent answers ${status} to the calls of fx.`);
  return entry;
}
