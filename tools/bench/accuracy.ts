/**
 * `npm run bench:accuracy`: how far the p99 that CloudWatch shows is from the true one. Spans with known durations go
 * through two samplers' own connector and exporter, by the real binary, into the double of CloudWatch. Figures go to
 * docs/performance.md; fails beyond the aim.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startCollector } from '../../harness/collectors';
import { exampleEnvironments } from '../../harness/environments';
import { waitFor } from '../../harness/wait';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { crossingAttribute, kindOfCrossing, metricNamespace, metrics } from '../../lib/contract/metrics';
import { ports } from '../../lib/contract/ports';
import { issueCertificates } from '../../lib/machine/certificates.issue';
import { requestType } from '../../lib/store/span-writer/otlp';
import { startAwsDoubles } from '../../rehearsal/stage/aws/doubles';
import { type Random, seeded } from '../../rehearsal/stage/driver/random';
import { synthesise } from '../../rehearsal/stage/synthesised';
import { benchmark, type Measured } from './benchmark';

/** Largest error that is promised. */
const aimPercent = 2;

const spansARequest = 2_000;
const addresses = ['127.77.7.1', '127.77.7.2'] as const;

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

/** A sampler's own connector and exporter, behind a plain receiver, and nothing that samples. */
function configurationFor(text: string, address: string): string {
  const configuration = parse(text);
  const { span_metrics } = configuration.connectors;
  return stringify({
    extensions: { health_check: { endpoint: `${address}:${ports.health}` } },
    receivers: { otlp: { protocols: { http: { endpoint: `${address}:${ports.otlpHttp}` } } } },
    processors: { harbourline_crossing: configuration.processors.harbourline_crossing },
    connectors: { span_metrics },
    exporters: { awsemf: configuration.exporters.awsemf },
    service: {
      extensions: ['health_check'],
      telemetry: { metrics: { level: 'none' } },
      pipelines: {
        traces: { receivers: ['otlp'], processors: ['harbourline_crossing'], exporters: ['span_metrics'] },
        metrics: { receivers: ['span_metrics'], exporters: ['awsemf'] },
      },
    },
  });
}

async function send(address: string, environment: string, service: string, durations: readonly number[]) {
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const start = BigInt(Date.now()) * 1_000_000n;
  const spans = durations.map((milliseconds) => ({
    traceId: randomBytes(16),
    spanId: randomBytes(8),
    name: 'GET /',
    kind: 2,
    startTimeUnixNano: `${start}`,
    endTimeUnixNano: `${start + BigInt(Math.round(milliseconds * 1e6))}`,
  }));
  const attributes = [attribute('service.name', service), attribute('deployment.environment.name', environment)];
  const body = requestType
    .encode(requestType.fromObject({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }))
    .finish();
  const response = await fetch(`http://${address}:${ports.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body,
  });
  if (!response.ok) throw new Error(`The collector answers ${response.status}: ${await response.text()}`);
}

async function measure(quick: boolean): Promise<Measured> {
  const sizes = quick ? [1_000] : [100, 1_000, 10_000, 100_000];
  const [config] = exampleEnvironments();
  if (!config) throw new Error('There is no environment.');
  const { environment, region } = config;
  const binary = await collectorBinary(hostTarget(), (line) => process.stderr.write(`${line}\n`));
  const synthesised = synthesise(config);
  synthesised.dispose();
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-accuracy-'));
  const certificates = await issueCertificates({ tiers: synthesised.tierNames, now: new Date() });
  const aws = await startAwsDoubles({
    address: '127.77.7.9',
    region,
    credentials: { accessKeyId: 'BENCH', secretAccessKey: randomBytes(30).toString('base64') },
    logGroup: synthesised.metricLogGroup,
    cloudMap: { namespace: synthesised.cloudMap.namespace, services: {} },
  });
  const collectors = await Promise.all(
    addresses.map((address, index) =>
      startCollector({
        name: `sampler-${index + 1}`,
        binary,
        directory: folder,
        address,
        tier: {
          ...synthesised.sampler,
          configuration: configurationFor(synthesised.sampler.configuration, address),
        },
        certificate: certificates.sampler!,
        environment: aws.environment,
      }),
    ),
  );
  const query = (service: string, name: string, statistic: string) => ({
    namespace: metricNamespace(environment),
    name,
    dimensions: { [crossingAttribute]: 'none', 'span.kind': kindOfCrossing.none, 'service.name': service },
    statistic,
  });
  try {
    const rows: string[] = [];
    let worst = 0;
    for (const [name, draw] of Object.entries(distributions)) {
      const cells: string[] = [];
      for (const size of sizes) {
        const service = `${name} ${size}`;
        const random = seeded(size + name.length);
        const durations = Array.from({ length: size }, () => draw(random));
        for (let at = 0; at < size; at += spansARequest) {
          const part = durations.slice(at, at + spansARequest);
          // Both samplers get of each: what they counted apart must add up.
          await send(
            addresses[0],
            environment,
            service,
            part.filter((_, index) => index % 2 === 0),
          );
          await send(
            addresses[1],
            environment,
            service,
            part.filter((_, index) => index % 2 === 1),
          );
        }
        await waitFor(`${size} calls in CloudWatch`, () => {
          const calls = aws.metrics.total(query(service, metrics.calls.name, 'Sum')) ?? 0;
          return calls >= size || calls;
        });
        const rank = Math.ceil(0.99 * size) - 1;
        const truth = [...durations].sort((a, b) => a - b)[rank] as number;
        const shown = aws.metrics.total(query(service, metrics.duration.name, 'p99')) ?? Number.NaN;
        const error = 100 * (shown / truth - 1);
        worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.abs(error));
        cells.push(`${truth.toFixed(1)} ms, ${error >= 0 ? '+' : ''}${error.toFixed(2)} %`);
        process.stderr.write(`${service}: true ${truth.toFixed(1)} ms, shown ${shown.toFixed(1)} ms\n`);
      }
      rows.push(`| ${name} | ${cells.join(' | ')} |`);
    }
    const refused = [...aws.refusals.values()].reduce((sum, times) => sum + times, 0);
    const text = [
      `True p99 of spans sent to two samplers, and the error of the p99 that CloudWatch would show of both together; ${(aws.metricBytes() / 1024).toFixed(0)} KiB of embedded metrics, ${refused} refused.`,
      '',
      `| latencies | ${sizes.map((size) => `${size.toLocaleString('en-US')} spans`).join(' | ')} |`,
      `|---|${sizes.map(() => '---|').join('')}`,
      ...rows,
      '',
      `Largest error ${worst.toFixed(2)} % (aim: at most ${aimPercent} %).`,
    ].join('\n');
    return {
      text,
      wrong: [
        ...(worst > aimPercent ? [`the largest error is ${worst.toFixed(2)} %`] : []),
        ...(refused > 0 ? [`${refused} embedded metrics were refused`] : []),
      ],
    };
  } finally {
    await Promise.all(collectors.map((collector) => collector.stop()));
    await aws.stop();
    rmSync(folder, { recursive: true });
  }
}

benchmark(
  {
    name: 'bench:accuracy',
    about: `Measures how far the p99 that CloudWatch would show is from the true one, for four kinds of latencies, through the
real collector; fails beyond ${aimPercent} %. Takes some three minutes.`,
  },
  measure,
);
