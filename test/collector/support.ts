/** A sampler as tests of collectors configure it. */
import { type SamplerOptions, samplerConfiguration } from '../../lib/collector/sampler';

const sampling: SamplerOptions['sampling'] = {
  floorPercent: 10,
  ceilingPercent: 30,
  bytesPerSecond: 1_000_000,
  errorBytesPerSecond: 1_000_000,
  slowThresholdMs: 60_000,
  decisionWaitSeconds: 1,
};

/** Its configuration as text. @param other what a test has otherwise */
export const testSampler = ({
  sampling: otherSampling = {},
  ...other
}: Partial<Omit<SamplerOptions, 'sampling'>> & {
  readonly sampling?: Partial<SamplerOptions['sampling']>;
} = {}): string =>
  samplerConfiguration({
    environment: 'dev',
    region: 'ap-east-1',
    instanceType: 'm7g.large',
    volumeGiB: 20,
    named: { services: 50, destinations: 20, operations: 50 },
    instances: 1,
    mainland: { prefixes: [], hostSuffixes: [] },
    ...other,
    sampling: { ...sampling, ...otherSampling },
  });
