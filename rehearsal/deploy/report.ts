/** Tables of a rehearsed deployment, and what they come to. */
import type { MachineReading } from '../judge/evidence';
import { keptBusy } from '../judge/machine';
import type { Verdict } from '../judge/report';
import stoodFor from './stood-for.json';

/** One step. */
export interface StepRow {
  readonly what: string;
  readonly seen: string;
  readonly ok: boolean;
  readonly seconds?: number;
}

/** What a function, the CLI or the emulator says of something that did not come in time. */
const late =
  /\btim(?:ed?|e) ?-?out\b|\btimeout\b|TimeoutError|[Ee]xceeded attempts|did not stabili[sz]e|[Ww]aited \d+ s/;

/**
 * What the steps come to. Most of them are no question of time: the CLI waits as long as a stack takes. Functions are: those of
 * custom resources end after minutes. Where the first step that failed says so, and others kept the machine busy meanwhile, it
 * says nothing of what is rehearsed; nor do those that came after it.
 *
 * @param readings of the machine, from the first step to the last
 */
export function verdictOf(
  rows: readonly StepRow[],
  readings: readonly MachineReading[],
): { readonly verdict: Verdict; readonly busy?: string } {
  const [first] = rows.filter(({ ok }) => !ok);
  if (!first) return { verdict: 'passed' };
  const busy = late.test(first.seen) ? keptBusy(readings) : undefined;
  return busy === undefined ? { verdict: 'failed' } : { verdict: 'inconclusive', busy };
}

/** What a stack consists of. */
export interface Made {
  readonly stack: string;
  readonly resources: number;
  /** By the emulator's own services: they answer calls. */
  readonly real: number;
  /** Records of stood-for.json. */
  readonly stoodFor: number;
  /** Judged by their schema, and never evaluated: alarms on expressions. */
  readonly onlyByRule: number;
  readonly seconds: number;
}

/** Counts the resources of a template. */
export function madeOf(stack: string, template: object, seconds: number): Made {
  const resources = Object.values(
    (template as { Resources: Record<string, { Type: string; Properties?: { Metrics?: unknown } }> }).Resources,
  ).filter(({ Type }) => Type !== 'AWS::CDK::Metadata');
  const records = resources.filter(({ Type }) => Type in stoodFor).length;
  const rules = resources.filter(
    ({ Type, Properties }) => Type === 'AWS::CloudWatch::Alarm' && Properties?.Metrics,
  ).length;
  return {
    stack,
    resources: resources.length,
    real: resources.length - records - rules,
    stoodFor: records,
    onlyByRule: rules,
    seconds,
  };
}

/** Names of the alarms of a template that no emulator evaluates. */
export const recordedAlarms = (template: object): string[] =>
  Object.values(
    (
      template as {
        Resources: Record<string, { Type: string; Properties?: { AlarmName?: string; Metrics?: unknown } }>;
      }
    ).Resources,
  ).flatMap(({ Type, Properties }) =>
    Properties?.AlarmName &&
    (Type === 'AWS::CloudWatch::CompositeAlarm' || (Type === 'AWS::CloudWatch::Alarm' && Properties.Metrics))
      ? [Properties.AlarmName]
      : [],
  );

/** What is left of a list in a text once some names are taken out of it: names have commas of their own. */
export function unlike(text: string, names: readonly string[]): string[] {
  const longestFirst = [...names].sort((one, other) => other.length - one.length);
  const left = longestFirst.reduce((rest, name) => rest.replaceAll(name, ''), text);
  return left.split(', ').filter((each) => each.trim() !== '');
}

const seconds = (value: number | undefined): string => (value === undefined ? '' : `${value.toFixed(1)} s`);

/** Both tables, and what stands for what. */
export function deployTables(rows: readonly StepRow[], stacks: readonly Made[]): string {
  const head = 'stack                    resources  for real  stood for  only by rule      seconds';
  const line = (name: string, { resources, real, stoodFor: records, onlyByRule, seconds: took }: Made): string =>
    `${name.padEnd(24)} ${`${resources}`.padStart(9)} ${`${real}`.padStart(9)} ${`${records}`.padStart(10)} ${`${onlyByRule}`.padStart(13)} ${seconds(took).padStart(12)}`;
  const sum = (read: (made: Made) => number): number => stacks.reduce((total, made) => total + read(made), 0);
  const all: Made = {
    stack: 'all',
    resources: sum(({ resources }) => resources),
    real: sum(({ real }) => real),
    stoodFor: sum(({ stoodFor: records }) => records),
    onlyByRule: sum(({ onlyByRule }) => onlyByRule),
    seconds: sum(({ seconds: took }) => took),
  };
  return [
    head,
    ...stacks.map((made) => line(made.stack, made)),
    line('all', all),
    '',
    ...rows.map(
      ({ ok, what, seen, seconds: took }) =>
        `${ok ? '✓' : '✗'} ${what.padEnd(52)} ${seconds(took).padStart(8)}  ${seen}`,
    ),
  ].join('\n');
}
