/** Nights in which nobody must hear anything. */
import { healthy, type Night } from './night';
import { back, chance, type Expected, fair, from0, none, out, withLedger } from './nights';

export const harmless: Readonly<Record<string, Night & { readonly expect: Expected }>> = {
  'a fair day': { minutes: 240, traffic: fair, expect: { pages: {}, silent: true } },
  'a new environment without traffic': {
    minutes: 300,
    traffic: () => [],
    history: false,
    expect: { pages: {}, silent: true },
  },
  'a new environment and its first calls': {
    minutes: 240,
    traffic: (minute) => (minute < 120 ? [] : [none(20), out(5)]),
    values: () => healthy,
    history: false,
    expect: { pages: {}, silent: true },
  },
  'a link with 0.25 % true loss, for a day': {
    minutes: 1440,
    traffic: () => [none(60), out(20)],
    values: (minute) => ({ 'link.probes.lost': chance(minute) < 0.0725 ? 1 : 0 }),
    expect: { pages: {}, silent: true },
  },
  'one bad minute of one per cent': {
    traffic: from0(() => [none(1200), out(600, { errors: 8 }), back(200)], fair, 1),
    expect: { pages: {}, silent: true },
  },
  'three calls fail in a quiet hour': {
    traffic: from0(
      (minute) => [none(30), out(3, { errors: minute % 20 === 7 ? 1 : 0 })],
      () => [none(30), out(3)],
    ),
    expect: { pages: {}, silent: true },
  },
  'evening: calls fade over an hour, and stop': {
    minutes: 180,
    traffic: (minute) => {
      const share = Math.max(0, Math.min(1, 1 - minute / 60));
      const fading = fair(1).map((calls) => ({ ...calls, calls: Math.floor(calls.calls * share), slow: 0 }));
      return [...fading, none(1)]; // a health check, all night long
    },
    expect: { pages: {}, silent: true },
  },
  'a batch of an hour ends': {
    minutes: 120,
    traffic: (minute) => (minute >= -60 && minute < 0 ? [none(600), out(600)] : [none(600)]),
    expect: { pages: {}, silent: true },
  },
  'a service fails a third of its calls for a minute': {
    traffic: from0((minute) => [...fair(minute), none(36, { service: 'ledger', errors: 12 })], withLedger, 1),
    expect: { pages: {}, silent: true, named: {} },
  },
  'a service is new, and its first call fails': {
    traffic: from0(
      (minute) => [...fair(minute), ...(minute === 5 ? [none(3, { service: 'fx', errors: 3 })] : [])],
      fair,
    ),
    expect: { pages: {}, silent: true, named: {} },
  },
  'traffic doubles within a minute': {
    traffic: from0((minute) => fair(minute).map((calls) => ({ ...calls, calls: 2 * calls.calls }))),
    expect: { pages: {}, silent: true },
  },
  'a tunnel is replaced by AWS, the other carries': {
    traffic: fair,
    values: () => ({}),
    expect: { pages: {}, silent: true },
  },
  'a rolling replacement: one instance fewer for five minutes': {
    traffic: fair,
    values: (minute) =>
      minute >= 0 && minute < 5 ? { GroupInServiceInstances: 2, otelcol_loadbalancer_num_backends: 2 } : {},
    expect: { pages: {}, silent: true },
  },
  'slow calls within the objective': {
    minutes: 240,
    traffic: () => [
      none(1200, { slow: 6, slowMs: 900 }),
      out(600, { slow: 3, slowMs: 900 }),
      back(200, { slow: 1, slowMs: 900 }),
    ],
    expect: { pages: {}, silent: true },
  },
  'a node of the store is replaced within twenty minutes': {
    traffic: fair,
    values: (minute) => (minute >= 0 && minute < 20 ? { Nodes: 5 } : {}),
    expect: { pages: {}, silent: true },
  },
};
