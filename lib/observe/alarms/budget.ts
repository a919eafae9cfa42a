/**
 * Objectives, judged by how fast what they allow is used up ("The Site Reliability Workbook", chapter 5, alerting on SLOs:
 * multiwindow, multi-burn-rate). A long window says that it matters, a short one that it still goes on, so that the
 * alarm ends soon after the fault does.
 */
import { Duration } from 'aws-cdk-lib';
import type { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { DashboardName } from '../../contract/dashboards';
import type { Incident } from './incidents';

/** Of 100 calls `allowedPercent` may be bad. */
export interface Budget {
  /** Heading in docs/runbook.md; the names of its alarms begin with it. */
  readonly heading: string;
  /** Bad calls in per cent, over a period; 0 where there were too few calls to judge. */
  readonly bad: (period: Duration) => MathExpression;
  readonly allowedPercent: number;
  /** What is bad, and what it means for users. */
  readonly text: string;
  readonly tells: Incident;
  /**
   * Shows that Hong Kong itself is at fault. Calls from the mainland are timed by the server, without the line; and a call
   * to the mainland that is called back meanwhile is as slow as Hong Kong answers. @default false
   */
  readonly clearsBorder?: boolean;
  readonly dashboard: DashboardName;
}

/** How fast a budget is used up, and over which windows: 1 uses it up exactly. */
export interface Rung {
  readonly burn: number;
  readonly long: Window;
  readonly short: Window;
}

interface Window {
  /** As it stands in an alarm's name. */
  readonly name: string;
  readonly length: Duration;
}

/**
 * Two rungs. Shorter windows than the workbook's, which are made for budgets of a month: six of a hundred payments that
 * fail for five minutes are an incident, whatever share of a month that is (ADR 29).
 */
export const rungs = {
  page: {
    burn: 6,
    long: { name: '5 minutes', length: Duration.minutes(5) },
    short: { name: '1 minute', length: Duration.minutes(1) },
  },
  inform: {
    burn: 2,
    long: { name: '6 hours', length: Duration.hours(6) },
    short: { name: '30 minutes', length: Duration.minutes(30) },
  },
} as const satisfies Record<'page' | 'inform', Rung>;
