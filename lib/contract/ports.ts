/** Every port that a tier listens on, once: configurations, security groups, load balancer and rehearsal read it here. */
export const ports = {
  /** OTLP over gRPC (IANA 4317). Agent: loopback. Gateway and sampler: TLS. */
  otlpGrpc: 4317,
  /** OTLP over HTTP (IANA 4318). Agent: loopback. Gateway: TLS. */
  otlpHttp: 4318,
  /** Zipkin v2, JSON and protobuf (Zipkin's own port). Gateway: TLS, where legacy clients are admitted. */
  zipkin: 9411,
  /** Jaeger over gRPC (Jaeger's own port). Gateway: TLS, where legacy clients are admitted. */
  jaegerGrpc: 14250,
  /** Jaeger's Thrift over HTTP (Jaeger's own port). Gateway: TLS, where legacy clients are admitted. */
  jaegerThrift: 14268,
  /** The collector's health_check extension. Gateway: reached by the load balancer's health checks. */
  health: 13133,
  /** The collector's own metrics, Prometheus text. Loopback only. */
  telemetry: 8888,
  /**
   * What operators look at: health of the collector's components, Go's profiles, its own pages. Loopback only. Next to health,
   * and below the ports that Linux gives to connections (from 32768), which the Collector's usual one for zpages (55679) is not.
   */
  pages: 13134,
  /** OTLP over HTTP of what the collector measures of itself. Loopback only. */
  ownMetrics: 4319,
  /** OTLP over HTTP of the span writer. Loopback only. */
  spanWriter: 4418,
} as const;

/** A port that gateways are reached at. */
interface GatewayPort {
  /** Names the listener. */
  readonly name: string;
  readonly port: number;
}

/** What gateways listen on for services: OTLP, and what older clients speak where they are admitted. */
export const gatewayPorts = (legacyClients: readonly ('zipkin' | 'jaeger')[]): readonly GatewayPort[] => [
  { name: 'OtlpGrpc', port: ports.otlpGrpc },
  { name: 'OtlpHttp', port: ports.otlpHttp },
  ...(legacyClients.includes('zipkin') ? [{ name: 'Zipkin', port: ports.zipkin }] : []),
  ...(legacyClients.includes('jaeger')
    ? [
        { name: 'JaegerGrpc', port: ports.jaegerGrpc },
        { name: 'JaegerThrift', port: ports.jaegerThrift },
      ]
    : []),
];
