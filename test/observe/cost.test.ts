import type { EmittedMetric } from '../../lib/contract/metrics';
import { customMetrics, dimensionValues } from '../../lib/observe/cost';

const metric = (dimensions: string[][], namespace?: `AWS/${string}`): EmittedMetric => ({
  name: 'm',
  unit: 'Count',
  dimensions,
  emitter: 'test',
  ...(namespace ? { namespace } : {}),
});

const names = { services: 1, destinations: 1, operations: 1 };

describe('custom metrics', () => {
  test('are the combinations of all values of every set', () => {
    const metrics = [metric([['service'], ['service', 'crossing']]), metric([[]]), metric([['service']], 'AWS/ES')];
    expect(customMetrics({ service: 10, crossing: 3 }, metrics)).toBe(10 + 30 + 1);
  });

  test('destinations and operations are counted as such, not for each service', () => {
    const count = (more: Partial<typeof names>) => customMetrics(dimensionValues({ ...names, services: 10, ...more }));
    // Durations, calls that failed or not by three codes, and failed calls less all others.
    expect(count({ destinations: 3 }) - count({ destinations: 2 })).toBe(5);
    expect(count({ operations: 31 }) - count({ operations: 30 })).toBe(4);
  });

  test('every dimension of an environment is counted', () => {
    const [few, many] = [
      customMetrics(dimensionValues(names)),
      customMetrics(dimensionValues({ ...names, services: 20 })),
    ];
    expect(few).toBeGreaterThan(30);
    expect(many).toBeGreaterThan(few);
  });

  test('a dimension that nobody counted is an error', () => {
    expect(() => customMetrics({ service: 10 })).toThrow(/How many values have .*crossing/);
  });
});
