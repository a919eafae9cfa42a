/** What is said of each alarm. */
import {
  type ComparisonOperator,
  type IMetric,
  MathExpression,
  type TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { EnvironmentConfig } from '../../../config/schema';
import { period } from '../expressions';

/** What alarms look at. */
export interface Watched {
  readonly config: EnvironmentConfig;
  /** Name of the OpenSearch domain. */
  readonly domainName: string;
  /** Name of the function that renews the collectors' certificates. */
  readonly certificatesFunction: string;
}

/** An alarm. Each subject has a file with a function from {@link Watched} to its alarms. */
export interface AlarmDefinition {
  /** Heading in docs/runbook.md; the alarm's name is made of it. */
  readonly heading: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default greater than the threshold */
  readonly comparison?: ComparisonOperator;
  /** Minutes (the metric's periods), of the last five, that must breach. @default 3: one slow minute is noise, three are not */
  readonly minutes?: number;
  /** Periods that are looked at. @default 5 */
  readonly of?: number;
  /** What a minute without data means, with the reason beside it. */
  readonly missing: TreatMissingData;
  /** What broke, and what it means for users. */
  readonly text: string;
}

/** Anchor of a heading, as Markdown renderers make it. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replace(/ /g, '-');

/** A physical name, because people see it in messages and look it up in the runbook, and instance refreshes watch it. */
export const alarmName = (environment: string, heading: string): string => `harbourline-${environment}: ${heading}`;

/**
 * A figure that only counts in minutes with enough calls: the p99 of nine calls is simply the slowest. Other minutes
 * show `neutral`, which breaches nothing.
 */
export const withEnough = (figure: IMetric, calls: IMetric, minimumSamples: number, neutral: number): MathExpression =>
  new MathExpression({
    expression: `IF(calls >= ${minimumSamples}, figure, ${neutral})`,
    usingMetrics: { calls, figure },
    period,
  });
