/** Runs what will be deployed on this machine, under load, and judges it. Reads from top to bottom as the line does. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EnvironmentConfig } from '../config/schema';
import { issueCertificates } from '../lib/collect/certificates.issue';
import { collectorBinary, hostTarget } from '../lib/collect/distribution/build';
import { ports } from '../lib/collect/ports';
import { applyDocuments } from '../lib/store/apply-documents';
import { storeClient } from '../lib/store/client';
import { startAwsDoubles } from './aws/doubles';
import { countedSpans, judge } from './checks';
import { addresses, startCollector, startSpanWriter } from './collectors';
import { drive } from './driver/drive';
import { allDocuments, attemptAsWriter, type StoredSpan } from './evidence';
import { Line } from './line/line';
import { prepareOpenSearch, startOpenSearch } from './opensearch-node/node';
import type { Line as ReportLine } from './report';
import { assertFree, claim, runFolder } from './run-folder';
import { readLedger } from './services/ledger';
import { startServices } from './services/services';
import { preparePython } from './services/venv';
import { synthesise } from './synthesised';

export interface RehearsalOptions {
  readonly config: EnvironmentConfig;
  /** Payments a second. */
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly seed: number;
  /** Called when everything was judged and still runs; the rehearsal ends when it resolves. */
  readonly whileUp?: (where: readonly string[]) => Promise<void>;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export interface RehearsalResult {
  readonly lines: readonly ReportLine[];
  /** Seconds by phase, in order. */
  readonly phases: ReadonlyMap<string, number>;
  /** Folder with logs; it is gone where all went well. */
  readonly folder: string;
}

/** Addresses by which the two sides know each other: names in requests, never packets. */
const sides = { hongKong: '10.10.0.10', mainlandHost: 15 } as const;
const servicePorts = { payment: 8000, settlement: 8080 } as const;
const storePort = 9200;
const users = { master: 'bootstrap', writer: 'writer' } as const;

