/**
 * `npm run bench:accuracy`: how far the p99 that CloudWatch shows is from the true one, in Hong Kong and in the mainland. Spans with known
 * durations go through two samplers' own connector and exporter, a relay's windows and a receiver, by the real binary, into doubles of
 * CloudWatch. Figures go to docs/performance.md; fails beyond the aims.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startCollector } from '../../harness/collectors';
import { exampleEnvironments } from '../../harness/environments';
import { edited } from '../../harness/environments/edited';
import { waitFor } from '../../harness/wait';
import type { Tier } from '../../judges/assembly/tier';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { graceSeconds, windowSeconds } from '../../lib/collector/relay';
import { crossingAttribute, kindOfCrossing, metricNamespace, metrics, statusError } from '../../lib/contract/metrics';
import { ports } from '../../lib/contract/ports';
import { issueCertificates } from '../../lib/machine/certificates.issue';
import { requestType } from '../../lib/store/span-writer/otlp';
import { type AwsDoubles, startAwsDoubles } from '../../rehearsal/stage/aws/doubles';
import { type Random, seeded } from '../../rehearsal/stage/driver/random';
import { synthesise } from '../../rehearsal/stage/synthesised';
import { benchmark, type Measured } from './benchmark';

/** Largest error that is promised, and largest difference between the two sides. */
const aimPercent = 2;
const aimBetweenPercent = 1;

/** The slowest fail, as calls that time out do: statuses apart, a p99 would be another. */
const failingPercent = 3;

const spansARequest = 2_000;
const addresses = ['127.77.7.1', '127.77.7.2'] as const;
const relayAddress = '127.77.7.3';
const receiverAddress = '127.77.7.4';
const otlp = (address: string) => `${address}:${ports.otlpHttp}`;

/** From (0, 1): half a normal distribution's draw needs a logarithm. */
const positive = (random: Random): number => 1 - random();
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(positive(random))) * Math.cos(2 * Math.PI * random());

/** Latencies in ms. */
const distributions: Readonly<Record<string, (random: Random) => number>> = {
  uniform: (random) => 5 + 495 * random(),
  'log-normal': (random) => 30 * Math.exp(0.8 * normal(random)),
  bimodal: (random) => Math.max(0.1, random() < 0.97 ? 25 + 4 * normal(random) : 1_500 + 200 * normal(random)),
  // Pareto, alpha 1.1: the mean hardly exists, as with retries and time-outs.
  'heavy tail': (random) => Math.min(600_000, 10 * positive(random) ** (-1 / 1.1)),
};

interface Configuration {
  readonly processors: Readonly<Record<string, object>>;
  readonly connectors: Readonly<Record<string, object>>;
  readonly exporters: Readonly<Record<string, object>>;
}

/** Parts of a tier's own configuration behind a plain receiver, without what is for outages and for TLS. */
function partsOf(
  { configuration }: Tier,
  address: string,
  parts: (own: Configuration) => { service: object } & Partial<Configuration>,
): string {
  const { service, ...rest } = parts(parse(configuration));
  return stringify({
    extensions: { health_check: { endpoint: `${address}:${ports.health}` } },
    receivers: { otlp: { protocols: { http: { endpoint: otlp(address) } } } },
    ...rest,
    service: { extensions: ['health_check'], telemetry: { metrics: { level: 'none' } }, pipelines: service },
  });
}

/** A sampler's connector and exporter, and nothing that samples. */
const samplerParts = (tier: Tier, address: string): string =>
  partsOf(tier, address, ({ processors, connectors, exporters }) => ({
    processors: { harbourline_crossing: processors.harbourline_crossing! },
    connectors: { span_metrics: connectors.span_metrics! },
    exporters: {
      awsemf: { ...exporters.awsemf, sending_queue: { enabled: false } },
      // A relay answers after its window.
      'otlp_http/relay': {
        endpoint: `http://${otlp(relayAddress)}`,
        timeout: `${windowSeconds + graceSeconds + 40}s`,
        sending_queue: { num_consumers: 16 },
      },
    },
    service: {
      traces: { receivers: ['otlp'], processors: ['harbourline_crossing'], exporters: ['span_metrics'] },
      metrics: { receivers: ['span_metrics'], exporters: ['awsemf', 'otlp_http/relay'] },
    },
  }));

/** A relay's windows. */
const relayParts = (tier: Tier): string =>
  partsOf(tier, relayAddress, ({ processors }) => ({
    processors: { harbourline_aggregates: processors.harbourline_aggregates! },
    exporters: { otlp_http: { endpoint: `http://${otlp(receiverAddress)}` } },
    service: { metrics: { receivers: ['otlp'], processors: ['harbourline_aggregates'], exporters: ['otlp_http'] } },
  }));

