import { issueNodeCertificate, type NodeCertificate } from '../../harness/opensearch-node/certificates';
import { holds } from '../../harness/wait';
import { ports } from '../../lib/contract/ports';
import { count, type Row } from '../judge/report';
import { bandOf, within } from '../judge/sampling';
import { addresses } from '../stage/addresses';
import type { TlsTarget } from '../stage/clients/grpc';
import {
  jaegerGrpc,
  jaegerThrift,
  type LegacySpan,
  ledgerEntry,
  zipkinJson,
  zipkinProtobuf,
} from '../stage/clients/zipkin-and-jaeger';
import { seeded, text } from '../stage/driver/random';
import { sensitive } from '../stage/driver/sensitive';
import { type Backend, startBackend } from '../stage/tracing-backends';
import { nothing, type Scenario, type Watch } from './scenario';

/** Spans of each kind of client. */
const each = 25;

const backendPorts = { otlp: 4318, zipkin: 9411 } as const;
let certificate: NodeCertificate;

/** Clients of older systems send to the gateways, over TLS: their spans are stored, masked, counted like all others, and kept
 * ones reach the older backends too. */
export const zipkinAndJaeger: Scenario = {
  name: 'zipkin-and-jaeger',
  summary: 'Zipkin and Jaeger clients send their four formats to the gateways',
  alarms: { notify: [] },
  seconds: 40,
  async configure(config) {
    certificate = await issueNodeCertificate(addresses.backends);
    const prefix = `${addresses.backends}/32`;
    const at = (port: number) => `https://${addresses.backends}:${port}`;
    return {
      ...config,
      collect: {
        ...config.collect,
        legacyClients: ['zipkin', 'jaeger'],
        forward: {
          authority: certificate.authority,
          otlp: { prefix, endpoint: at(backendPorts.otlp) },
          zipkin: { prefix, endpoint: `${at(backendPorts.zipkin)}/api/v2/spans` },
        },
      },
    };
  },
  async during(stage, watch) {
    const { at } = watch;
    const start = async (protocol: keyof typeof backendPorts) => {
      const port = backendPorts[protocol];
      const backend = await startBackend({ protocol, address: addresses.backends, port, certificate });
      stage.props.cleanUp.add(backend);
      return backend;
    };
    const jaeger = await start('otlp');
    await at(0.2);
    const random = seeded(stage.props.seed);
    const hex = (length: number) => text(random, length, '123456789abcdef');
    /** Of the floor: kept whatever the budget is, and no failure that would page. */
    const band = bandOf(stage.props.config);
    const keptId = (): string => {
      const id = hex(32);
      return within(band.floorPercent, band.salt, id) ? id : keptId();
    };
    const planted: string[] = [];
    const spans = (service: string): LegacySpan[] =>
      Array.from({ length: each }, () => {
        const email = sensitive('email', random);
        planted.push(...email.planted);
        return {
          traceId: keptId(),
          spanId: hex(16),
          name: 'transfer',
          service,
          startMs: Date.now() - 50,
          durationMs: 40,
          tags: { 'http.url': `https://bank.example.com/transfer?to=${email.raw}`, note: `for ${email.raw}` },
        };
      });
    const { ca, servername } = stage.gatewayTrust;
    const to = (port: number): TlsTarget => ({ address: addresses.balancer, port, ca, servername });
    const sent = {
      'Zipkin JSON': spans('zipkin-json'),
      'Zipkin protobuf': spans('zipkin-protobuf'),
      'Jaeger gRPC': spans('jaeger-grpc'),
      'Jaeger Thrift': spans('jaeger-thrift'),
    };
    const foreign = spans('jaeger-of-another-environment');
    const answers = {
      'Zipkin JSON': await zipkinJson(to(ports.zipkin), sent['Zipkin JSON']),
      'Zipkin protobuf': await zipkinProtobuf(to(ports.zipkin), sent['Zipkin protobuf']),
      'Jaeger gRPC': await jaegerGrpc(to(ports.jaegerGrpc), sent['Jaeger gRPC']),
      'Jaeger Thrift': await jaegerThrift(to(ports.jaegerThrift), sent['Jaeger Thrift']),
      'Jaeger gRPC, foreign': await jaegerGrpc(to(ports.jaegerGrpc), foreign, {
        'deployment.environment.name': 'another',
      }),
    };
    const good: readonly unknown[] = [202, 202, 0, 202, 0];
    const kept = Object.values(sent).flat();
    // The other backend is away meanwhile, and holds up neither this one nor the store.
    await arrived(jaeger, kept, watch);
    const zipkin = await start('zipkin');
    await arrived(zipkin, kept, watch);
    return {
      ...nothing,
      made: Object.values(sent).flat().map(ledgerEntry),
      planted,
      rows: [
        {
          what: 'legacy clients answered',
          seen: Object.entries(answers)
            .map(([format, status]) => `${format} ${status}`)
            .join(', '),
          expected: `HTTP 202, gRPC 0; ${each} spans each are stored, ${each} foreign ones are not`,
          ok: Object.values(answers).every((status, index) => status === good[index]),
        },
        forwarded('Jaeger (OTLP)', jaeger, kept, planted),
        forwarded('Zipkin, away at first', zipkin, kept, planted),
      ],
    };
  },
};

/** Kept spans that a backend has. */
const has = (backend: Backend, spans: readonly LegacySpan[]): number =>
  spans.filter(({ spanId }) => backend.spanIds.has(spanId)).length;

/** Waits until a backend has them all, for a minute at most: what has not come by then is judged as it is. */
const arrived = (backend: Backend, spans: readonly LegacySpan[], { signal }: Watch): Promise<boolean> =>
  holds(() => has(backend, spans) === spans.length, 60, signal, 200);

function forwarded(name: string, backend: Backend, spans: readonly LegacySpan[], planted: readonly string[]): Row {
  const leaked = planted.filter((value) => backend.text().includes(value)).length;
  return {
    what: `forwarded to ${name}`,
    seen: `${has(backend, spans)} of ${spans.length} kept spans, ${count(backend.spanIds.size)} in all; ${leaked} sensitive values`,
    expected: 'all that are kept, masked',
    ok: has(backend, spans) === spans.length && leaked === 0,
  };
}
