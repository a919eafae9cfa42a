/** Nights by shape: from public post-mortems (time-outs, breakers, deployments, regions, retries) and our own. */
import type { Calls, Night } from './night';

/** Two minutes. */
export type Between = readonly [number, number];

/** What must be said of a night. */
export interface Expected {
  /** Incidents that page, each once, with the minute by which at the latest. */
  readonly pages: Readonly<Record<string, number>>;
  /** Other messages that must come, with the minute by which at the latest. More may come. */
  readonly informs?: Readonly<Record<string, number>>;
  /** Services that must be named, and no others, with the minute by which at the latest. @default whichever */
  readonly named?: Readonly<Record<string, number>>;
  /**
   * Each incident is over not before the first, and not after the second of these minutes; by heading where they differ, and those
   * that are not named last. @default they last
   */
  readonly ends?: Between | Readonly<Record<string, Between>>;
  /** Nobody is notified anything at all. @default false */
  readonly silent?: boolean;
}

export const border = 'Calls to the mainland';
export const hongKong = 'Services in Hong Kong';
const link = 'The link';
export const tracing = 'Tracing';

export const none = (calls: number, more: Partial<Calls> = {}): Calls => ({ crossing: 'none', calls, ...more });
export const out = (calls: number, more: Partial<Calls> = {}): Calls => ({ crossing: 'hk-cn', calls, ms: 80, ...more });
export const back = (calls: number, more: Partial<Calls> = {}): Calls => ({ crossing: 'cn-hk', calls, ...more });

/** A fair day of a middling firm: now and then a call fails or is slow, as objectives allow. */
export const fair = (minute: number): Calls[] => [
  none(1200, { errors: minute % 3 === 0 ? 1 : 0, slow: 2, slowMs: 900 }),
  out(600, { errors: minute % 5 === 0 ? 1 : 0, slow: 1, slowMs: 700 }),
  back(200),
];

/** `fault` from minute 0 up to `until`, `before` otherwise. */
export const from0 =
  (fault: (minute: number) => readonly Calls[], before: (minute: number) => readonly Calls[] = fair, until = 1e9) =>
  (minute: number): readonly Calls[] =>
    minute >= 0 && minute < until ? fault(minute) : before(minute);

export const withLedger = (minute: number): Calls[] => [...fair(minute), none(36, { service: 'ledger' })];

const few = (calls: number, errors = 0) => [none(100), out(calls, { errors })];

/** A seeded sequence in [0, 1), the same for the same minute. */
export const chance = (minute: number): number => {
  let x = (minute + 100_000) * 2654435761;
  x = ((x >>> 16) ^ x) * 0x45d9f3b;
  return (((x >>> 16) ^ x) >>> 0) / 2 ** 32;
};

