/** A node's agent as synthesised, and a collector in place of a gateway: where spans of Python go in benchmarks and trials. */
import type { CleanUp } from '../../harness/clean-up';
import { startCollector } from '../../harness/collectors';
import { exampleEnvironments } from '../../harness/environments';
import type { Service } from '../../harness/process';
import { extensions, serverTls, service } from '../../lib/collector/blocks/components';
import { renderConfiguration } from '../../lib/collector/blocks/render';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { ports } from '../../lib/contract/ports';
import { issueCertificates } from '../../lib/machine/certificates.issue';
import { synthesise } from '../../rehearsal/stage/synthesised';

/** Addresses of loopback, each of one run alone. */
export interface Addresses {
  readonly agent: string;
  readonly gateway: string;
  /** What the agent takes for the gateway. @default the gateway */
  readonly wire?: string;
}

export interface Node {
  readonly agent: Service;
  readonly gateway: Service;
  /** What /etc/harbourline/service.env has, with this agent's endpoint. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A collector that takes what the agent sends, and forgets it. */
const gateway = renderConfiguration({
  extensions: extensions('${env:LOOPBACK_ADDRESS}'),
  receivers: {
    otlp: { protocols: { grpc: { endpoint: `\${env:LOOPBACK_ADDRESS}:${ports.otlpGrpc}`, tls: serverTls } } },
  },
  exporters: { debug: {} },
  service: service({ traces: { receivers: ['otlp'], exporters: ['debug'] } }),
});

/** Starts both, of the example environment of production; `cleanUp` ends them. */
export async function startNode(
  directory: string,
  addresses: Addresses,
  cleanUp: CleanUp,
  progress: (line: string) => void,
): Promise<Node> {
  const config = exampleEnvironments().find(({ production }) => production);
  if (!config) throw new Error('There is no environment of production.');
  const binary = await collectorBinary(hostTarget(), progress);
  const synthesised = synthesise(config);
  cleanUp.add(synthesised.dispose);
  const certificates = await issueCertificates({ tiers: synthesised.tierNames, now: new Date() });
  const start = async (name: 'agent' | 'gateway', configuration: string, environment: Record<string, string>) => {
    const started = await startCollector({
      name,
      binary,
      directory,
      address: addresses[name],
      tier: { configuration, environment: {}, drain: {} },
      certificate: certificates[name] as NonNullable<(typeof certificates)[string]>,
      environment,
    });
    cleanUp.add(started);
    return started;
  };
  const far = await start('gateway', gateway, {});
  const near = await start('agent', synthesised.agent, {
    GATEWAY_ENDPOINT: `${addresses.wire ?? addresses.gateway}:${ports.otlpGrpc}`,
  });
  return {
    agent: near,
    gateway: far,
    environment: {
      ...synthesised.serviceEnvironment,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${addresses.agent}:${ports.otlpHttp}`,
      OTEL_SERVICE_NAME: 'payment',
    },
  };
}
