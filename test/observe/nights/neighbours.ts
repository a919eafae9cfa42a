/** Nights beside the known ones: few calls, several faults at once, what comes and goes, what is muted. */
import { healthy, type Night } from './night';
import { back, border, type Expected, fair, from0, hongKong, none, out, tracing, withLedger } from './nights';

/** `count` calls in one minute of every `minutes`. */
const oneIn = (minutes: number, minute: number, count = 1): number => (minute % minutes === 0 ? count : 0);

const bad = (crossing: typeof out, calls: number, failed: number) => crossing(calls, { errors: failed });

export const neighbours: Readonly<Record<string, Night & { readonly expect: Expected }>> = {
  'twelve calls a minute, seven of them fail': {
    traffic: from0(
      () => [none(100), bad(out, 12, 7)],
      () => [none(100), out(12)],
    ),
    expect: { pages: { [border]: 5 } },
  },
  'a call in ten minutes, all fail': {
    minutes: 120,
    traffic: from0(
      (minute) => [none(100), bad(out, oneIn(10, minute), oneIn(10, minute))],
      (minute) => [none(100), out(oneIn(10, minute))],
    ),
    expect: { pages: { [border]: 60 } },
  },
  'three calls an hour, all fail': {
    minutes: 300,
    traffic: from0(
      (minute) => [none(100), bad(out, oneIn(20, minute), oneIn(20, minute))],
      (minute) => [none(100), out(oneIn(20, minute))],
    ),
    expect: { pages: { [border]: 240 } },
  },
  'two calls a minute from the mainland, all refused': {
    traffic: from0(
      () => [none(100), out(30), bad(back, 2, 2)],
      () => [none(100), out(30), back(2)],
    ),
    expect: { pages: { [hongKong]: 8 } },
  },
  'twelve calls a minute hang': {
    traffic: from0(
      () => [none(100)],
      () => [none(100), out(12)],
    ),
    expect: { pages: { [border]: 5 } },
  },
  'three calls a minute hang': {
    traffic: from0(
      () => [none(100)],
      () => [none(100), out(3)],
    ),
    expect: { pages: { [border]: 20 } },
  },
  'a breaker opens, and one trial call a minute fails': {
    traffic: from0(() => [none(1200), bad(out, 1, 1)]),
    expect: { pages: { [border]: 5 } },
  },
  'a breaker opens for four minutes and closes for six, for an hour': {
    minutes: 120,
    traffic: from0((minute) => (minute % 10 < 4 ? [none(1200)] : fair(minute)), fair, 60),
    expect: { pages: { [border]: 5 }, ends: [54, 80] },
  },
  'payments fail as soon as the breaker opens': {
    traffic: from0(() => [none(1200, { errors: 700 }), bad(out, 40, 40)]),
    expect: { pages: { [border]: 5 } },
  },
  'a third of the calls fails in one of three zones': {
    traffic: from0(() => [none(1200, { errors: 400 }), out(600), back(200, { errors: 66 })]),
    expect: { pages: { [hongKong]: 5 } },
  },
  'one zone of the mainland is gone: a third of the calls waits and fails': {
    minutes: 90,
    traffic: from0(() => [none(1200, { errors: 40 }), out(600, { errors: 200, slow: 200 }), back(200)], fair, 40),
    expect: { pages: { [border]: 4 }, ends: [40, 60] },
  },
  'all calls fail for two hours, then all is well': {
    minutes: 180,
    traffic: from0(() => [none(1200), bad(out, 600, 600), back(200)], fair, 120),
    expect: { pages: { [border]: 3 }, ends: [120, 140] },
  },
  'the mainland is silent both ways': {
    traffic: from0(() => [none(1200)]),
    expect: { pages: { [border]: 5 } },
  },
  'nothing comes from the mainland any more': {
    traffic: from0(() => [none(1200), out(600)]),
    expect: { pages: { [border]: 6 } },
  },
  'the mainland fails for ten minutes, Hong Kong goes on failing': {
    minutes: 90,
    traffic: from0((minute) => [
      none(1200, { errors: minute >= 5 ? 400 : 0 }),
      out(600, { errors: minute < 10 ? 300 : 0 }),
      back(200),
    ]),
    expect: { pages: { [border]: 3, [hongKong]: 35 }, ends: { [border]: [10, 30] } },
  },
  'the store is red one minute in ten': {
    minutes: 120,
    traffic: fair,
    values: (minute) => (minute >= 0 && minute < 60 && minute % 10 === 0 ? { 'ClusterStatus.red': 1 } : {}),
    expect: { pages: { [tracing]: 3 }, ends: [50, 75] },
  },
  'the link goes down for six minutes and comes back, all night': {
    minutes: 120,
    traffic: () => [none(60)],
    values: (minute) =>
      minute >= 0 && minute < 60 && minute % 15 < 6 ? { TunnelState: 0, VirtualInterfaceBgpStatus: 0 } : {},
    expect: { pages: { 'The link': 8 }, ends: [45, 90] },
  },
  'maintenance: the link is worked on for an hour, muted': {
    minutes: 150,
    muted: [-5, 85],
    traffic: from0(() => [none(1200), bad(out, 600, 600)], fair, 50),
    values: (minute) => (minute >= 0 && minute < 50 ? { TunnelState: 0, VirtualInterfaceBgpStatus: 0 } : {}),
    expect: { pages: {}, silent: true },
  },
  'maintenance: the window is over, and calls still fail': {
    minutes: 120,
    muted: [-5, 60],
    traffic: from0(() => [none(1200), bad(out, 600, 600)]),
    expect: { pages: { [border]: 61 } },
  },
  'a deployment in waves: a tenth of calls fails for three minutes, every twelve, for an hour': {
    minutes: 110,
    traffic: from0((minute) => [none(1200, { errors: minute % 12 < 3 ? 120 : 0 }), out(600), back(200)], fair, 60),
    expect: { pages: { [hongKong]: 6 }, ends: [50, 75] },
  },
  'a service comes back and fails again': {
    minutes: 90,
    traffic: from0(
      (minute) => [...fair(minute), none(36, { service: 'ledger', errors: minute % 12 < 5 ? 36 : 0 })],
      withLedger,
      36,
    ),
    expect: { pages: { [hongKong]: 6 }, ends: [29, 60] },
  },
  'three services fail together, and each is named': {
    traffic: from0(
      (minute) => [...fair(minute), ...['a', 'b', 'c'].map((service) => none(20, { service, errors: 18 }))],
      (minute) => [...fair(minute), ...['a', 'b', 'c'].map((service) => none(20, { service }))],
    ),
    expect: { pages: { [hongKong]: 6 }, named: { a: 6, b: 6, c: 6 } },
  },
  'one caller of the mainland waits, the others do not': {
    traffic: from0(
      (minute) => [...fair(minute), out(60, { service: 'fx', slow: 60, slowMs: 9_000 })],
      (minute) => [...fair(minute), out(60, { service: 'fx' })],
    ),
    expect: { pages: { [border]: 8 } },
  },
  'gateways are unhealthy every other minute': {
    minutes: 90,
    traffic: fair,
    values: (minute) => (minute >= 0 && minute < 40 && minute % 2 === 0 ? { HealthyHostCount: 0 } : {}),
    expect: { pages: { [tracing]: 8 }, ends: [36, 60] },
  },
  'probes of the link say nothing any more': {
    minutes: 90,
    traffic: fair,
    values: (minute) => (minute >= 0 ? { 'link.probes': undefined, 'link.probes.lost': undefined } : {}),
    expect: { pages: {}, informs: { 'Link loss': 40 } },
  },
};