export const nights: Readonly<Record<string, Night & { readonly expect: Expected }>> = {
  '45 calls a minute, all fail': {
    traffic: from0(
      () => few(45, 45),
      () => few(45),
    ),
    expect: { pages: { [border]: 5 } },
  },
  '5 calls a minute, all fail': {
    traffic: from0(
      () => few(5, 5),
      () => few(5),
    ),
    expect: { pages: { [border]: 5 } },
  },
  'one service of three per cent fails completely': {
    traffic: from0((minute) => [...fair(minute), none(36, { service: 'ledger', errors: 36 })], withLedger),
    expect: { pages: { [hongKong]: 5 }, named: { ledger: 5 } },
  },
  'one service with two calls a minute fails completely': {
    traffic: from0(
      (minute) => [...fair(minute), none(2, { service: 'ledger', errors: 2 })],
      (minute) => [...fair(minute), none(2, { service: 'ledger' })],
    ),
    expect: { pages: { [hongKong]: 10 }, named: { ledger: 10 } },
  },
  'one caller of the mainland fails, nine others do not': {
    traffic: from0(
      (minute) => [...fair(minute), out(18, { service: 'fx', errors: 18 })],
      (minute) => [...fair(minute), out(18, { service: 'fx' })],
    ),
    expect: { pages: { [border]: 6 }, named: { fx: 6 } },
  },
  'two services fail, one after the other': {
    traffic: from0(
      (minute) => [
        ...fair(minute),
        none(30, { service: 'ledger', errors: 30 }),
        none(30, { service: 'fx', errors: minute < 20 ? 0 : 30 }),
      ],
      (minute) => [...fair(minute), none(30, { service: 'ledger' }), none(30, { service: 'fx' })],
    ),
    expect: { pages: { [hongKong]: 5 }, named: { ledger: 5, fx: 25 } },
  },
  'one call a minute, all fail': {
    traffic: from0(
      () => few(1, 1),
      () => few(1),
    ),
    expect: { pages: { [border]: 10 } },
  },
  'the mainland hangs: 40 of 600 end, all as errors': {
    traffic: from0(() => [none(600), out(40, { errors: 40, slow: 40, slowMs: 30_000 })]),
    expect: { pages: { [border]: 3 } },
  },
  'the mainland hangs, and services in Hong Kong wait for it': {
    traffic: from0(() => [
      none(1000, { errors: 300, slow: 500, slowMs: 30_000 }),
      out(40, { errors: 40, slow: 40, slowMs: 30_000 }),
    ]),
    expect: { pages: { [border]: 3 } },
  },
  'a circuit breaker opens: no client spans': {
    traffic: from0(() => [none(1200)]),
    expect: { pages: { [border]: 5 } },
  },
  'a circuit breaker opens, and half-open probes fail': {
    traffic: from0((minute) => [none(1200), ...(minute % 2 === 0 ? [out(4, { errors: 4 })] : [])]),
    expect: { pages: { [border]: 5 } },
  },
  'payments fail fast while the breaker is open': {
    traffic: from0(() => [none(1200, { errors: 600 })]),
    expect: { pages: { [border]: 5 } },
  },
  '40 % errors, one minute in four, for two hours': {
    minutes: 180,
    traffic: from0(
      (minute) => (minute % 4 === 0 ? [none(1200), out(600, { errors: 240 }), back(200)] : fair(minute)),
      fair,
      120,
    ),
    expect: { pages: { [border]: 3 }, ends: [120, 140] },
  },
  '60 % errors, one minute in ten, for two hours': {
    minutes: 180,
    traffic: from0(
      (minute) => (minute % 10 === 0 ? [none(1200), out(600, { errors: 360 }), back(200)] : fair(minute)),
      fair,
      120,
    ),
    expect: { pages: { [border]: 3 }, ends: [110, 140] },
  },
  'half of all calls fail for an hour': {
    minutes: 120,
    traffic: from0(() => [none(1200), out(600, { errors: 300 }), back(200)], fair, 60),
    expect: { pages: { [border]: 3 }, ends: [60, 80] },
  },
  'a tenth of the calls is slow': {
    traffic: from0(() => [none(1200), out(600, { slow: 60, slowMs: 4_000 }), back(200)]),
    expect: { pages: { [border]: 6 } },
  },
  'every call is slow': {
    traffic: from0(() => [none(1200, { slow: 600, slowMs: 3_000 }), out(600, { slow: 600, slowMs: 2_500 }), back(200)]),
    expect: { pages: { [border]: 3 } },
  },
  'the database of Hong Kong is slow': {
    traffic: from0(() => [
      none(1200, { slow: 1200, slowMs: 3_000 }),
      out(600),
      back(200, { slow: 200, slowMs: 2_000 }),
    ]),
    expect: { pages: { [hongKong]: 4 } },
  },
  'Hong Kong refuses calls from the mainland': {
    traffic: from0(() => [none(1200), out(600), back(200, { errors: 100 })]),
    expect: { pages: { [hongKong]: 4 } },
  },
  'Hong Kong is slow and calls back through the mainland are, too': {
    traffic: from0(() => [
      none(1200, { slow: 1200, slowMs: 3_000 }),
      out(600, { slow: 300, slowMs: 3_000 }),
      back(200, { slow: 200, slowMs: 3_000 }),
    ]),
    expect: { pages: { [hongKong]: 4 } },
  },
  'errors begin at 3 in the morning, with 8 calls a minute': {
    traffic: from0(
      () => [none(20), out(8, { errors: 7 })],
      () => [none(20), out(8)],
    ),
    expect: { pages: { [border]: 5 } },
  },
  'a bad deployment: a fifth of the calls fails, rolled back after 12 minutes': {
    minutes: 90,
    traffic: from0(() => [none(1200, { errors: 240 }), out(600), back(200)], fair, 12),
    expect: { pages: { [hongKong]: 5 }, ends: [12, 35] },
  },
  'a retry storm: calls triple and a third fails': {
    traffic: from0(() => [none(1200), out(1800, { errors: 600 }), back(200)]),
    expect: { pages: { [border]: 3 } },
  },
  'slow exhaustion: one more per cent fails every ten minutes': {
    minutes: 120,
    traffic: from0((minute) => [none(1200), out(600, { errors: Math.floor(6 * (minute / 10)) }), back(200)]),
    expect: { pages: { [border]: 60 }, informs: { 'Error rate hk-cn, slow burn': 110 } },
  },
  'twice as many errors as allowed, for hours': {
    minutes: 420,
    traffic: from0(() => [none(1200), out(600, { errors: 9 }), back(200)]),
    expect: { pages: {}, informs: { 'Error rate hk-cn, slow burn': 330 } },
  },
  'an outage, then silence: callers give up': {
    traffic: from0((minute) => (minute < 10 ? [none(1200), out(600, { errors: 600 })] : [none(1200)])),
    expect: { pages: { [border]: 3 } },
  },
  'all services die': {
    traffic: from0(() => []),
    expect: { pages: { [tracing]: 8 } },
  },
  'both tunnels go down, and calls hang': {
    traffic: from0(() => [none(1200)]),
    values: (minute) => (minute >= 0 ? { TunnelState: 0, VirtualInterfaceBgpStatus: 0, 'link.probes.lost': 30 } : {}),
    expect: { pages: { [border]: 5 }, informs: { 'Path of the link down': 6, 'Link loss': 3 } },
  },
  'the link goes down at night, when nothing calls': {
    traffic: () => [none(60)],
    values: (minute) => (minute >= 0 ? { TunnelState: 0, VirtualInterfaceBgpStatus: 0 } : {}),
    expect: { pages: { [link]: 8 } },
  },
  'all gateways are unhealthy': {
    traffic: fair,
    values: (minute) => (minute >= 0 ? { HealthyHostCount: 0 } : {}),
    expect: { pages: { [tracing]: 5 } },
  },
  'a sampler does not come back': {
    traffic: fair,
    values: (minute) => (minute >= 0 ? { GroupInServiceInstances: 1, GroupDesiredCapacity: 3 } : {}),
    expect: { pages: {}, informs: { 'Instances of samplers missing': 15 } },
  },
  'a sampler runs, and nobody sends to it': {
    traffic: fair,
    values: (minute) => (minute >= 0 ? { otelcol_loadbalancer_num_backends: 1 } : {}),
    expect: { pages: {}, informs: { 'Samplers not registered': 15 } },
  },
  'the store is red': {
    traffic: fair,
    values: (minute) => (minute >= 0 ? { 'ClusterStatus.red': 1 } : {}),
    expect: { pages: { [tracing]: 3 } },
  },
  'the store says nothing any more': {
    traffic: fair,
    values: (minute) => (minute >= 0 ? { Nodes: undefined } : {}),
    expect: { pages: {}, informs: { 'Store nodes missing': 35 } },
  },
  'a path loses one connect in ten': {
    traffic: fair,
    values: (minute) => (minute >= 0 ? { 'link.probes.lost': 3 } : {}),
    expect: { pages: {}, informs: { 'Link loss': 10 } },
  },
  'the proxy strips traceparent': {
    traffic: fair,
    values: (minute) => (minute >= 0 ? { lost: 20 } : {}),
    expect: { pages: {} },
  },
};
