import { estimate, type Item, items, type Prices, readPrices, table } from '../../tools/cost/estimate';
import { committed } from '../review/support';

const price = (usd: number, per: 'hour' | 'GiB-month' | 'month') => ({
  usd,
  per,
  source: 'a list',
  read: '2026-11-24',
});
const item = (key: string, per: Item['per'], least: number, most = least): Item => ({ key, per, least, most });

test('what of prod costs for being there', () => {
  const all = Object.fromEntries(items(committed()).map(({ key, least, most }) => [key, [least, most]]));
  expect(all).toMatchObject({
    'ec2:m7g.large': [3, expect.any(Number)],
    'ec2:m7g.xlarge': [3, expect.any(Number)],
    'search:r7g.xlarge.search': [6, 6],
    'search:m7g.large.search': [3, 3],
    'search-ebs:gp3': [6_000, 6_000],
    'network-load-balancer': [1, 1],
    dashboard: [5, 5],
  });
  expect(all['interface-endpoint']![0]! % 3).toBe(0);
});

test('hours are 730 a month, sizes and months are not multiplied', () => {
  const prices: Prices = { a: price(0.1, 'hour'), b: price(0.2, 'GiB-month'), c: price(3, 'month') };
  const costs = estimate([item('a', 'hour', 2, 4), item('b', 'GiB-month', 100), item('c', 'month', 2)], prices);
  expect(costs.map(({ usd }) => usd)).toEqual([
    { least: 146, most: 292 },
    { least: 20, most: 20 },
    { least: 6, most: 6 },
  ]);
  expect(table(costs)).toContain('known part: 172.00 to 318.00; 0 of 3 prices unknown');
});

test('an unknown price is said, and is not taken for nothing', () => {
  const text = table(estimate([item('ec2:x9.large', 'hour', 1)], {}));
  expect(text).toMatch(/ec2:x9\.large +1 +unknown/);
  expect(text).toContain('1 of 1 prices unknown');
});

test('a price for another unit is refused', () => {
  expect(() => estimate([item('a', 'hour', 1)], { a: price(1, 'month') })).toThrow('per hour, not month');
});

test('every committed price says where it stands and when it was read', () => {
  for (const [key, { usd, source, read }] of Object.entries(readPrices())) {
    expect([key, usd > 0, source.startsWith('https://'), /^\d{4}-\d\d-\d\d$/.test(read)]).toEqual([
      key,
      true,
      true,
      true,
    ]);
  }
});
