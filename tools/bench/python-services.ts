/** The payment service in each way of tracing, side by side, and what stands in place of Datadog's agent. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CleanUp } from '../../harness/clean-up';
import { type Service, startService } from '../../harness/process';
import { examples, type Python } from '../../harness/python/environment';
import { rates, type Tracer, type Variant, variants } from './python-figures';

export const addresses = {
  agent: '127.77.7.1',
  wire: '127.77.7.2',
  gateway: '127.77.7.3',
  settlement: '127.77.7.4',
  datadog: '127.77.7.9',
} as const;
export const payments: Readonly<Record<Variant, string>> = {
  without: '127.77.7.5',
  with: '127.77.7.6',
  distro: '127.77.7.7',
  datadog: '127.77.7.8',
};
const datadogPort = 8126;

/** A service has the instrumentations that it needs; the environment of the tests has all. */
const unneeded = 'aiohttp-client,asyncpg,flask,psycopg,redis,requests';

/** What starts a program with each way of tracing, and the variables of that. */
function launcher(variant: Variant, node: Readonly<Record<string, string>>): [string[], Record<string, string>] {
  const common = { OTEL_SERVICE_NAME: 'payment', OTEL_PYTHON_DISABLED_INSTRUMENTATIONS: unneeded };
  const ways: Record<Variant, [string[], Record<string, string>]> = {
    without: [[], {}],
    with: [['opentelemetry-instrument'], { ...node, ...common }],
    // As its documentation has it, to the same agent; metrics and logs are none of ours either.
    distro: [
      ['opentelemetry-instrument'],
      {
        ...common,
        OTEL_EXPORTER_OTLP_ENDPOINT: node.OTEL_EXPORTER_OTLP_ENDPOINT ?? '',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_RESOURCE_ATTRIBUTES: `deployment.environment.name=${node.HARBOURLINE_ENVIRONMENT ?? ''}`,
        OTEL_SEMCONV_STABILITY_OPT_IN: node.OTEL_SEMCONV_STABILITY_OPT_IN ?? '',
      },
    ],
    // With the spans that the service makes by OpenTelemetry's interface; no feature beside tracing.
    datadog: [
      ['ddtrace-run'],
      {
        DD_SERVICE: 'payment',
        DD_TRACE_AGENT_URL: `http://${addresses.datadog}:${datadogPort}`,
        DD_TRACE_OTEL_ENABLED: 'true',
        DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
        DD_REMOTE_CONFIGURATION_ENABLED: 'false',
        DD_TRACE_STARTUP_LOGS: 'false',
      },
    ],
  };
  return ways[variant];
}

/** Takes whatever ddtrace sends. */
export function startDatadogAgent(cleanUp: CleanUp): Promise<void> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('Content-Type', 'application/json').end('{}'));
  });
  cleanUp.add(() => {
    server.close();
    server.closeAllConnections();
  });
  return new Promise((resolve, reject) =>
    server.on('error', reject).listen(datadogPort, addresses.datadog, () => resolve()),
  );
}

/** Microseconds of each span. */
export async function spanCosts(
  python: Python,
  tracer: Tracer,
  node: Readonly<Record<string, string>>,
  seconds: number,
): Promise<number[]> {
  const [launch, environment] = launcher(tracer, node);
  const script = join(__dirname, 'python_spans.py');
  const parts = [...launch, 'python', script, `${rates.spans}`, `${seconds}`];
  const { stdout } = await promisify(execFile)(join(python.bin, parts[0] as string), parts.slice(1), {
    env: { PATH: `${python.bin}:/usr/bin:/bin`, ...environment },
    maxBuffer: 1 << 24,
  });
  return (JSON.parse(stdout) as number[]).map((nanoseconds) => nanoseconds / 1000);
}

/** Starts the settlement service, and the payment service once for each variant, all on the first core. */
export async function startServices(
  python: Python,
  folder: string,
  node: Readonly<Record<string, string>>,
  cleanUp: CleanUp,
): Promise<Record<Variant, Service>> {
  const common = { PATH: `${python.bin}:/usr/bin:/bin`, PYTHONPATH: examples, PYTHONDONTWRITEBYTECODE: '1' };
  const start = async (name: string, address: string, port: number, command: string[], environment: object) => {
    const started = await startService({
      name,
      command: command[0] as string,
      arguments: command.slice(1),
      directory: folder,
      logFile: join(folder, `${name}.log`),
      healthUrl: `http://${address}:${port}/health`,
      environment: { ...common, ...environment },
    });
    cleanUp.add(started);
    return started;
  };
  const mainland = {
    SETTLEMENT_HOST: addresses.settlement,
    SETTLEMENT_SLOW_SHARE: '0',
    SETTLEMENT_DECLINED_SHARE: '0',
  };
  await start('settlement', addresses.settlement, 8080, ['python', '-m', 'settlement'], mainland);
  const services: Partial<Record<Variant, Service>> = {};
  for (const variant of variants) {
    const [launch, environment] = launcher(variant, node);
    const command = ['taskset', '--cpu-list', '0', ...launch, 'python', '-m', 'payment'];
    services[variant] = await start(`payment-${variant}`, payments[variant], 8000, command, {
      PAYMENT_HOST: payments[variant],
      PAYMENT_DATABASE_URL: `sqlite+aiosqlite:///${variant}.sqlite`,
      SETTLEMENT_URL: `http://${addresses.settlement}:8080`,
      ...environment,
    });
  }
  return services as Record<Variant, Service>;
}
