/**
 * The two AWS APIs that collectors call, on loopback: CloudWatch Logs (metrics as embedded log events) and Cloud Map.
 * They check signatures and shapes, and count every request that AWS would have refused.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { dataPoints } from '../../judge/cloudwatch/embedded-metrics';
import { MetricStore } from '../../judge/cloudwatch/metric-store';
import { type RehearsalCredentials, signatureProblem } from './signature';

export interface AwsDoublesOptions {
  readonly address: string;
  readonly region: string;
  readonly credentials: RehearsalCredentials;
  /** The log group that exists, with its only writer's metrics. */
  readonly logGroup: string;
  readonly cloudMap: {
    readonly namespace: string;
    /** Addresses of the instances that are registered now, by service. */
    readonly services: Readonly<Record<string, () => readonly string[]>>;
  };
  /** Called with the text of each metric event that was taken. */
  readonly onMetricEvent?: (message: string) => void;
}

export interface AwsDoubles {
  readonly metrics: MetricStore;
  /** Why requests were refused, each once with its count. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Bytes of metric events received, as sent. */
  readonly metricBytes: () => number;
  /** The same, each request compressed by itself as the link's are: zstd. */
  readonly metricBytesCompressed: () => number;
  /** Environment variables that make AWS SDKs call the doubles. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

class Refusal extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

/** Starts both doubles on one port. */
export async function startAwsDoubles(options: AwsDoublesOptions): Promise<AwsDoubles> {
  const { region, credentials } = options;
  const metrics = new MetricStore();
  const refusals = new Map<string, number>();
  let metricBytes = 0;
  let metricBytesCompressed = 0;

  const logs = (operation: string, input: Record<string, unknown>): object => {
    if (operation === 'CreateLogStream' || operation === 'DescribeLogStreams') {
      requireLogGroup(input, options.logGroup);
      return operation === 'CreateLogStream' ? {} : { logStreams: [] };
    }
    if (operation !== 'PutLogEvents') throw new Refusal('AccessDeniedException', `the role may not ${operation}`);
    requireLogGroup(input, options.logGroup);
    const events = input.logEvents as { message: string }[];
    metricBytesCompressed += zstdCompressSync(events.map(({ message }) => message).join('\n')).length;
    for (const { message } of events) {
      metricBytes += Buffer.byteLength(message);
      metrics.add(dataPoints(message));
      options.onMetricEvent?.(message);
    }
    return { nextSequenceToken: '1' };
  };

  const cloudMap = (operation: string, input: Record<string, unknown>): object => {
    const { namespace, services } = options.cloudMap;
    const service = String(input.ServiceName);
    const instances = services[service];
    if (operation !== 'DiscoverInstances') throw new Refusal('AccessDeniedException', `the role may not ${operation}`);
    if (input.NamespaceName !== namespace || !instances) {
      throw new Refusal('ServiceNotFound', `no service ${service} in namespace ${input.NamespaceName}`);
    }
    return {
      Instances: instances().map((address) => ({
        InstanceId: address,
        NamespaceName: namespace,
        ServiceName: service,
        HealthStatus: 'HEALTHY',
        Attributes: { AWS_INSTANCE_IPV4: address },
      })),
      InstancesRevision: 1,
    };
  };

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const body = await read(request);
    // A proxied request carries the whole URL: Cloud Map's data plane puts `data-` before its host name.
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const [prefix = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
    const service = prefix.startsWith('Logs_')
      ? 'logs'
      : prefix.startsWith('Route53AutoNaming_')
        ? 'servicediscovery'
        : '';
    try {
      if (!service)
        throw new Refusal('UnknownOperationException', `no such API: ${prefix || `${request.method} ${url}`}`);
      const problem = await signatureProblem(
        { method: request.method ?? '', path: `${url.pathname}${url.search}`, headers: request.headers, body },
        { service, region, credentials },
      );
      if (problem) throw new Refusal('InvalidSignatureException', problem);
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      const input = JSON.parse(plain.toString()) as Record<string, unknown>;
      return { status: 200, body: service === 'logs' ? logs(operation, input) : cloudMap(operation, input) };
    } catch (error) {
      const { message } = error as Error;
      refusals.set(`${service || prefix}: ${message}`, (refusals.get(`${service || prefix}: ${message}`) ?? 0) + 1);
      return {
        status: 400,
        body: { __type: error instanceof Refusal ? error.type : 'InvalidParameterException', message },
      };
    }
  };

  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body)),
      () => response.destroy(),
    );
  });
  const port = await listen(server, options.address);
  const url = `http://${options.address}:${port}`;
  return {
    metrics,
    refusals,
    metricBytes: () => metricBytes,
    metricBytesCompressed: () => metricBytesCompressed,
    environment: {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: url,
      // The SDK prefixes this host with `data-`, and no such name resolves here: it goes through the proxy, which is us.
      AWS_ENDPOINT_URL_SERVICEDISCOVERY: 'http://servicediscovery.invalid',
      HTTP_PROXY: url,
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function requireLogGroup({ logGroupName }: Record<string, unknown>, expected: string): void {
  if (logGroupName !== expected) throw new Refusal('ResourceNotFoundException', `no log group ${logGroupName}`);
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const listen = (server: Server, address: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, () => resolve((server.address() as AddressInfo).port));
  });
