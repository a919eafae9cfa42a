import { customMetrics } from '../../lib/observe/cost';
import type { EmittedMetric } from '../../lib/observe/metrics';

const metric = (dimensions: string[][], namespace?: `AWS/${string}`): EmittedMetric => ({
  name: 'm',
  unit: 'Count',
  dimensions,
  emitter: 'test',
  ...(namespace ? { namespace } : {}),
});

describe('custom metrics', () => {
  test('are the combinations of all values of every set', () => {
    const metrics = [metric([['service'], ['service', 'crossing']]), metric([[]]), metric([['service']], 'AWS/ES')];
    expect(customMetrics({ service: 10, crossing: 3 }, metrics)).toBe(10 + 30 + 1);
  });

  test('a dimension that nobody counted is an error', () => {
    expect(() => customMetrics({ service: 10 })).toThrow(/How many values have .*crossing/);
  });
});
