import { request } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { type AwsDoubles, startAwsDoubles } from '../../../../rehearsal/stage/aws/doubles';

const credentials = { accessKeyId: 'REHEARSAL', secretAccessKey: 'secret' };
const options = {
  address: '127.0.0.1',
  region: 'ap-east-1',
  credentials,
  logGroup: '/harbourline/dev/metrics',
  cloudMap: { namespace: 'harbourline-dev', services: { sampler: () => ['127.0.0.2', '127.0.0.3'] } },
};

let doubles: AwsDoubles;
beforeEach(async () => {
  doubles = await startAwsDoubles(options);
});
afterEach(() => doubles.stop());

interface Call {
  readonly target: string;
  readonly service: string;
  readonly body: object;
  readonly region?: string;
  readonly secret?: string;
  /** Sent instead of the body that was signed. */
  readonly tampered?: string;
}

async function call({ target, service, body, region = 'ap-east-1', secret = 'secret', tampered }: Call) {
  const url = new URL(doubles.environment.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS as string);
  const text = JSON.stringify(body);
  const signed = await new SignatureV4({
    credentials: { ...credentials, secretAccessKey: secret },
    region,
    service,
    sha256: Sha256,
  }).sign({
    method: 'POST',
    protocol: 'http:',
    hostname: url.hostname,
    path: '/',
    headers: { host: url.host, 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
    body: text,
  });
  return new Promise<{ status: number; body: Record<string, unknown> }>((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: signed.headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) }),
      );
    });
    sent.on('error', reject).end(tampered ?? text);
  });
}

const discover: Call = {
  target: 'Route53AutoNaming_v20170314.DiscoverInstances',
  service: 'servicediscovery',
  body: { NamespaceName: 'harbourline-dev', ServiceName: 'sampler' },
};
const event = (metric: unknown, dimensions = [['crossing']], unit = 'Milliseconds') => ({
  _aws: {
    Timestamp: 1_790_000_000_000,
    CloudWatchMetrics: [{ Namespace: 'Harbourline/dev', Dimensions: dimensions, Metrics: [{ Name: 'd', Unit: unit }] }],
  },
  crossing: 'hk-cn',
  d: metric,
});
const put = (...events: object[]): Call => ({
  target: 'Logs_20140328.PutLogEvents',
  service: 'logs',
  body: {
    logGroupName: options.logGroup,
    logStreamName: 's',
    logEvents: events.map((e) => ({ message: JSON.stringify(e) })),
  },
});
const histogram = (Values: number[], Counts: number[], Count = Counts.reduce((a, b) => a + b, 0)) => ({
  Values,
  Counts,
  Count,
  Max: 9,
  Min: 1,
  Sum: 1,
});

describe('the doubles of AWS', () => {
  test('answer a rightly signed request', async () => {
    const { status, body } = await call(discover);
    expect(status).toBe(200);
    expect((body.Instances as { Attributes: object }[]).map(({ Attributes }) => Attributes)).toEqual([
      { AWS_INSTANCE_IPV4: '127.0.0.2' },
      { AWS_INSTANCE_IPV4: '127.0.0.3' },
    ]);
    expect(doubles.refusals.size).toBe(0);
  });

  test.each<[string, Partial<Call>, RegExp]>([
    ['another key', { secret: 'wrong' }, /does not match/],
    ['another region', { region: 'us-east-1' }, /region us-east-1/],
    ['another service', { service: 'logs' }, /service logs/],
    ['a body that was changed', { tampered: '{"NamespaceName":"other"}' }, /not the one that was signed/],
    ['another operation', { target: 'Route53AutoNaming_v20170314.DeleteService' }, /may not DeleteService/],
    ['another namespace', { body: { NamespaceName: 'x', ServiceName: 'sampler' } }, /namespace x/],
  ])('refuse %s, and keep count', async (_, change, reason) => {
    const { status, body } = await call({ ...discover, ...change });
    expect(status).toBe(400);
    expect(body.message).toMatch(reason);
    expect([...doubles.refusals.keys()].join()).toMatch(reason);
  });

  test('refuse a request that is not signed', async () => {
    const response = await fetch(doubles.environment.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS as string, {
      method: 'POST',
      headers: { 'x-amz-target': 'Logs_20140328.PutLogEvents' },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect([...doubles.refusals.keys()].join()).toMatch(/not signed/);
  });

  test('take embedded metrics and compute as CloudWatch does', async () => {
    await call(put(event(histogram([10, 20], [98, 1])), event(histogram([30], [1])), event(5)));
    const query = { namespace: 'Harbourline/dev', name: 'd', dimensions: { crossing: 'hk-cn' } };
    const total = (statistic: string) => doubles.metrics.total({ ...query, statistic });
    expect([total('SampleCount'), total('Sum'), total('Minimum'), total('Maximum')]).toEqual([101, 1035, 5, 30]);
    expect([total('p50'), total('p99'), total('p100')]).toEqual([10, 20, 30]);
    expect(doubles.metrics.total({ ...query, dimensions: { crossing: 'cn-hk' }, statistic: 'Sum' })).toBeUndefined();
  });

  test.each<[string, object, RegExp]>([
    ['more than 100 values', event(histogram(Array(101).fill(1), Array(101).fill(1))), /Values/],
    ['counts that do not add up', event(histogram([1], [2], 3)), /add up to 2, Count says 3/],
    ['a unit that CloudWatch has not', event(1, [['crossing']], '{call}'), /Unit/],
    ['a dimension without a value', event(1, [['service.name']]), /service.name has no value/],
    ['a metric that is missing', event(undefined), /Values\/Counts|expected/],
  ])('refuse %s', async (_, message, reason) => {
    expect((await call(put(message))).status).toBe(400);
    expect([...doubles.refusals.keys()].join()).toMatch(reason);
  });
});
