/**
 * Nights: minutes of traffic, and what alarms must say of them. A night is written as calls a minute by service; the metrics
 * that samplers would have sent are made of it, all else is healthy, and the alarms are those of the synthesised templates.
 */
import type { EnvironmentConfig } from '../../../config/schema';
import {
  type Crossing,
  destinationAttribute,
  kindOfCrossing,
  metricNamespace,
  metrics,
  statusError,
} from '../../../lib/contract/metrics';
import { type AlarmCourse, type AlarmSet, alarmCourses, entriesOf } from '../../../rehearsal/judge/cloudwatch/alarms';
import type { DataPoint } from '../../../rehearsal/judge/cloudwatch/embedded-metrics';
import { MetricStore } from '../../../rehearsal/judge/cloudwatch/metric-store';

const minuteMs = 60_000;

/** Where nights begin: a full hour, so that history meets CloudWatch's periods. */
const t0 = Date.UTC(2026, 10, 2, 14);

/** Minutes of history: what the longest windows of calls look back on, and one hour more. */
const historyMinutes = 7 * 60;

/** Calls of one service over one crossing in one minute. */
export interface Calls {
  readonly crossing: Crossing;
  /** @default payment */
  readonly service?: string;
  /** Where they go, of calls to the mainland. @default settlement */
  readonly destination?: string;
  readonly calls: number;
  /** How many of them fail. @default 0 */
  readonly errors?: number;
  /** How many of them take `slowMs`. @default 0 */
  readonly slow?: number;
  /** @default 60 */
  readonly ms?: number;
  /** @default 10,000 */
  readonly slowMs?: number;
}

/** A value that a metric has instead of its healthy one: undefined is silence. */
export type Values = Readonly<Record<string, number | undefined>>;

export interface Night {
  /** How long it lasts. @default 60 */
  readonly minutes?: number;
  /** Calls in a minute; minute 0 is the first of the fault, those before it are history. */
  readonly traffic: (minute: number) => readonly Calls[];
  /** Metrics by name that are not healthy. @default all are */
  readonly values?: (minute: number) => Values;
  /** Minutes from and until which a mute rule holds all messages back. @default none */
  readonly muted?: readonly [number, number];
  /** Whether the environment was there before. @default true */
  readonly history?: boolean;
}

/** What was said of a night, in minutes since its first. */
export interface Said {
  /** Messages of incidents that people are woken for, in order. */
  readonly pages: readonly { readonly heading: string; readonly at: number; readonly endedAt: number | undefined }[];
  /** Other messages. */
  readonly informs: readonly { readonly heading: string; readonly at: number }[];
  /** Services and destinations that were named. */
  readonly named: readonly { readonly service: string; readonly at: number }[];
}

/** What every metric that is no span's says where all is well; numbers of production's instances and nodes. */
export const healthy: Values = {
  TunnelState: 1,
  ConnectionState: 1,
  VirtualInterfaceBgpStatus: 1,
  'link.probes': 30,
  'link.probes.lost': 0,
  'link.rtt': 8,
  'link.certificate.days': 200,
  StoreOldestSpanAge: 864_000,
  otelcol_exporter_queue_size: 0,
  HealthyHostCount: 3,
  GroupInServiceInstances: 3,
  GroupDesiredCapacity: 3,
  otelcol_loadbalancer_num_backends: 3,
  Nodes: 9,
  'ClusterStatus.red': 0,
};

/** The same objects for the same dimensions: there are many minutes. */
const sets = new Map<string, readonly Readonly<Record<string, string>>[]>();

function setsOf(crossing: Crossing, service: string, more: Readonly<Record<string, string>>) {
  const key = JSON.stringify([crossing, service, more]);
  const kind = { crossing, 'span.kind': kindOfCrossing[crossing] };
  const known = sets.get(key) ?? [
    { ...kind, ...more },
    { ...kind, 'service.name': service, ...more },
  ];
  sets.set(key, known);
  return known;
}

const spread =
  (crossing: Crossing, service: string, timestamp: number, namespace: string) =>
  (name: string, unit: string, values: readonly number[], counts: readonly number[], more = {}): DataPoint[] =>
    setsOf(crossing, service, more).map((dimensions) => ({
      namespace,
      name,
      unit,
      dimensions,
      timestamp,
      values,
      counts,
    }));

