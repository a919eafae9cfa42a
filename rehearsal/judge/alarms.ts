/** What alarms said of a rehearsal, whom they told and when; and who is at fault. */
import type { EnvironmentConfig } from '../../config/schema';
import { everyMetric } from '../../lib/contract/metrics';
import type { ExpectedAlarms } from '../scenarios/scenario';
import type { Synthesised } from '../stage/synthesised';
import { type Course, courses } from './cloudwatch/alarms';
import { withHistory } from './cloudwatch/history';
import type { MetricQuery, MetricStore } from './cloudwatch/metric-store';
import { type Diagnosis, diagnose, type Span } from './diagnosis';
import type { Row } from './report';

/** Spans wait that long at the most before the metrics count them: batches on the way, and a flush of the samplers. */
const lagMs = 20_000;

const clock = (at: number) => new Date(at).toISOString().slice(11, 19);

export interface Alarmed {
  readonly courses: Course[];
  /** Where there was a fault. */
  readonly diagnosis?: Diagnosis;
  /** The time before the fault that stands for the hours before. */
  readonly fair?: Span;
}

/** The courses of all alarms over a drive, and the diagnosis where there was a fault. */
export function alarmed(
  synthesised: Pick<Synthesised, 'alarms'>,
  metrics: MetricStore,
  config: EnvironmentConfig,
  drive: Span,
  injectedAt?: number,
): Alarmed {
  const until = drive.until + lagMs + 60_000;
  const known = knownHere(metrics);
  // The first seconds of a drive warm up.
  const warm = Math.min(drive.from + lagMs, drive.until - 1000);
  const over = (fair: Span) =>
    courses(synthesised.alarms, withHistory(metrics.points(), fair), fair.from, until, known);
  // Where nothing was broken, the hours before were as the drive: an alarm that takes silence for a fault heard something.
  if (injectedAt === undefined) return { courses: over({ from: warm, until: drive.until }) };
  // A whole minute, so that history repeats with CloudWatch's period.
  const fair = { from: Math.max(warm, injectedAt - 60_000), until: injectedAt };
  return {
    fair,
    courses: over(fair),
    diagnosis: diagnose(metrics, config, fair, { from: Math.min(injectedAt + 2 * lagMs, drive.until), until }),
  };
}

/** AWS says nothing of a rehearsal, nor do parts that do not run in it: without data their alarms cannot be judged. */
function knownHere(store: MetricStore): (metric: MetricQuery) => boolean {
  const elsewhere = new Set(everyMetric.filter(({ notRehearsed }) => notRehearsed).map(({ name }) => name));
  return (metric) =>
    !metric.namespace.startsWith('AWS/') && (!elsewhere.has(metric.name) || store.total(metric) !== undefined);
}

/** Lines of the report. */
export function alarmLines(
  { courses: all, diagnosis }: Alarmed,
  environment: string,
  expected?: ExpectedAlarms,
): Row[] {
  const short = (name: string) => name.replace(`harbourline-${environment}: `, '');
  const told = all.flatMap(({ name, told: times }) => times.map((at) => ({ name: short(name), at })));
  const shown = all
    .filter(({ changes }) => changes.some(({ state }) => state === 'ALARM'))
    .map(({ name }) => short(name));
  const quietOnes = shown.filter((name) => !told.some((message) => message.name === name));
  const names = [...new Set(told.map(({ name }) => name))].sort();
  const { injectedAt } = expected ?? {};
  const right = told.filter(({ name }) => expected?.told.includes(name));
  const first = Math.min(...right.map(({ at }) => at));
  return [
    {
      what: 'alarms that told somebody',
      seen:
        (told.map(({ name, at }) => `"${name}" at ${clock(at)}`).join(', ') || 'none') +
        (quietOnes.length > 0 ? `; in ALARM beneath or suppressed: ${quietOnes.join(', ')}` : ''),
      expected: expected ? expected.told.map((name) => `"${name}"`).join(', ') || 'none' : 'for information',
      ...(expected ? { ok: names.join() === [...expected.told].sort().join() } : {}),
    },
    ...(injectedAt === undefined
      ? []
      : [
          {
            what: 'from the fault to the alarm',
            seen:
              right.length > 0
                ? `${((first - injectedAt) / 1000).toFixed(0)} s (fault at ${clock(injectedAt)})`
                : 'never',
            expected: 'for information: alarms look once a minute',
          },
        ]),
    ...(diagnosis && expected?.side
      ? [
          {
            what: 'at fault, by the metrics alone',
            seen: `${diagnosis.side}: ${diagnosis.because}`,
            expected: expected.side,
            ok: diagnosis.side === expected.side,
          },
        ]
      : []),
  ];
}
