/**
 * Every metric that is emitted or read: name, unit, dimensions and emitter, once, in a file for each subject. Pipelines,
 * dashboards, alarms and tests import them, so a dashboard cannot show a metric that nothing sends.
 */
import { balancerMetrics, domainMetrics, fleetMetrics, functionMetrics, logMetrics, topicMetrics } from './aws';
import { collectorMetrics } from './collectors';
import { deploymentMetrics } from './deployments';
import { dnsMetrics } from './dns';
import { firewallMetrics, flowMetrics, lineMetrics, pathMetrics, probeMetrics, relayMetrics } from './link';
import type { EmittedMetric } from './metric';
import { recoveryMetrics } from './recovery';
import { serviceMetrics } from './services';
import { metrics } from './spans';
import { storeMetrics, writerMetrics } from './store';

export * from './aws';
export * from './collectors';
export * from './deployments';
export * from './dns';
export * from './link';
export * from './metric';
export * from './recovery';
export * from './services';
export * from './spans';
export * from './store';

/** All of them: a test finds those that are not shown, a rehearsal those that are not sent. */
export const everyMetric: readonly EmittedMetric[] = [
  metrics,
  collectorMetrics,
  domainMetrics,
  functionMetrics,
  fleetMetrics,
  balancerMetrics,
  topicMetrics,
  logMetrics,
  recoveryMetrics,
  deploymentMetrics,
  serviceMetrics,
  storeMetrics,
  writerMetrics,
  probeMetrics,
  relayMetrics,
  flowMetrics,
  firewallMetrics,
  lineMetrics,
  dnsMetrics,
  pathMetrics,
].flatMap((group) => Object.values<EmittedMetric>(group));