/** Runs a rehearsal. Whatever happens, it leaves no process behind. @throws Error that says what could not be started */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalResult> {
  const { config, signal, progress } = options;
  const cleanUp: (() => unknown)[] = [];
  const phases = new Map<string, number>();
  const phase = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const start = performance.now();
    progress(name);
    try {
      return await work();
    } finally {
      phases.set(name, (performance.now() - start) / 1000);
    }
  };
  let cleanStop = true;
  const stopping = (service: { stop(): Promise<unknown> }) => {
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= service.stop().then((clean) => {
        if (clean === false) cleanStop = false;
      });
      return stopped;
    };
    cleanUp.push(stop);
    return stop;
  };

  cleanUp.push(claim());
  const folder = runFolder();
  try {
    await assertFree(endpoints);
    const synthesised = await phase('synthesising', async () => synthesise(config));
    cleanUp.push(synthesised.dispose);
    const [binary, python, node] = await phase('preparing collector, Python and OpenSearch', () =>
      Promise.all([collectorBinary(hostTarget(), progress), preparePython(progress), prepareOpenSearch(progress)]),
    );

    const passwords = { master: randomBytes(18).toString('base64url'), writer: randomBytes(18).toString('base64url') };
    const [mainlandPrefix = ''] = config.mainland.prefixes;
    const mainlandAddress = mainlandPrefix.replace(/\d+\/\d+$/, `${sides.mainlandHost}`);

    const up = await phase('starting', async () => {
      const aws = await startAwsDoubles({
        address: addresses.aws,
        region: config.region,
        credentials: { accessKeyId: 'REHEARSAL', secretAccessKey: randomBytes(30).toString('base64') },
        logGroup: synthesised.metricLogGroup,
        cloudMap: { ...synthesised.cloudMap, instances: () => addresses.samplers },
      });
      stopping(aws);
      const line = await Line.open({
        host: addresses.line,
        routes: {
          [`${mainlandAddress}:${servicePorts.settlement}`]: {
            direction: 'hk-cn',
            target: { host: addresses.settlement, port: servicePorts.settlement },
            callerAddress: sides.hongKong,
          },
          [`${sides.hongKong}:${servicePorts.payment}`]: {
            direction: 'cn-hk',
            target: { host: addresses.payment, port: servicePorts.payment },
            callerAddress: mainlandAddress,
          },
        },
      });
      cleanUp.push(() => line.close());

      const store = await startOpenSearch(node, {
        directory: join(folder, 'store'),
        address: addresses.store,
        port: storePort,
        users: [
          { name: users.master, password: passwords.master, backendRoles: [synthesised.roles.master] },
          { name: users.writer, password: passwords.writer, backendRoles: [synthesised.roles.writer] },
        ],
      });
      stopping(store);
      progress('store is up; applying the documents');
      const settings = (name: keyof typeof passwords) => ({
        endpoint: store.endpoint,
        auth: { kind: 'basic', username: users[name], password: passwords[name] } as const,
        caFile: store.caFile,
      });
      const master = storeClient(settings('master'));
      await applyDocuments(master, synthesised.documents, {
        log: () => {},
        // The registries have no index-management plugin for this node: the policy is checked by shape only.
        skip: Object.keys(synthesised.documents).filter((id) => id.startsWith('retention-policy/')),
      });

      const certificates = await issueCertificates({ tiers: synthesised.tierNames, now: new Date() });
      const passwordFile = join(folder, 'writer.password');
      writeFileSync(passwordFile, passwords.writer, { mode: 0o600 });
      const samplers = addresses.samplers.map((address, index) => ({ address, name: `sampler-${index + 1}` }));
      for (const { name, address } of samplers) {
        const writer = `span-writer-${name.at(-1)}`;
        mkdirSync(join(folder, writer), { recursive: true });
        stopping(
          await startSpanWriter({
            name: writer,
            directory: folder,
            address,
            synthesised,
            store: { endpoint: store.endpoint, caFile: store.caFile, username: users.writer, passwordFile },
          }),
        );
      }
      const collector = (
        name: string,
        address: string,
        tier: 'gateway' | 'sampler',
        extra: Record<string, string> = {},
      ) =>
        startCollector({
          name,
          binary,
          directory: folder,
          address,
          tier: synthesised[tier],
          certificate: certificates[tier]!,
          environment: { ...aws.environment, ...extra },
        }).then(stopping);
      for (const { name, address } of samplers) await collector(name, address, 'sampler');
      await collector('gateway', addresses.gateway, 'gateway');
      stopping(
        await startCollector({
          name: 'agent',
          binary,
          directory: folder,
          address: addresses.agent,
          tier: { configuration: synthesised.agent, environment: {} },
          certificate: { ...certificates.gateway!, key: '', certificate: '' },
          environment: { GATEWAY_ENDPOINT: `${addresses.gateway}:${ports.otlpGrpc}` },
        }),
      );
      const services = await startServices({
        python,
        directory: folder,
        addresses: { payment: addresses.payment, settlement: addresses.settlement },
        ports: servicePorts,
        agentEndpoint: `http://${addresses.agent}:${ports.otlpGrpc}`,
        environment: config.environment,
        lineProxy: line.url,
        mainlandAddress,
        hongKongAddress: sides.hongKong,
        careless: true,
        settlement: { seed: options.seed },
      });
      return { aws, line, master, settings, services, stopServices: stopping(services) };
    });

    const payments = await phase(`paying: ${options.ratePerSecond} a second for ${options.seconds} seconds`, () =>
      drive({
        target: up.services.paymentUrl,
        ratePerSecond: options.ratePerSecond,
        seconds: options.seconds,
        seed: options.seed,
        signal,
        onProgress: ({ sent, answered, total }) =>
          progress(`paid ${answered} of ${total}${sent > answered ? `, ${sent - answered} waiting` : ''}`),
      }),
    );
    const { ledger, spans, edges } = await phase('waiting until nothing moves any more', async () => {
      // Services hand over their last spans when they stop; a collector would tell the same story a few seconds later.
      await up.stopServices();
      const ledger = readLedger(up.services.ledgerFile);
      await until(() => countedSpans(up.aws.metrics, config.environment) >= ledger.length, 60, signal);
      const wait = config.sampling.decisionWaitSeconds;
      const spans = await settled(() => allDocuments<StoredSpan>(up.master, 'otel-v1-apm-span'), wait + 3, signal);
      return { ledger, spans, edges: await allDocuments<object>(up.master, 'otel-v1-apm-service-map') };
    });

    const attempts = await attemptAsWriter(storeClient(up.settings('writer')), spans[0]);
    const deadLetters = deadLettersIn(folder);
    if (options.whileUp) {
      await options.whileUp([
        `store        ${up.settings('master').endpoint}  user ${users.master}, password ${passwords.master}, CA ${up.settings('master').caFile}`,
        `collectors   http://${addresses.gateway}:${ports.telemetry}/metrics and the same on ${[addresses.agent, ...addresses.samplers].join(', ')}`,
        `logs         ${folder}`,
      ]);
    }
    await phase('stopping', () => stopAll(cleanUp));
    const lines = judge(
      {
        synthesised,
        mainlandPrefixes: config.mainland.prefixes,
        payments,
        driveSeconds: options.seconds,
        ledger,
        aws: up.aws,
        spans,
        edges,
        deadLetters,
        crossed: up.line.record,
        attempts,
        cleanStop,
      },
      config.environment,
    );
    if (lines.every(({ ok }) => ok !== false)) rmSync(folder, { recursive: true, force: true });
    return { lines, phases, folder };
  } catch (error) {
    if (signal.aborted) rmSync(folder, { recursive: true, force: true });
    else (error as Error).message += `\nLogs and configurations: ${folder}`;
    throw error;
  } finally {
    await stopAll(cleanUp);
  }
}

