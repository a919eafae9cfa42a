/** The right alarms, and no others: whom they notified and when, and who is at fault by the metrics alone. */
import { alarmName } from '../../lib/contract/alarms';
import { crossings, everyMetric, tierDimension } from '../../lib/contract/metrics';
import { namesOf } from '../../lib/contract/names';
import { incidents } from '../../lib/observe/alarms/incidents';
import { type AlarmCourse, alarmCourses } from './cloudwatch/alarms';
import { withHistory } from './cloudwatch/history';
import type { MetricQuery, MetricStore } from './cloudwatch/metric-store';
import { type Diagnosis, diagnose } from './diagnosis';
import type { Evidence } from './evidence';
import type { Interval } from './interval';
import type { Row } from './report';

/** Spans wait that long at most before the metrics count them: batches on the way, and a flush of the samplers. */
const lagMs = 20_000;

const clock = (at: number) => new Date(at).toISOString().slice(11, 19);

/** What alarms made of a rehearsal. */
export interface Alarmed {
  readonly courses: readonly AlarmCourse[];
  /** Where there was a fault. */
  readonly diagnosis?: Diagnosis;
  /** The time before the fault, where there was one: it stands for the hours before. */
  readonly fair?: Interval;
}

/** The courses of all alarms over a drive, and the diagnosis where there was a fault. */
export function alarmed({ deployed, metrics, config, drive, allowance }: Evidence): Alarmed {
  const { injectedAt } = allowance;
  const until = drive.until + lagMs + 60_000;
  // The first seconds of a drive warm up.
  const warm = Math.min(drive.from + lagMs, drive.until - 1000);
  // Where nothing was broken, the hours before were as the drive: an alarm that takes silence for a fault heard something.
  // Before a fault a whole minute, so that history repeats with CloudWatch's period.
  const fair =
    injectedAt === undefined
      ? { from: warm, until: drive.until }
      : { from: Math.max(warm, injectedAt - 60_000), until: injectedAt };
  const store = withHistory(metrics.points(), fair);
  const courses = alarmCourses(deployed.alarms, store, fair.from, until, knownHere(metrics));
  if (injectedAt === undefined) return { courses };
  const now = { from: Math.min(injectedAt + 2 * lagMs, drive.until), until };
  return { courses, fair, diagnosis: diagnose(metrics, config, fair, now) };
}

/** AWS says nothing of a rehearsal, nor do parts that do not run in it: without data their alarms cannot be judged. */
function knownHere(store: MetricStore): (metric: MetricQuery) => boolean {
  const elsewhere = new Set(everyMetric.filter(({ notRehearsed }) => notRehearsed).map(({ name }) => name));
  /** Whether a series beside it came, of the same tier: an outcome that did not occur is a figure, too. */
  const heard = ({ namespace, name, dimensions: { [tierDimension]: tier, ...rest } }: MetricQuery) =>
    store.search(namespace, name, [...Object.keys(rest), ...(tier ? [tierDimension] : [])], tier ? { tier } : {})
      .length > 0;
  return (metric) => !metric.namespace.startsWith('AWS/') && (!elsewhere.has(metric.name) || heard(metric));
}

/**
 * Objectives that were missed before anything was broken. The minute before the fault stands for the hours before it: where that was
 * bad, alarms rightly show from the beginning, and what they make of the fault says nothing.
 */
const badBefore = ({ courses, fair }: Alarmed, short: (name: string) => string): string[] =>
  fair
    ? courses
        .filter(({ name, changes: [first] }) => objectives.has(short(name)) && first?.state === 'ALARM')
        .map(({ name }) => short(name))
    : [];
const objectives = new Set(crossings.flatMap((crossing) => [`P99 ${crossing}`, `Error rate ${crossing}`]));

export function alarmRows(evidence: Evidence): Row[] {
  const short = (name: string) => name.replace(alarmName(namesOf(evidence.config), ''), '');
  const made = alarmed(evidence);
  const before = badBefore(made, short);
  const rows = rowsOf(evidence, made, short);
  if (before.length === 0) return rows;
  const why = `not judged, since the minute before the fault was bad already: ${before.join(', ')}`;
  return rows.map((row) => (row.ok === undefined ? row : { ...row, seen: `${why}; ${row.seen}`, doubtful: true }));
}

function rowsOf(evidence: Evidence, { courses, diagnosis }: Alarmed, short: (name: string) => string): Row[] {
  const { expectedAlarms, allowance } = evidence;
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
  const notified = courses.flatMap(({ name, notified: times }) => times.map((at) => ({ name: short(name), at })));
  const names = new Set(notified.map(({ name }) => name));
  const silent = courses
    .filter(({ changes }) => changes.some(({ state }) => state === 'ALARM'))
    .map(({ name }) => short(name))
    .filter((name) => !names.has(name));
  const { notify, may = {}, named, side } = expectedAlarms;
  const incidentNames = new Set<string>(Object.values(incidents).map(({ heading }) => heading));
  const repeated = [...names].filter(
    (name) => incidentNames.has(name) && notified.filter((message) => message.name === name).length > 1,
  );
  const failing = [...new Set(courses.flatMap(({ contributors }) => contributors.map(({ name }) => name)))].sort();
  const right = notified.filter(({ name }) => notify.includes(name)).map(({ at }) => at);
  const { injectedAt } = allowance;
  const admitted = Object.entries(may).map(([name, because]) => `"${name}": ${because}`);
  return [
    {
      what: 'alarms that notified somebody',
      seen:
        (notified.map(({ name, at }) => `"${name}" at ${clock(at)}`).join(', ') || 'none') +
        (silent.length > 0 ? `; in ALARM beneath or suppressed: ${silent.join(', ')}` : ''),
      expected: (quoted(notify) || 'none') + (admitted.length > 0 ? `; may as well: ${admitted.join('; ')}` : ''),
      ok: notify.every((name) => names.has(name)) && [...names].every((name) => notify.includes(name) || name in may),
    },
    ...(notify.length === 0
      ? []
      : [
          {
            what: 'incidents that paged more than once',
            seen: quoted(repeated) || 'none',
            expected: 'none: one incident, one page',
            ok: repeated.length === 0,
          },
        ]),
    ...(named === undefined
      ? []
      : [
          {
            what: 'services that messages name',
            seen: failing.join(', ') || 'none',
            expected: named.join(', '),
            ok: failing.join() === [...named].sort().join(),
          },
        ]),
    ...(injectedAt === undefined || notify.length === 0
      ? []
      : [
          {
            what: 'from the fault to the alarm',
            seen:
              right.length > 0
                ? `${((Math.min(...right) - injectedAt) / 1000).toFixed(0)} s (fault at ${clock(injectedAt)})`
                : 'never',
            expected: 'for information: alarms look once a minute',
          },
        ]),
    ...(side === undefined
      ? []
      : [
          {
            what: 'at fault, by the metrics alone',
            seen: diagnosis ? `${diagnosis.side}: ${diagnosis.because}` : 'no fault was injected',
            expected: side,
            ok: diagnosis?.side === side,
          },
        ]),
  ];
}
