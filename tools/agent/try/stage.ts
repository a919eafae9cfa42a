/** What an agent needs around it, on this machine: a gateway that admits it by its certificate, and AWS's answers. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { EnvironmentConfig } from '../../../config/schema';
import { tierName } from '../../../config/tier-names';
import { CleanUp } from '../../../harness/clean-up';
import { startCollector } from '../../../harness/collectors';
import type { Service } from '../../../harness/process';
import { waitFor } from '../../../harness/wait';
import { extensions, serverTls, service } from '../../../lib/collector/blocks/components';
import { env, renderConfiguration, variables } from '../../../lib/collector/blocks/render';
import { ports } from '../../../lib/contract/ports';
import { issueCertificates, type TierCertificate } from '../../../lib/machine/certificates.issue';

/** Loopback addresses, in a network of our own. */
export const addresses = { agent: '127.0.0.1', gateway: '127.0.0.2', aws: '127.0.0.3' } as const;
export const gatewayEndpoint = `${addresses.gateway}:${ports.otlpGrpc}`;
export const awsEndpoint = `http://${addresses.aws}:8080`;
export const secrets = {
  certificate: 'arn:aws:secretsmanager:ap-east-1:111111111111:secret:agent-a1B2c3',
  pseudonyms: 'arn:aws:secretsmanager:ap-east-1:111111111111:secret:pseudonyms-a1B2c3',
} as const;

export class TryStage {
  /** Secrets that were asked for. */
  readonly asked: string[] = [];
  /** Ends what was started. */
  readonly cleanUp = new CleanUp();
  private gateway?: Service;

  private constructor(
    readonly config: EnvironmentConfig,
    private readonly binary: string,
    readonly folder: string,
    private readonly certificates: Record<string, TierCertificate>,
  ) {}

  static async open(config: EnvironmentConfig, binary: string, folder: string): Promise<TryStage> {
    mkdirSync(folder, { recursive: true });
    const { environment } = config;
    const tiers = { agent: [tierName('agent', environment)], gateway: [tierName('gateway', environment)] };
    const stage = new TryStage(config, binary, folder, await issueCertificates({ tiers, now: new Date() }));
    await stage.answerForAws();
    stage.cleanUp.add(() => stage.stopGateway());
    await stage.startGateway();
    return stage;
  }

  /** The secret of the agents' certificate, as text. */
  get certificateSecret(): string {
    return JSON.stringify(this.certificates.agent);
  }

  /** Starts the gateway: a collector that takes mutual TLS as a gateway does, and keeps what it gets in a file. */
  async startGateway(): Promise<void> {
    const exporter = (name: string) => ({ path: join(this.folder, `${name}.json`), append: true });
    const configuration = renderConfiguration({
      extensions: extensions(env(variables.loopback)),
      receivers: { otlp: { protocols: { grpc: { endpoint: gatewayEndpoint, tls: serverTls } } } },
      exporters: { 'file/traces': exporter('traces'), 'file/metrics': exporter('metrics') },
      service: service({
        traces: { receivers: ['otlp'], exporters: ['file/traces'] },
        metrics: { receivers: ['otlp'], exporters: ['file/metrics'] },
      }),
    });
    this.gateway = await startCollector({
      name: 'gateway',
      binary: this.binary,
      directory: this.folder,
      address: addresses.gateway,
      tier: { configuration, environment: {}, drain: {} },
      certificate: this.certificates.gateway!,
    });
  }

  async stopGateway(): Promise<void> {
    await this.gateway?.stop();
  }

  /** Secrets Manager, for a program that signs as it should. */
  private answerForAws(): Promise<void> {
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const signed = /^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? '');
      const { SecretId: id } = JSON.parse(body || '{}') as { SecretId?: string };
      const value = { [secrets.certificate]: this.certificateSecret, [secrets.pseudonyms]: 'k'.repeat(64) }[id ?? ''];
      if (!signed || value === undefined) return response.writeHead(400).end('{"__type":"AccessDeniedException"}');
      this.asked.push(id ?? '');
      return response.end(JSON.stringify({ SecretString: value }));
    });
    this.cleanUp.add(() => {
      server.closeAllConnections();
      server.close();
    });
    return new Promise((resolve) => server.listen(8080, addresses.aws, resolve));
  }

  /** A service's span goes to the agent. @returns whether the agent took it */
  async send(name: string, environment = this.config.environment, attributes: Record<string, string> = {}) {
    const attribute = ([key, value]: readonly [string, string]) => ({ key, value: { stringValue: value } });
    const now = BigInt(Date.now()) * 1_000_000n;
    const span = {
      traceId: randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      name,
      kind: 2,
      startTimeUnixNano: `${now}`,
      endTimeUnixNano: `${now + 1_000_000n}`,
      attributes: Object.entries(attributes).map(attribute),
    };
    const resource = {
      attributes: Object.entries({ 'service.name': 'tried', 'deployment.environment.name': environment }).map(
        attribute,
      ),
    };
    const { ok } = await fetch(`http://${addresses.agent}:${ports.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }),
      signal: AbortSignal.timeout(10_000),
    });
    return ok;
  }

  /** All that reached the gateway, as text. */
  arrived(what: 'traces' | 'metrics' = 'traces'): string {
    const file = join(this.folder, `${what}.json`);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Waits until something is at the gateway. @throws Error with what was seen last */
  awaitArrival(text: string, what: 'traces' | 'metrics' = 'traces'): Promise<void> {
    return waitFor(`${text} to reach the gateway`, () => this.arrived(what).includes(text) || 'not there', 180, 250);
  }

  awaitHealthy(): Promise<void> {
    return waitFor(
      'the agent to be healthy',
      async () => (await fetch(`http://${addresses.agent}:${ports.health}/`)).ok,
      180,
      250,
    );
  }
}

/** What every agent must do, whatever it runs in: it takes spans, masks values, and drops what is of another environment. */
export async function judgeAgent(stage: TryStage, name: string): Promise<void> {
  const card = '4111111111111111';
  await waitFor(
    `the agent to take ${name}`,
    () => stage.send(name, undefined, { 'http.route': `/pay/${card}` }),
    60,
    500,
  );
  await stage.send(`${name}-foreign`, 'another');
  await stage.send(`${name}-last`);
  await stage.awaitArrival(`${name}-last`);
  const arrived = stage.arrived();
  if (!arrived.includes(`"${name}"`)) throw new Error(`The span ${name} did not arrive.`);
  if (arrived.includes(card)) throw new Error('A card number reached the gateway.');
  if (arrived.includes(`${name}-foreign`)) throw new Error('A span of another environment reached the gateway.');
}
