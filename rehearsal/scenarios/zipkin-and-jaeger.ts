import { ports } from '../../lib/collect/ports';
import { seeded, text } from '../driver/random';
import { sensitive } from '../driver/sensitive';
import {
  jaegerGrpc,
  jaegerThrift,
  type LegacySpan,
  ledgerEntry,
  type Target,
  zipkinJson,
  zipkinProtobuf,
} from '../legacy-clients';
import { addresses } from '../places';
import { nothing, type Scenario } from './scenario';

/** Spans of each kind of client. */
const each = 25;

/** Clients of older systems send to the gateways, over TLS: their spans are stored, masked, counted like all others. */
export const zipkinAndJaeger: Scenario = {
  name: 'zipkin-and-jaeger',
  summary: 'Zipkin and Jaeger clients send their four formats to the gateways',
  seconds: 30,
  async during(site, { at }) {
    const { legacyClients } = site.props.config.collect;
    if (legacyClients.length < 2) {
      throw new Error(
        `${site.props.config.environment} admits ${legacyClients.join(', ') || 'no legacy clients'}: set collect.legacyClients to ['zipkin', 'jaeger'].`,
      );
    }
    await at(0.2);
    const random = seeded(site.props.seed);
    const hex = (length: number) => text(random, length, '123456789abcdef');
    const planted: string[] = [];
    const spans = (service: string): LegacySpan[] =>
      Array.from({ length: each }, () => {
        const email = sensitive('email', random);
        planted.push(...email.planted);
        return {
          traceId: hex(32),
          spanId: hex(16),
          name: 'transfer',
          service,
          startMs: Date.now() - 50,
          durationMs: 40,
          tags: { 'http.url': `https://bank.example.com/transfer?to=${email.raw}`, note: `for ${email.raw}` },
        };
      });
    const { ca, servername } = site.gatewayTrust;
    const to = (port: number): Target => ({ address: addresses.balancer, port, ca, servername });
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
    return {
      ...nothing,
      made: Object.values(sent).flat().map(ledgerEntry),
      planted,
      lines: [
        {
          what: 'legacy clients answered',
          seen: Object.entries(answers)
            .map(([format, status]) => `${format} ${status}`)
            .join(', '),
          expected: `HTTP 202, gRPC 0; ${each} spans each are stored, ${each} foreign ones are not`,
          ok: Object.values(answers).every((status, index) => status === good[index]),
        },
      ],
    };
  },
};