/** What the mainland makes of them. */
const receiverParts = (tier: Tier): string =>
  partsOf(tier, receiverAddress, ({ exporters }) => ({
    exporters: { awsemf: exporters.awsemf! },
    service: { metrics: { receivers: ['otlp'], exporters: ['awsemf'] } },
  }));

async function send(
  address: string,
  environment: string,
  service: string,
  durations: readonly number[],
  failsFrom: number,
) {
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const start = BigInt(Date.now()) * 1_000_000n;
  const spans = durations.map((milliseconds) => ({
    traceId: randomBytes(16),
    spanId: randomBytes(8),
    name: 'GET /',
    kind: 2,
    startTimeUnixNano: `${start}`,
    endTimeUnixNano: `${start + BigInt(Math.round(milliseconds * 1e6))}`,
    ...(milliseconds >= failsFrom ? { status: { code: 2 } } : {}),
  }));
  const attributes = [attribute('service.name', service), attribute('deployment.environment.name', environment)];
  const body = requestType
    .encode(requestType.fromObject({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }))
    .finish();
  const response = await fetch(`http://${otlp(address)}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body,
  });
  if (!response.ok) throw new Error(`The collector answers ${response.status}: ${await response.text()}`);
}

/** Latencies of a number of calls, as they were sent. */
interface Case {
  readonly service: string;
  readonly size: number;
  /** Their p99, in ms. */
  readonly truth: number;
  readonly failed: number;
}

async function measure(quick: boolean): Promise<Measured> {
  const sizes = quick ? [1_000] : [100, 1_000, 10_000, 100_000];
  const [example] = exampleEnvironments();
  if (!example) throw new Error('There is no environment.');
  const cases = Object.entries(distributions).flatMap(([name, draw], kind) =>
    sizes.map((size, nth) => ({ name, draw, size, service: `latencies-${kind}-${nth}` })),
  );
  const config = edited(example, { 'link.services': cases.map(({ service }) => service) });
  const { environment, region } = config;
  const binary = await collectorBinary(hostTarget(), (line) => process.stderr.write(`${line}\n`));
  const { sampler, link, tierNames, metricLogGroup, cloudMap, dispose } = synthesise(config);
  dispose();
  if (!link?.mainland) throw new Error(`${environment} has no mainland on AWS.`);
  const { mainland, relay } = link;
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-accuracy-'));
  const certificates = await issueCertificates({ tiers: tierNames, now: new Date() });
  const cloudWatch = (address: string, where: { readonly region: string; readonly logGroup: string }) =>
    startAwsDoubles({
      address,
      ...where,
      credentials: { accessKeyId: 'BENCH', secretAccessKey: randomBytes(30).toString('base64') },
      cloudMap: { namespace: cloudMap.namespace, services: {} },
    });
  const here = await cloudWatch('127.77.7.9', { region, logGroup: metricLogGroup });
  const there = await cloudWatch('127.77.7.8', mainland);
  const start = (name: string, address: string, tier: Tier, configuration: string, aws = here) =>
    startCollector({
      name,
      binary,
      directory: folder,
      address,
      tier: { ...tier, configuration },
      certificate: certificates.sampler!,
      environment: aws.environment,
    });
  const collectors = await Promise.all([
    start('receiver', receiverAddress, mainland.receiver, receiverParts(mainland.receiver), there),
    start('relay', relayAddress, relay, relayParts(relay)),
    ...addresses.map((address, n) => start(`sampler-${n + 1}`, address, sampler, samplerParts(sampler, address))),
  ]);
  const total = (aws: AwsDoubles, service: string, name: string, statistic: string, more = {}): number =>
    aws.metrics.total({
      namespace: metricNamespace(environment),
      name,
      dimensions: { [crossingAttribute]: 'none', 'span.kind': kindOfCrossing.none, 'service.name': service, ...more },
      statistic,
    }) ?? 0;
  const calls = (aws: AwsDoubles, service: string, more = {}) => total(aws, service, metrics.calls.name, 'Sum', more);
  const failed = (aws: AwsDoubles, service: string) => calls(aws, service, { 'status.code': statusError });
  const p99 = (aws: AwsDoubles, service: string) => total(aws, service, metrics.duration.name, 'p99');
  const reached = (where: string, aws: AwsDoubles, { service, size }: { service: string; size: number }) =>
    waitFor(
      `${size} calls of ${service} in CloudWatch ${where}`,
      () => {
        const sum = calls(aws, service);
        return sum >= size || sum;
      },
      3 * windowSeconds,
    );
  try {
    const sent: Case[] = [];
    for (const { name, draw, size, service } of cases) {
      const random = seeded(size + name.length);
      const durations = Array.from({ length: size }, () => draw(random));
      const sorted = [...durations].sort((a, b) => a - b);
      const failsFrom = sorted[Math.ceil((1 - failingPercent / 100) * size)] as number;
      for (let at = 0; at < size; at += spansARequest) {
        const part = durations.slice(at, at + spansARequest);
        // Both samplers get of each: what they counted apart must add up.
        for (const [own, address] of addresses.entries()) {
          const half = part.filter((_, index) => index % 2 === own);
          await send(address, environment, service, half, failsFrom);
        }
      }
      await reached('in Hong Kong', here, { service, size });
      const truth = sorted[Math.ceil(0.99 * size) - 1] as number;
      sent.push({ service, size, truth, failed: durations.filter((each) => each >= failsFrom).length });
      process.stderr.write(
        `${name}, ${size}: true ${truth.toFixed(1)} ms, shown ${p99(here, service).toFixed(1)} ms\n`,
      );
    }
    process.stderr.write('the last windows of the relay\n');
    for (const each of sent) await reached('in the mainland', there, each);

    const percent = (value: number, of: number): number =>
      of === 0 ? Number.POSITIVE_INFINITY : 100 * (value / of - 1);
    const signed = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(2)} %`;
    const judged = sent.map(({ service, truth, ...rest }) => ({
      truth,
      error: percent(p99(here, service), truth),
      between: percent(p99(there, service), p99(here, service)),
      errorsBetween: percent(failed(there, service), rest.failed),
    }));
    const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));
    const worst = largest(judged.map(({ error }) => error));
    const worstBetween = largest(judged.flatMap(({ between, errorsBetween }) => [between, errorsBetween]));
    const table = (cell: (one: (typeof judged)[number]) => string): string[] => [
      `| latencies | ${sizes.map((size) => `${size.toLocaleString('en-US')} spans`).join(' | ')} |`,
      `|---|${sizes.map(() => '---|').join('')}`,
      ...Object.keys(distributions).map(
        (name, kind) =>
          `| ${name} | ${judged
            .slice(kind * sizes.length, (kind + 1) * sizes.length)
            .map(cell)
            .join(' | ')} |`,
      ),
    ];
    const refused = [here, there]
      .flatMap(({ refusals }) => [...refusals.values()])
      .reduce((sum, times) => sum + times, 0);
    const text = [
      `True p99 of spans sent to two samplers, and the error of the p99 that CloudWatch would show of both together. The slowest ${failingPercent} % fail. ${(here.metricBytes() / 1024).toFixed(0)} KiB of embedded metrics in Hong Kong, ${(there.metricBytes() / 1024).toFixed(0)} KiB in the mainland, ${refused} refused.`,
      '',
      ...table(({ truth, error }) => `${truth.toFixed(1)} ms, ${signed(error)}`),
      '',
      `Largest error ${worst.toFixed(2)} % (aim: at most ${aimPercent} %).`,
      '',
      "The mainland's p99 beside Hong Kong's, and its number of failed calls beside what was sent, behind a relay's windows of a minute:",
      '',
      ...table(({ between, errorsBetween }) => `${signed(between)}, ${signed(errorsBetween)}`),
      '',
      `Largest difference ${worstBetween.toFixed(2)} % (aim: at most ${aimBetweenPercent} %).`,
    ].join('\n');
    return {
      text,
      wrong: [
        ...(worst > aimPercent ? [`the largest error is ${worst.toFixed(2)} %`] : []),
        ...(worstBetween > aimBetweenPercent ? [`the two sides differ by ${worstBetween.toFixed(2)} %`] : []),
        ...(refused > 0 ? [`${refused} embedded metrics were refused`] : []),
      ],
    };
  } finally {
    await Promise.all(collectors.map((collector) => collector.stop()));
    await here.stop();
    await there.stop();
    rmSync(folder, { recursive: true });
  }
}

benchmark(
  {
    name: 'bench:accuracy',
    about: `Measures how far the p99 that CloudWatch would show is from the true one, for four kinds of latencies, through the
real collector, and whether the mainland sees the same; fails beyond ${aimPercent} % and ${aimBetweenPercent} %. Takes some five minutes.`,
    whateverOthersDo: true,
  },
  measure,
);
