/** What a rehearsal leaves behind for `npm run preview`: the metrics that CloudWatch would have got. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refused } from '../config/refused';
import { cacheDirectory } from '../lib/common/cache';
import { type Alarmed, alarmed } from './judge/alarms';
import type { DataPoint } from './judge/cloudwatch/embedded-metrics';
import type { Evidence } from './judge/evidence';
import type { Interval } from './judge/interval';

export interface Recording extends Alarmed {
  readonly environment: string;
  readonly scenario: string;
  /** From when until when payments were made. */
  readonly drive: Interval;
  /** When the fault began. */
  readonly injectedAt?: number;
  readonly points: readonly DataPoint[];
}

const fileOf = (environment: string, scenario: string): string =>
  join(cacheDirectory('rehearsal'), `metrics-${environment}-${scenario}.json`);

/** What of the evidence is kept. */
export function recordingOf(evidence: Evidence, scenario: string): Recording {
  const { config, drive, allowance, metrics } = evidence;
  const { injectedAt } = allowance;
  return {
    environment: config.environment,
    scenario,
    drive,
    ...(injectedAt === undefined ? {} : { injectedAt }),
    ...alarmed(evidence),
    points: metrics.points(),
  };
}

/** Keeps it, instead of the last one of its kind. */
export function saveRecording(recording: Recording): void {
  writeFileSync(fileOf(recording.environment, recording.scenario), JSON.stringify(recording));
}

/** Those of an environment, the newest first. */
function* recordings(environment: string): Generator<Recording> {
  const folder = cacheDirectory('rehearsal');
  const files = readdirSync(folder)
    .filter((name) => name.startsWith(`metrics-${environment}-`) && name.endsWith('.json'))
    .map((name) => join(folder, name))
    .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  for (const file of files) {
    const recording = JSON.parse(readFileSync(file, 'utf8')) as Recording;
    // metrics-dev-… may be of an environment dev-2, too.
    if (recording.environment === environment) yield recording;
  }
}

/**
 * The last rehearsal of an environment.
 *
 * @param scenario of this scenario; whichever was the last if left out
 * @throws Error that says which command makes it
 */
export function readRecording(environment: string, scenario?: string): Recording {
  if (scenario === undefined) {
    const [last] = recordings(environment);
    if (last) return last;
    throw refused(
      'HL-PREVIEW-001',
      `There are no metrics of a rehearsal of ${environment}. Make them: npm run rehearse -- --env ${environment}`,
    );
  }
  const file = fileOf(environment, scenario);
  if (!existsSync(file)) {
    const others = [...recordings(environment)].map((recording) => recording.scenario).join(', ');
    throw refused(
      'HL-PREVIEW-002',
      `There are no metrics of ${scenario} in ${environment}${others ? `, but of ${others}` : ''}. Make them: npm run rehearse -- --env ${environment} --scenario ${scenario}`,
    );
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Recording;
}
