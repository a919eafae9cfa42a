import { homes, memoryGiB } from '../../config/regions';
import {
  forwardQueueBytes,
  limitShare,
  queueBytes,
  sizesOf,
  spikeShare,
  waitingBytes,
} from '../../lib/contract/sizing';

const types = homes['ap-east-1'].families
  .flatMap((family) => ['medium', 'large', 'xlarge', '2xlarge'].map((size) => `${family}.${size}`))
  .filter((type) => memoryGiB(type) >= 4);

describe('what an instance holds', () => {
  test.each([
    ['t4g.medium', 4],
    ['c7g.large', 4],
    ['m7g.medium', 4],
    ['m7g.xlarge', 16],
    ['r8g.2xlarge', 64],
    ['t3.medium', 4],
    ['c7i.large', 4],
    ['m6i.xlarge', 16],
    ['c5.9xlarge', 72],
    // Graviton has a medium of it, x86-64 has not.
    ['m7i.medium', 0],
    ['m7g.huge', 0],
  ])('%s has %d GiB', (type, memory) => expect(memoryGiB(type)).toBe(memory));

  test.each(types)('%s: all that it holds fits, and garbage is collected before anything is refused', (type) => {
    for (const tier of ['gateway', 'sampler'] as const) {
      const { memoryMiB, collectorMiB, goMiB, writerHeapMiB, traces } = sizesOf(tier, type);
      expect(collectorMiB + 1.5 * writerHeapMiB).toBeLessThanOrEqual(memoryMiB - 512);
      expect(goMiB).toBeLessThan(collectorMiB * (limitShare - spikeShare));
      // Waiting traces, at what was measured of one, leave room for everything else below Go's limit.
      expect((traces * 17) / 1024).toBeLessThan(0.75 * goMiB);
      expect(traces > 0).toBe(tier === 'sampler');
    }
  });

  test('queues and the log of what waits fit their volume, with room for the file to be compacted', () => {
    const bytes = queueBytes(100) + 2 * forwardQueueBytes(100) + waitingBytes(100);
    expect(bytes / 1024 ** 3).toBeLessThanOrEqual(0.65 * 100);
  });
});
