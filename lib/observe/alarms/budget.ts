/**
 * Objectives, judged by how fast what they allow is used up ("The Site Reliability Workbook", chapter 5, alerting on SLOs),
 * and by how many bad calls there were: a share says nothing of three calls, ten failed payments say something at any
 * volume. What ends an incident is slower than what begins it, so that a fault that comes and goes is one incident (ADR 32).
 */
import { Duration } from 'aws-cdk-lib';
import type { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { DashboardName } from '../../contract/dashboards';
import type { Crossing } from '../../contract/metrics';
import type { Judged } from '../calls';
import type { Incident } from './incidents';

/** Of 100 calls `allowedPercent` may be bad. */
export interface Budget {
  /** Heading in docs/runbook.md; the names of its alarms begin with it. */
  readonly heading: string;
  /** Whose calls. */
  readonly crossing: Crossing;
  /** Bad calls in per cent, over a period; 0 where the window is not judged. */
  readonly bad: (period: Duration, judged: Judged) => MathExpression;
  /** How many calls there were, over a period. */
  readonly calls: (period: Duration) => Metric;
  readonly allowedPercent: number;
  /** What is bad, and what it means for users. */
  readonly text: string;
  readonly notifies: Incident;
  /**
   * Shows that Hong Kong itself is at fault. Calls from the mainland are timed by the server, without the link; and a call
   * to the mainland that is called back meanwhile is as slow as Hong Kong answers. @default false
   */
  readonly clearsBorder?: boolean;
  readonly dashboard: DashboardName;
}

/** A window that is judged: breaching where enough calls were bad, and too large a share of all. */
export interface Window extends Judged {
  /** As it stands in an alarm's name. */
  readonly name: string;
  readonly length: Duration;
  /** Share of bad calls at which it breaches: so many times what the objective allows, or a share in per cent. */
  readonly above: { readonly burn: number } | { readonly percent: number };
  /** Windows, of the last `of`, that must breach. @default 1 */
  readonly windows?: number;
  /** How many are looked back on: the alarm lasts until fewer than `windows` of them breach. @default 1 */
  readonly of?: number;
}

/**
 * Windows of which each pages. Shorter than the workbook's, which are made for budgets of a month: six of a hundred payments
 * that fail for five minutes are an incident, whatever share of a month that is (ADR 29). Each lasts for a quarter of an hour
 * after the last breach: a fault that comes back within that time is the same incident.
 */
export const pageWindows = [
  /** Most calls, all at once: an outage, notified of in two minutes however many good calls came before it. */
  { name: '1 minute', length: Duration.minutes(1), minimumBad: 10, above: { percent: 50 }, windows: 2, of: 15 },
  /** Too many for too long. */
  { name: '5 minutes', length: Duration.minutes(5), minimumBad: 10, above: { burn: 6 }, of: 3 },
  /** Most calls where there are few: five failed ones are an outage where nine calls are all there is. */
  { name: '15 minutes', length: Duration.minutes(15), minimumBad: 5, above: { percent: 50 } },
  /** At a call a minute or fewer. With more of them these would outlast an outage by half their length. */
  { name: '1 hour', length: Duration.hours(1), minimumBad: 5, mostCalls: 60, above: { percent: 50 } },
  { name: '6 hours', length: Duration.hours(6), minimumBad: 5, mostCalls: 60, above: { percent: 50 } },
] as const satisfies readonly Window[];

/** Windows which together inform: a slow burn, and it still goes on. */
export const informWindows = [
  { name: '6 hours', length: Duration.hours(6), minimumBad: 20, above: { burn: 2 } },
  { name: 'half an hour', length: Duration.minutes(30), minimumBad: 5, above: { burn: 2 } },
] as const satisfies readonly Window[];

/** Share of bad calls above which a window breaches, in per cent. */
export const limitOf = ({ above }: Window, { allowedPercent }: Pick<Budget, 'allowedPercent'>): number =>
  'burn' in above ? above.burn * allowedPercent : above.percent;
