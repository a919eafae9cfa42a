/**
 * CloudWatch of the mainland, as a program in the mainland's network, which has no way to ours but the link. Takes what
 * to be from its argument, tells by a file how to call it, and appends every metric event to another.
 */
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { type AwsDoublesOptions, startAwsDoubles } from '../aws/doubles';

/** Argument of the program, as JSON. */
export interface MainlandCloudWatch extends Pick<AwsDoublesOptions, 'address' | 'region' | 'credentials' | 'logGroup'> {
  /** Gets the environment variables that make AWS SDKs call the double, as JSON. */
  readonly environmentFile: string;
  /** Gets a line of JSON for each metric event. */
  readonly eventsFile: string;
}

async function main(): Promise<void> {
  const { environmentFile, eventsFile, ...options } = JSON.parse(process.argv[2] ?? '{}') as MainlandCloudWatch;
  writeFileSync(eventsFile, '');
  const doubles = await startAwsDoubles({
    ...options,
    cloudMap: { namespace: '', services: {} },
    onMetricEvent: (message) => appendFileSync(eventsFile, `${message}\n`),
  });
  writeFileSync(`${environmentFile}.new`, JSON.stringify(doubles.environment));
  renameSync(`${environmentFile}.new`, environmentFile);
  process.on('SIGTERM', () => {
    for (const [why, times] of doubles.refusals) console.error(`${times} × ${why}`);
    process.exit(0);
  });
}

void main();
