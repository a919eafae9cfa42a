/** More nights by shape: few calls, what grows, what is partial or one-sided, what stops, what comes and goes, causes with consequences. */
import { configOf } from '../../support/app';
import { healthy, type Night, type Values } from './night';
import { back, border, type Expected, fair, from0, hongKong, none, out, tracing } from './nights';

type Shapes = Readonly<Record<string, Night & { readonly expect: Expected }>>;

/** What calls to the mainland may take at most, by production's objective. */
const p99 = configOf('prod').observe.objectives.p99Ms['hk-cn'];

/** So many calls to the mainland in a minute, of which so many fail or are slow. */
const thin = (calls: number, bad: { readonly errors?: number; readonly slow?: number } = {}) => [
  none(100),
  out(calls, { ...bad, slowMs: 3_000 }),
];

const to = (destination: string, calls: number, more: Parameters<typeof out>[1] = {}) =>
  out(calls, { service: `caller-of-${destination}`, destination, ...more });

/** Three callers, each of two destinations. */
const shared = (failing = 0) => [
  ...fair(1),
  ...['a', 'b', 'c'].flatMap((service) => [
    out(60, { service, destination: 'rates' }),
    out(6, { service, destination: 'cards', errors: failing }),
  ]),
];

export const shapes: Shapes = {
  'every call to the mainland takes a millisecond more than the objective': {
    traffic: from0(() => [none(1200), out(600, { ms: p99 + 1 }), back(200)]),
    expect: { pages: { [border]: 3 } },
  },
  'three of a hundred calls are a little too slow, for the night': {
    minutes: 270,
    traffic: from0(() => [none(1200), out(600, { slow: 18, slowMs: p99 + 50 }), back(200)]),
    expect: { pages: {}, informs: { 'P99 hk-cn, slow burn': 265 } },
  },
  'all calls fail, and callers try ever more often': {
    traffic: from0((minute) => [none(1200), out(600 + 100 * minute, { errors: 600 + 100 * minute }), back(200)]),
    expect: { pages: { [border]: 3 } },
  },
  'a peak of calls, and right after it a breaker opens': {
    traffic: from0((minute) => [none(1200), ...(minute === 0 ? [out(36_000)] : []), back(200)]),
    expect: { pages: { [border]: 5 } },
  },
  'one zone is gone, and with it a third of the calls': {
    traffic: from0(() => [none(1200), out(600, { errors: 200 }), back(200)]),
    values: (minute): Values => (minute < 0 ? {} : { HealthyHostCount: 2, GroupInServiceInstances: 2 }),
    expect: { pages: { [border]: 3 }, informs: { 'Instances of gateways missing': 15 } },
  },
  'no gateway says whether it is healthy': {
    traffic: fair,
    values: (minute): Values => (minute < 0 ? {} : { HealthyHostCount: undefined }),
    expect: { pages: { [tracing]: 5 } },
  },
  'probes report, and have sent nothing': {
    traffic: fair,
    values: (minute): Values => (minute < 0 ? {} : { 'link.probes': 0 }),
    expect: { pages: {}, informs: { 'Link loss': 30 } },
  },
  '10 calls a minute, all fail': {
    traffic: from0(
      () => thin(10, { errors: 10 }),
      () => thin(10),
    ),
    expect: { pages: { [border]: 3 } },
  },
  '20 calls a minute, all slow': {
    traffic: from0(
      () => thin(20, { slow: 20 }),
      () => thin(20),
    ),
    expect: { pages: { [border]: 3 } },
  },
  '5 calls a minute, all slow': {
    traffic: from0(
      () => thin(5, { slow: 5 }),
      () => thin(5),
    ),
    expect: { pages: { [border]: 5 } },
  },
  '10 calls a minute, a third fails': {
    traffic: from0(
      () => thin(10, { errors: 3 }),
      () => thin(10),
    ),
    expect: { pages: { [border]: 6 } },
  },
  '45 calls a minute from the mainland, all refused': {
    traffic: from0(
      () => [none(100), out(45), back(45, { errors: 45 })],
      () => [none(100), out(45), back(45)],
    ),
    expect: { pages: { [hongKong]: 5 } },
  },
  '10 calls a minute within Hong Kong and none across: all fail': {
    traffic: from0(
      () => [none(10, { errors: 10 })],
      () => [none(10)],
    ),
    expect: { pages: { [hongKong]: 5 } },
  },
  'five per cent fail': {
    traffic: from0(() => [none(1200), out(600, { errors: 30 }), back(200)]),
    expect: { pages: { [border]: 6 } },
  },
  'ten per cent fail in Hong Kong, for 25 minutes': {
    minutes: 90,
    traffic: from0(() => [none(1200, { errors: 120 }), out(600), back(200)], fair, 25),
    expect: { pages: { [hongKong]: 6 }, ends: [25, 45] },
  },
  'two per cent fail, for hours': {
    minutes: 240,
    traffic: from0(() => [none(1200), out(600, { errors: 12 }), back(200)]),
    expect: { pages: {}, informs: { 'Error rate hk-cn, slow burn': 200 } },
  },
  'latency grows by ten milliseconds a minute': {
    minutes: 120,
    // Above 400 ms from the 33rd minute on.
    traffic: from0((minute) => [none(1200), out(600, { ms: 80 + 10 * minute }), back(200)]),
    expect: { pages: { [border]: 37 } },
  },
  'one more call in a hundred is slow every five minutes': {
    minutes: 120,
    traffic: from0((minute) => [none(1200), out(600, { slow: 6 * Math.floor(minute / 5), slowMs: 900 }), back(200)]),
    expect: { pages: { [border]: 45 } },
  },
  'Hong Kong grows slow, and calls that are called back cross their objective first': {
    minutes: 120,
    traffic: from0((minute) => {
      const ms = 60 + 10 * minute;
      return [none(1200, { ms: ms + 100 }), out(600, { ms: ms + 220 }), back(200, { ms })];
    }),
    expect: { pages: { [border]: 20 } },
  },
  'one destination of many fails, whoever calls it': {
    traffic: from0(
      () => shared(6),
      () => shared(),
    ),
    expect: { pages: { [border]: 6 }, named: { cards: 6 } },
  },
  'a destination of three calls a minute fails': {
    traffic: from0(
      () => [...shared(), out(3, { service: 'a', destination: 'archive', errors: 3 })],
      () => [...shared(), out(3, { service: 'a', destination: 'archive' })],
    ),
    expect: { pages: { [border]: 10 }, named: { archive: 10 } },
  },
  'one service of many is slow and fails half of its calls': {
    traffic: from0(
      (minute) => [...fair(minute), none(40, { service: 'ledger', errors: 26, slow: 40, slowMs: 5_000 })],
      (minute) => [...fair(minute), none(40, { service: 'ledger' })],
    ),
    expect: { pages: { [hongKong]: 6 }, named: { ledger: 6 } },
  },
  'calls to the mainland fail, those from there do not': {
    traffic: from0(() => [none(1200), out(600, { errors: 420 }), back(200)]),
    expect: { pages: { [border]: 3 } },
  },
  'the mainland is slow first, and what it calls back waits for it later': {
    minutes: 90,
    traffic: from0(
      (minute) => [
        none(1200, { slow: 600, slowMs: 5_000 }),
        out(600, { slow: 600, slowMs: 5_000 }),
        back(200, minute < 6 ? {} : { slow: 120, slowMs: 4_000 }),
      ],
      fair,
      50,
    ),
    expect: { pages: { [border]: 3 }, ends: [50, 75] },
  },
  'three calls a minute hang, and payments that need them fail at once': {
    minutes: 90,
    traffic: from0(
      () => [none(60, { errors: 3 })],
      () => [none(60), out(3)],
      60,
    ),
    expect: { pages: { [hongKong]: 8 }, ends: [60, 80] },
  },
  'few calls hang, and half of what Hong Kong serves fails with them': {
    minutes: 90,
    traffic: from0(
      () => [none(60, { errors: 30 })],
      () => [none(60), out(3)],
    ),
    expect: { pages: { [hongKong]: 6 } },
  },
  'the line is cut: calls fail, tunnels go down five minutes later, services wait': {
    minutes: 90,
    traffic: from0(() => [none(1200, { errors: 500, slow: 600 }), out(600, { errors: 600, slow: 600 })], fair, 40),
    values: (minute) => (minute >= 5 && minute < 40 ? { TunnelState: 0, VirtualInterfaceBgpStatus: 0 } : {}),
    expect: { pages: { [border]: 3 }, ends: [40, 60] },
  },
  'tunnels are seen down before the first call fails': {
    minutes: 90,
    traffic: from0(
      (minute) => (minute < 4 ? [none(60)] : [none(600), out(60, { errors: 60 })]),
      () => [none(60)],
      60,
    ),
    values: (minute) => (minute >= 0 && minute < 60 ? { TunnelState: 0, VirtualInterfaceBgpStatus: 0 } : {}),
    expect: { pages: { [border]: 8 }, ends: [60, 80] },
  },
  'a new environment: its first calls all fail': {
    minutes: 120,
    history: false,
    traffic: (minute) => (minute < 60 ? [] : [none(100), out(50, { errors: 50 })]),
    values: () => healthy,
    expect: { pages: { [border]: 65 } },
  },
  'metrics of everything stop': {
    traffic: from0(() => []),
    values: (minute) =>
      minute >= 0 ? { otelcol_exporter_queue_size: undefined, otelcol_loadbalancer_num_backends: undefined } : {},
    expect: { pages: { [tracing]: 8 } },
  },
  'metrics stop in the middle of an outage, and come back with it': {
    minutes: 90,
    traffic: from0((minute) => (minute >= 10 && minute < 20 ? [] : [none(1200), out(600, { errors: 600 })]), fair, 40),
    expect: { pages: { [border]: 3, [tracing]: 20 }, ends: { [border]: [40, 60], [tracing]: [20, 40] } },
  },
  'maintenance: an outage begins in its window and goes on': {
    minutes: 120,
    muted: [-10, 30],
    traffic: from0(() => [none(1200, { errors: 600 }), out(600, { errors: 600 })]),
    expect: { pages: { [border]: 31 } },
  },
  'maintenance: an outage is paged, and its end falls into a window': {
    minutes: 120,
    muted: [20, 60],
    traffic: from0(() => [none(1200), out(600, { errors: 600 }), back(200)], fair, 30),
    expect: { pages: { [border]: 3 }, ends: [44, 62] },
  },
  'flapping: five minutes bad, ten good': {
    minutes: 150,
    traffic: from0(
      (minute) => (minute % 15 < 5 ? [none(1200), out(600, { errors: 400 }), back(200)] : fair(minute)),
      fair,
      120,
    ),
    expect: { pages: { [border]: 3 }, ends: [109, 135] },
  },
  'flapping: one minute in three, and few calls': {
    minutes: 150,
    traffic: from0(
      (minute) => thin(20, { errors: minute % 3 === 0 ? 20 : 0 }),
      () => thin(20),
      120,
    ),
    expect: { pages: { [border]: 6 }, ends: [118, 140] },
  },
  'flapping: one minute in fourteen': {
    minutes: 150,
    traffic: from0(
      (minute) => (minute % 14 === 0 ? [none(1200), out(600, { errors: 500 }), back(200)] : fair(minute)),
      fair,
      120,
    ),
    expect: { pages: { [border]: 3 }, ends: [112, 135] },
  },
  'a minute of the clock cuts an outage of ninety seconds in three': {
    minutes: 60,
    traffic: from0((minute) => [none(1200), out(600, { errors: [150, 600, 150][minute] ?? 0 }), back(200)], fair, 3),
    expect: { pages: { [border]: 3 }, ends: [3, 20] },
  },
  'retries: each call is tried three times, and every first one fails': {
    traffic: from0(() => [none(1200), out(1800, { errors: 1200 }), back(200)]),
    expect: { pages: { [border]: 3 } },
  },
  'at night, one call in two minutes, and the mainland is down for two hours': {
    minutes: 180,
    traffic: from0(
      (minute) => [none(60), ...(minute % 2 === 0 ? [out(1, { errors: 1 })] : [])],
      (minute) => [none(60), ...(minute % 2 === 0 ? [out(1)] : [])],
      120,
    ),
    expect: { pages: { [border]: 15 }, ends: [120, 150] },
  },
  'the mainland and then, after it is well again, Hong Kong': {
    minutes: 150,
    traffic: from0(
      (minute) =>
        minute < 15
          ? [none(1200), out(600, { errors: 600 }), back(200)]
          : minute < 60
            ? fair(minute)
            : [none(1200, { errors: 400 }), out(600), back(200)],
      fair,
      90,
    ),
    expect: { pages: { [border]: 3, [hongKong]: 65 }, ends: { [border]: [15, 35], [hongKong]: [90, 110] } },
  },
};