/** Points that samplers would have sent of a minute's calls. */
function pointsOf(namespace: string, at: number, traffic: readonly Calls[]): DataPoint[] {
  return traffic.flatMap((of) => {
    const { crossing, service = 'payment', destination = 'settlement', calls, errors = 0, slow = 0 } = of;
    const { ms = 60, slowMs = 10_000 } = of;
    const point = spread(crossing, service, at, namespace);
    const count = (value: number, more = {}) =>
      value > 0 ? point(metrics.calls.name, 'Count', [value], [1], more) : [];
    if (calls === 0) return [];
    return [
      ...count(calls),
      ...(
        [
          { crossing, 'service.name': service },
          ...(crossing === 'hk-cn' ? [{ [destinationAttribute]: destination }] : []),
        ] as Record<string, string>[]
      ).map((dimensions) => ({
        namespace,
        name: metrics.excess.name,
        unit: 'Count',
        dimensions,
        timestamp: at,
        values: [2 * errors - calls],
        counts: [1],
      })),
      ...count(errors, { 'status.code': statusError }),
      ...count(calls - errors, { 'status.code': 'STATUS_CODE_UNSET' }),
      ...point(metrics.duration.name, 'Milliseconds', [ms, slowMs], [calls - slow, slow]),
    ];
  });
}

/** What an environment's alarms say of a night. */
export function said(night: Night, { environment }: EnvironmentConfig, alarms: AlarmSet): Said {
  const { minutes = 60, traffic, values = () => ({}), history = true, muted } = night;
  const namespace = metricNamespace(environment);
  const store = new MetricStore();
  const first = history ? -historyMinutes : 0;
  const others = new Map(
    alarms.metric
      .flatMap(({ properties }) => entriesOf(properties).flatMap(({ metric }) => (metric ? [metric] : [])))
      .filter(({ name }) => healthy[name] !== undefined)
      .map((metric) => [JSON.stringify([metric.name, metric.dimensions]), metric]),
  );
  for (let minute = first; minute < minutes; minute++) {
    const at = t0 + minute * minuteMs + minuteMs / 2;
    store.add(pointsOf(namespace, at, traffic(minute)));
    const now: Values = { ...(history ? healthy : {}), ...values(minute) };
    for (const { namespace: of, name, dimensions } of others.values()) {
      const value = now[name];
      if (value === undefined) continue;
      store.add([{ namespace: of, name, unit: 'None', dimensions, timestamp: at, values: [value], counts: [1] }]);
    }
  }
  const silences = muted ? [{ from: t0 + muted[0] * minuteMs, until: t0 + muted[1] * minuteMs }] : [];
  const all = alarmCourses(
    alarms,
    store,
    t0 - (history ? 30 : 0) * minuteMs,
    t0 + minutes * minuteMs,
    undefined,
    silences,
  );
  const minuteOf = (at: number) => Math.round((at - t0) / minuteMs);
  const heading = ({ name }: AlarmCourse) => name.replace(/^harbourline-[^:]+: /, '');
  const paging = all.filter(({ name }) => pagesOf(alarms, name));
  return {
    pages: paging
      .flatMap((course) =>
        course.notified.map((at) => ({
          heading: heading(course),
          at: minuteOf(at),
          endedAt: course.ended.filter((end) => end > at).map(minuteOf)[0],
        })),
      )
      .sort((a, b) => a.at - b.at),
    informs: all
      .filter(({ name }) => !pagesOf(alarms, name))
      .flatMap((course) => course.notified.map((at) => ({ heading: heading(course), at: minuteOf(at) })))
      .sort((a, b) => a.at - b.at),
    named: all.flatMap(({ contributors }) => contributors.map(({ at, name }) => ({ service: name, at: minuteOf(at) }))),
  };
}

/** Incidents tell people that they are over, too: nothing else does. */
const pagesOf = (alarms: AlarmSet, name: string): boolean =>
  alarms.composite.some(({ properties }) => properties.AlarmName === name && (properties.OKActions ?? []).length > 0);
