/**
 * Every metric that is emitted or read: name, unit, dimensions and emitter, once, in a file for each subject. Pipelines,
 * dashboards, alarms and tests import them, so a dashboard cannot show a metric that nothing sends.
 */
export * from './collectors';
export * from './link';
export * from './metric';
export * from './services';
export * from './spans';
export * from './store';
