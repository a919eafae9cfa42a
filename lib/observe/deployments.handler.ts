/**
 * Counts changes as they begin: stacks of this environment, of which CloudFormation tells, and services, of which pipelines tell.
 * Dashboards draw them as marks; the event of the log says what was changed.
 */
import { embeddedMetric } from '../common/embedded-metric';
import { type ChangedThing, changedDimension, deploymentMetrics } from '../contract/metrics/deployments';

/**
 * What EventBridge hands over. Source: CloudFormation user guide, "CloudFormation event detail reference"; a release is an event of a
 * pipeline's own: docs/dashboards.md.
 */
export interface Changed {
  readonly source: string;
  readonly time: string;
  readonly detail: {
    readonly 'stack-id'?: string;
    readonly 'status-details'?: { readonly status?: string };
    readonly service?: unknown;
    readonly version?: unknown;
  };
}

/** Text of a stranger, as far as somebody reads it. */
const short = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 100) : '');

/** Writes an embedded metric. */
export async function handler(
  { time, detail }: Changed,
  _context?: unknown,
  namespace: unknown = undefined, // AWS gives a callback here in some runtimes
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`), // console.log would put words before it
): Promise<void> {
  const { begun } = deploymentMetrics;
  const stack = detail['stack-id']?.split('/')[1];
  const changed: ChangedThing = stack === undefined ? 'service' : 'stack';
  write(
    embeddedMetric({
      namespace: typeof namespace === 'string' ? namespace : `${process.env.NAMESPACE}`,
      at: Date.parse(time),
      metrics: [begun],
      dimensions: [changedDimension],
      fields: {
        [changedDimension]: changed,
        [begun.name]: 1,
        name: stack ?? short(detail.service),
        ...(stack === undefined ? { version: short(detail.version) } : { status: detail['status-details']?.status }),
      },
    }),
  );
}
