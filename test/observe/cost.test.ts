import type { EmittedMetric } from '../../lib/contract/metrics';
import { customMetrics, dimensionValues } from '../../lib/observe/cost';

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

  test('every dimension of an environment is counted', () => {
    const [few, many] = [customMetrics(dimensionValues(1)), customMetrics(dimensionValues(20))];
    expect(few).toBeGreaterThan(30);
    expect(many).toBeGreaterThan(few);
  });

  test('a dimension that nobody counted is an error', () => {
    expect(() => customMetrics({ service: 10 })).toThrow(/How many values have .*crossing/);
  });
});
