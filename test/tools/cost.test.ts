import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PricingClient } from '@aws-sdk/client-pricing';
import { homeNames } from '../../config/regions';
import { estimate, type Item, items, table } from '../../tools/cost/estimate';
import { fetchPrices, priceOf, question } from '../../tools/cost/fetch';
import { type Prices, readPrices } from '../../tools/cost/prices';
import { committed, committedNames } from '../review/support';

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

test('a price of one region is none of another', () => {
  const [here, there] = [readPrices('ap-east-1'), readPrices('ap-southeast-1')];
  expect(here['ec2:t4g.small']?.usd).not.toBe(there['ec2:t4g.small']?.usd);
  expect(there['ec2:m6g.large']).toBeUndefined();
  expect(question('custom-metric', 'ap-southeast-1').filters.usagetype).toBe('APS1-CW:MetricMonitorUsage');
});

test('every committed price says where it stands and when it was read', () => {
  for (const [key, { usd, source, read }] of homeNames.flatMap((name) => Object.entries(readPrices(name)))) {
    expect([key, usd > 0, /^https:\/\/|^pricing:GetProducts, /.test(source), /^\d{4}-\d\d-\d\d$/.test(read)]).toEqual([
      key,
      true,
      true,
      true,
    ]);
  }
});

test.each(committedNames())('every type of resource of %s is priced, paid by use, or free', (name) => {
  // The smallest, a client, has its endpoint and a hosted zone.
  expect(items(committed(name)).length).toBeGreaterThanOrEqual(2);
});

test('a type that nobody has judged is named', () => {
  const resources = { A: { Type: 'AWS::Neptune::DBCluster' }, B: { Type: 'AWS::IAM::Role' } };
  const environment = { Stack: { resources, template: { Resources: resources }, terminationProtection: false } };
  expect(() => items(environment as never)).toThrow('What do these cost? AWS::Neptune::DBCluster: write them into');
});

const names = { services: 50, destinations: 20, operations: 50 };

test('metrics and queries of alarms are counted by services, destinations and operations', () => {
  const of = (more?: Partial<typeof names>) =>
    Object.fromEntries(items(committed('prod'), more && { ...names, ...more }).map((one) => [one.key, one]));
  expect(of()['custom-metric']).toBeUndefined();
  const most = (key: string, more: Partial<typeof names>) => of(more)[key]!.most;
  for (const fewer of [{ services: 10 }, { destinations: 10 }, { operations: 10 }])
    expect(most('custom-metric', fewer)).toBeLessThan(most('custom-metric', {}));
  expect(most('alarm-query', { services: 10 })).toBeLessThan(most('alarm-query', {}));
  expect(of({})['composite-alarm']!.least).toBeGreaterThan(20);
});

describe('prices are fetched', () => {
  let server: Server;
  let asked: { target: unknown; body: any }[] = [];
  let pages: object[] = [];
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      asked.push({ target: request.headers['x-amz-target'], body: JSON.parse(text) });
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify(pages.shift() ?? { PriceList: [] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());
  beforeEach(() => {
    asked = [];
    pages = [];
  });

  const client = () =>
    new PricingClient({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'TEST', secretAccessKey: 'test' },
    });
  const product = (sku: string, unit: string, ...tiers: [string, string][]) =>
    JSON.stringify({
      product: { sku, attributes: {} },
      terms: {
        OnDemand: {
          [`${sku}.JRTCKXETXF`]: {
            priceDimensions: Object.fromEntries(
              tiers.map(([beginRange, USD], n) => [`${sku}.${n}`, { unit, beginRange, pricePerUnit: { USD } }]),
            ),
          },
        },
      },
    });
  const node = { key: 'search:r7g.xlarge.search', per: 'hour' } as const;

  test('one product, asked for by its attributes, with its SKU and the day', async () => {
    pages = [{ PriceList: [], NextToken: 'more' }, { PriceList: [product('ABC123', 'Hrs', ['0', '0.4710000000'])] }];
    expect(await priceOf(client(), node, 'ap-east-1', '2026-11-29')).toEqual({
      usd: 0.471,
      per: 'hour',
      source: 'pricing:GetProducts, AmazonES, SKU ABC123',
      read: '2026-11-29',
      sku: 'ABC123',
    });
    expect(asked.map(({ target }) => target)).toEqual(Array(2).fill('AWSPriceListService.GetProducts'));
    expect(asked[0]!.body).toEqual({
      ServiceCode: 'AmazonES',
      FormatVersion: 'aws_v1',
      Filters: [
        { Type: 'TERM_MATCH', Field: 'regionCode', Value: 'ap-east-1' },
        { Type: 'TERM_MATCH', Field: 'instanceType', Value: 'r7g.xlarge.search' },
      ],
    });
    expect(asked[1]!.body.NextToken).toBe('more');
  });

  test('of tiers the first', async () => {
    pages = [{ PriceList: [product('M', 'Metrics', ['10000', '0.1'], ['0', '0.3'])] }];
    const metric = await priceOf(client(), { key: 'custom-metric', per: 'month' }, 'ap-east-1', '2026-11-29');
    expect(metric.usd).toBe(0.3);
  });

  test.each([
    ['nothing', [], /nothing. Asked: aws pricing get-products/],
    ['two products', [product('A', 'Hrs', ['0', '1']), product('B', 'Hrs', ['0', '2'])], /2 products/],
    ['another unit', [product('A', 'GB-Mo', ['0', '1'])], /its unit is GB-Mo, not one a hour/],
    ['no price on demand', [JSON.stringify({ product: { sku: 'A' } })], /no price on demand/],
  ])('%s is no price', async (_what, PriceList, message) => {
    pages = [{ PriceList }];
    const { prices, failures } = await fetchPrices(client(), [node], 'ap-east-1', '2026-11-29');
    expect(prices).toEqual({});
    expect(failures).toEqual([expect.stringMatching(message)]);
  });

  test('everything that an environment has can be asked for', () => {
    for (const name of ['dev', 'staging', 'prod']) {
      for (const { key } of items(committed(name), names)) expect(question(key, 'ap-east-1').service).toMatch(/^\w+$/);
    }
  });

  test('a fetched file stands over the committed table, the newest one over older ones', () => {
    const folder = mkdtempSync(join(tmpdir(), 'harbourline-prices-'));
    const write = (name: string, usd: number) =>
      writeFileSync(join(folder, name), `secret: { usd: ${usd}, per: month, source: s, read: 2026-11-29 }\n`);
    const table = readPrices('ap-east-1', folder);
    expect(table.secret!.usd).toBe(0.4);
    write('prices-ap-east-1-2026-11-30.yaml', 3);
    write('prices-ap-east-1-2026-11-29.yaml', 2);
    write('prices-ap-southeast-1-2026-12-01.yaml', 9);
    expect(readPrices('ap-east-1', folder)).toEqual({ ...table, secret: expect.objectContaining({ usd: 3 }) });
    rmSync(folder, { recursive: true });
  });
});