export const harmlessShapes: Shapes = {
  'every call to the mainland takes as long as the objective says': {
    traffic: from0(() => [none(1200), out(600, { ms: p99 }), back(200)]),
    expect: { pages: {}, silent: true },
  },
  'metrics come three minutes at once, time and again: their clock is late': {
    traffic: from0((minute) =>
      minute % 3 < 2
        ? []
        : fair(minute).map(({ calls, errors = 0, slow = 0, ...more }) => ({
            ...more,
            calls: 3 * calls,
            errors: 3 * errors,
            slow: 3 * slow,
          })),
    ),
    expect: { pages: {}, silent: true },
  },
  'a counter starts again: an hour of calls is counted in one minute': {
    traffic: (minute) =>
      minute === 10
        ? [none(72_000, { slow: 100, slowMs: 900 }), out(36_000, { errors: 20, slow: 60 }), back(12_000)]
        : fair(minute),
    expect: { pages: {}, silent: true },
  },
  'samplers begin again: one minute without a call in it': {
    traffic: (minute) => (minute === 10 ? [] : fair(minute)),
    expect: { pages: {}, silent: true },
  },
  'a burst of retries that succeeds: calls triple for three minutes': {
    traffic: from0((minute) => fair(minute).map((calls) => ({ ...calls, calls: 3 * calls.calls })), fair, 3),
    expect: { pages: {}, silent: true },
  },
  'one destination fails once, and is tried again': {
    traffic: from0(
      (minute) => [...shared(), ...(minute === 2 ? [to('archive', 4, { errors: 4 })] : [])],
      () => shared(),
    ),
    expect: { pages: {}, silent: true, named: {} },
  },
  'night: from 600 calls a minute to four within two hours, and back in the morning': {
    minutes: 480,
    traffic: (minute) => {
      const share = minute < 120 ? 1 - minute / 121 : minute < 360 ? 1 / 121 : Math.min(1, (minute - 359) / 100);
      return fair(1).map((calls) => ({ ...calls, calls: Math.ceil(calls.calls * share), slow: 0 }));
    },
    expect: { pages: {}, silent: true },
  },
  'a job of the night: 30 calls every ten minutes, one of them slow': {
    minutes: 240,
    traffic: (minute) => [none(60), ...(minute % 10 === 0 ? [out(30, { slow: 1, slowMs: 2_000 })] : [])],
    expect: { pages: {}, silent: true },
  },
  'a new environment, half built: one probe path up, no traffic': {
    minutes: 240,
    history: false,
    traffic: () => [],
    values: () => ({ 'link.probes': 30, 'link.probes.lost': 0, 'link.rtt': 8, Nodes: 9 }),
    expect: { pages: {}, silent: true },
  },
  'a release of half a minute: one per cent fails in each of six services, one after the other': {
    traffic: from0(
      (minute) => [
        ...fair(minute),
        ...['a', 'b', 'c', 'd', 'e', 'f'].map((service, n) => none(50, { service, errors: minute === 4 * n ? 2 : 0 })),
      ],
      (minute) => [...fair(minute), ...['a', 'b', 'c', 'd', 'e', 'f'].map((service) => none(50, { service }))],
    ),
    expect: { pages: {}, silent: true, named: {} },
  },
  'the link works and nobody calls': {
    minutes: 240,
    traffic: () => [none(30)],
    expect: { pages: {}, silent: true },
  },
};