export const harmlessNeighbours: Readonly<Record<string, Night & { readonly expect: Expected }>> = {
  'a job calls the mainland in every second minute': {
    minutes: 120,
    traffic: (minute) => [none(600), out(oneIn(2, minute, 100))],
    expect: { pages: {}, silent: true },
  },
  'samplers say nothing for four minutes': {
    minutes: 60,
    traffic: from0(() => [], fair, 4),
    expect: { pages: {}, silent: true },
  },
  'midnight: the day ends, a report of an hour begins and ends': {
    minutes: 150,
    traffic: from0((minute) => [...fair(minute), ...(minute < 60 ? [none(900, { service: 'report' })] : [])], fair),
    expect: { pages: {}, silent: true, named: {} },
  },
  'every service is restarted: two per cent fail for three minutes': {
    traffic: from0(() => [none(1200, { errors: 24 }), out(600), back(200)], fair, 3),
    expect: { pages: {}, silent: true },
  },
  'a service is deployed: away for a minute, and its first calls fail': {
    traffic: from0(
      (minute) => [...fair(minute), ...(minute === 0 ? [] : [none(36, { service: 'ledger', errors: 4 })])],
      withLedger,
      2,
    ),
    expect: { pages: {}, silent: true, named: {} },
  },
  'a service is renamed': {
    traffic: from0((minute) => [...fair(minute), none(36, { service: 'ledger-2' })], withLedger),
    expect: { pages: {}, silent: true, named: {} },
  },
  'a region of customers sleeps: calls fall to a tenth within half an hour': {
    minutes: 120,
    traffic: (minute) => {
      const share = Math.max(0.1, Math.min(1, 1 - minute / 33));
      return fair(1).map((calls) => ({ ...calls, calls: Math.ceil(calls.calls * share), slow: 0 }));
    },
    expect: { pages: {}, silent: true },
  },
  'nine calls fail in one minute of many, every hour': {
    minutes: 180,
    traffic: (minute) => [none(1200), out(600, { errors: oneIn(60, minute, 9) }), back(200)],
    expect: { pages: {}, silent: true },
  },
  'six calls an hour, one of them fails': {
    minutes: 240,
    traffic: (minute) => [none(100), bad(out, oneIn(10, minute), oneIn(60, minute))],
    expect: { pages: {}, silent: true },
  },
  'a new environment: first traffic, and a link that is still being built': {
    minutes: 240,
    history: false,
    traffic: (minute) => (minute < 60 ? [] : [none(20)]),
    values: () => ({
      ...healthy,
      TunnelState: 0,
      ConnectionState: 0,
      VirtualInterfaceBgpStatus: 0,
      'link.probes': undefined,
      'link.probes.lost': undefined,
      'link.rtt': undefined,
      'link.certificate.days': undefined,
    }),
    expect: { pages: {}, silent: true },
  },
  'one gateway of three is replaced after the other': {
    traffic: fair,
    values: (minute) =>
      minute >= 0 && minute < 30 ? { HealthyHostCount: 2, GroupInServiceInstances: 2 + (minute % 10 < 6 ? 0 : 1) } : {},
    expect: { pages: {}, silent: true },
  },
  'one connect in a hundred is lost for an hour': {
    minutes: 120,
    traffic: fair,
    values: (minute) => (minute >= 0 && minute < 60 && minute % 4 === 0 ? { 'link.probes.lost': 1 } : {}),
    expect: { pages: {}, silent: true },
  },
};