/** Everything that listens at a fixed place. */
const endpoints = [
  ...[addresses.agent, addresses.gateway, ...addresses.samplers].flatMap((address) => [
    { name: 'collector, OTLP', address, port: ports.otlpGrpc },
    { name: 'collector, health', address, port: ports.health },
    { name: 'collector, metrics', address, port: ports.telemetry },
  ]),
  ...addresses.samplers.map((address) => ({ name: 'span writer', address, port: ports.spanWriter })),
  { name: 'OpenSearch', address: addresses.store, port: storePort },
  { name: 'payment service', address: addresses.payment, port: servicePorts.payment },
  { name: 'settlement service', address: addresses.settlement, port: servicePorts.settlement },
];

/** Stops what was started last first, each once; goes on where one cannot be stopped. */
async function stopAll(cleanUp: (() => unknown)[]): Promise<void> {
  for (let stop = cleanUp.pop(); stop; stop = cleanUp.pop()) {
    try {
      await stop();
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`);
    }
  }
}

/** Waits for a condition, at most so long: what has not come by then is judged as it is. */
async function until(condition: () => boolean, seconds: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!condition() && performance.now() < deadline) await sleep(200, undefined, { signal });
}

/** Reads until `seconds` have passed without a change. */
async function settled<T>(read: () => Promise<T[]>, seconds: number, signal: AbortSignal): Promise<T[]> {
  let documents = await read();
  let since = performance.now();
  while (performance.now() - since < seconds * 1000) {
    await sleep(1000, undefined, { signal });
    const now = await read();
    if (now.length !== documents.length) since = performance.now();
    documents = now;
  }
  return documents;
}

function deadLettersIn(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name, 'dead-letters'))
    .filter(existsSync)
    .flatMap((directory) => readdirSync(directory).map((file) => readFileSync(join(directory, file), 'utf8')))
    .flatMap((text) => text.split('\n').filter(Boolean));
}
