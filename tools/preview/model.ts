/** What the page of a preview shows: every widget of the dashboard bodies, with the data that a rehearsal left. */

import { type DashboardBody, type Series, seriesOf, type Widget } from '../../rehearsal/judge/cloudwatch/dashboards';
import { withHistory } from '../../rehearsal/judge/cloudwatch/history';
import { MetricStore } from '../../rehearsal/judge/cloudwatch/metric-store';
import type { Interval } from '../../rehearsal/judge/interval';
import type { Recording } from '../../rehearsal/recording';

/** A dashboard, ready to draw. Shared with client.ts, which runs in the browser. */
export interface Picture {
  readonly name: string;
  readonly widgets: readonly PictureWidget[];
}

export type PictureWidget = Readonly<{ x: number; y: number; width: number; height: number }> &
  (
    | { readonly kind: 'text'; readonly markdown: string }
    | { readonly kind: 'alarms'; readonly title: string; readonly alarms: readonly AlarmChip[] }
    | { readonly kind: 'values'; readonly title: string; readonly values: readonly Latest[] }
    | { readonly kind: 'graph'; readonly graph: Graph }
  );

interface AlarmChip {
  readonly name: string;
  readonly alarm: boolean;
  /** Time of day at which it went into ALARM, or "OK". */
  readonly state: string;
}

/** The latest figure of a line: none where there is no data. */
interface Latest {
  readonly label: string;
  readonly value?: number;
}

export interface Graph {
  readonly title: string;
  readonly unit: string;
  /** At the axis on the right. @default there is none */
  readonly rightUnit?: string;
  /** Its top. @default as high as the figures are */
  readonly rightMax?: number;
  readonly min?: number;
  readonly max?: number;
  readonly lines: readonly Series[];
  readonly thresholds: readonly { readonly value: number; readonly label: string }[];
  /** Why it has no data. @default it has */
  readonly empty?: string;
}

/** The page's time axis, in ms since the epoch. */
export interface Axis extends Interval {
  /** Up to here the rehearsal's fair minutes are repeated. */
  readonly repeatedUntil?: number;
  readonly injectedAt?: number;
}

/** How much of the repeated time is shown before a fault. */
const before = 12 * 60_000;

/** What is drawn, and over which time. */
export function pictures(
  bodies: readonly DashboardBody[],
  recording: Recording,
): { axis: Axis; dashboards: Picture[] } {
  const { drive, fair, injectedAt, points } = recording;
  let store = new MetricStore();
  store.add(points);
  if (fair) store = withHistory(points, fair);
  const axis: Axis = {
    from: fair ? fair.from - before : drive.from,
    until: drive.until,
    ...(fair ? { repeatedUntil: fair.from } : {}),
    ...(injectedAt ? { injectedAt } : {}),
  };
  const dashboards = bodies.map(({ name, widgets }) => ({
    name,
    widgets: widgets.map((widget) => draw(widget, store, axis, recording)),
  }));
  return { axis, dashboards };
}

function draw(widget: Widget, store: MetricStore, axis: Axis, recording: Recording): PictureWidget {
  const { x, y, width, height, type, properties } = widget;
  const place = { x, y, width, height };
  if (type === 'text') return { ...place, kind: 'text', markdown: properties.markdown ?? '' };
  const title = properties.title ?? '';
  if (type === 'alarm') {
    const alarms = (properties.alarms ?? []).map((arn) => chip(arn, recording));
    return { ...place, kind: 'alarms', title, alarms };
  }
  const lines = seriesOf(widget, store)
    .map(({ points, ...line }) => ({
      ...line,
      points: points.filter(([at]) => at >= axis.from - 60_000 && at <= axis.until - 30_000),
    }))
    .filter(({ points }) => points.length > 0 || properties.view === 'singleValue');
  if (properties.view === 'singleValue') {
    const values = lines.map(({ label, points }) => {
      const value = points.at(-1)?.[1];
      return { label, ...(value === undefined ? {} : { value }) };
    });
    return { ...place, kind: 'values', title, values };
  }
  const { left, right } = properties.yAxis ?? {};
  const foreign = (properties.metrics ?? []).flat().some((part) => typeof part === 'string' && /^AWS\//.test(part));
  return {
    ...place,
    kind: 'graph',
    graph: {
      title,
      unit: left?.label ?? '',
      ...(right?.label === undefined ? {} : { rightUnit: right.label }),
      ...(right?.max === undefined ? {} : { rightMax: right.max }),
      ...(left?.min === undefined ? {} : { min: left.min }),
      ...(left?.max === undefined ? {} : { max: left.max }),
      lines,
      thresholds: (properties.annotations?.horizontal ?? []).map(({ value, label = '' }) => ({ value, label })),
      ...(lines.length > 0
        ? {}
        : { empty: foreign ? 'no data: metrics of an AWS service' : 'no data in this rehearsal' }),
    },
  };
}

/** The state of an alarm: whether it was in ALARM in the rehearsal, and since when. */
function chip(arn: string, { courses }: Recording): AlarmChip {
  const full = arn.slice(arn.indexOf(':alarm:') + ':alarm:'.length);
  const changes = courses.find(({ name }) => name === full)?.changes ?? [];
  const since = changes.find(({ state }) => state === 'ALARM')?.at;
  const name = full.replace(/^harbourline-[^:]+: /, '');
  return since === undefined
    ? { name, alarm: false, state: 'OK' }
    : { name, alarm: true, state: `ALARM since ${new Date(since).toISOString().slice(11, 16)}` };
}
