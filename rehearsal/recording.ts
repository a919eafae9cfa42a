/** What a rehearsal leaves behind for `npm run preview`: the metrics that CloudWatch would have got. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** The last rehearsal of a scenario. @throws Error that says which command makes it */
export function readRecording(environment: string, scenario: string): Recording {
  const file = fileOf(environment, scenario);
  if (!existsSync(file)) {
    throw new Error(
      `There are no metrics of ${scenario} in ${environment}. Make them: npm run rehearse -- --env ${environment} --scenario ${scenario}`,
    );
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Recording;
}
