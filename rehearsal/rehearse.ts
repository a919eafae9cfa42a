/** Runs what will be deployed on this machine, under load, and judges it. Reads from top to bottom as the line does. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EnvironmentConfig } from '../config/schema';
import { CleanUp } from '../harness/clean-up';
import { prepareOpenSearch } from '../harness/opensearch-node/node';
import { preparePython } from '../harness/python/environment';
import { holds } from '../harness/wait';
import { collectorBinary, hostTarget } from '../lib/collector/distribution/build';
import { judged } from './inconclusive';
import type { Evidence, StoredSpan } from './judge/evidence';
import { afterStop, judge } from './judge/judge';
import { count, type Row, verdict } from './judge/report';
import { countedSpans } from './judge/spans';
import { saveTraces, tracesOf } from './recorded-traces';
import { recordingOf, saveRecording } from './recording';
import { type Allowance, nothing, type Scenario } from './scenarios/scenario';
import { endpoints } from './stage/addresses';
import { drive } from './stage/driver/drive';
import { watchMachine } from './stage/machine';
import { assertFree, claim, runFolder } from './stage/run-folder';
import { readLedger } from './stage/services/ledger';
import { Stage } from './stage/stage';
import { allDocuments, attemptAsWriter } from './stage/store-queries';
import { synthesise } from './stage/synthesised';

export interface RehearsalOptions {
  readonly config: EnvironmentConfig;
  /** What happens while payments are made. */
  readonly scenario: Scenario;
  /** Payments a second. */
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly seed: number;
  /** Called when everything was judged and still runs, with what was judged and where to look; the rehearsal ends when it resolves. */
  readonly whileUp?: (rows: readonly Row[], where: readonly string[]) => Promise<void>;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

type Progress = (line: string) => void;

export interface RehearsalResult {
  readonly rows: readonly Row[];
  /** Seconds by phase, in order. */
  readonly phases: ReadonlyMap<string, number>;
  /** Folder with logs; it is gone where all went well. */
  readonly folder: string;
}

/** Builds and fetches what is not in the cache yet: the only step that needs the network. */
export async function prepare(progress: (line: string) => void) {
  const [binary, python, node] = await Promise.all([
    collectorBinary(hostTarget(), progress),
    preparePython(progress),
    prepareOpenSearch(progress),
  ]);
  return { binary, python, node };
}

/** Runs a rehearsal. Whatever happens, it leaves no process behind. @throws Error that says what could not be started */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalResult> {
  const { scenario, signal, progress } = options;
  const config = (await scenario.configure?.(options.config)) ?? options.config;
  const cleanUp = new CleanUp();
  const phases = new Map<string, number>();
  const phase = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const start = performance.now();
    progress(name);
    const load = watchMachine();
    try {
      return await work();
    } catch (error) {
      throw judged(error, name, load.stop());
    } finally {
      load.stop();
      phases.set(name, (performance.now() - start) / 1000);
    }
  };

  cleanUp.add(claim());
  const folder = runFolder();
  try {
    await assertFree(endpoints);
    const synthesised = await phase('synthesising', async () => {
      const whole = synthesise(config);
      cleanUp.add(whole.dispose);
      if (scenario.distance) return whole;
      // Without a far end aggregates would only wait: Hong Kong runs by itself then, and is judged as it is deployed.
      const alone = synthesise({ ...config, link: undefined });
      cleanUp.add(alone.dispose);
      return { ...alone, alarms: whole.alarms, dashboards: whole.dashboards };
    });
    const prepared = await phase('preparing collector, Python and OpenSearch', () => prepare(progress));
    const stage = await phase('starting', () =>
      Stage.open({
        config,
        synthesised,
        ...prepared,
        folder,
        seed: options.seed,
        cleanUp,
        progress,
        ...(scenario.distance ? { distance: scenario.distance } : {}),
        ...(scenario.breakerSeconds ? { breakerSeconds: scenario.breakerSeconds } : {}),
      }),
    );

    const { payments, allowance, drive, machine } = await phase(
      `paying: ${options.ratePerSecond} a second for ${options.seconds} seconds`,
      () => payWhile(stage, options),
    );
    const { ledger, spans, edges } = await phase('waiting until nothing moves any more', async () => {
      // Services hand over their last spans when they stop; a collector would tell the same story a few seconds later.
      if (!(await stage.services.stop())) cleanUp.clean = false;
      const ledger = [...readLedger(stage.services.ledgerFile), ...(allowance.made ?? [])];
      const expected = ledger.length - allowance.notCounted.atMost;
      const counted = () => countedSpans(stage.aws.metrics, config.environment);
      // What has not come by then is judged as it is.
      if (!(await holds(() => counted() >= expected, 60, signal))) {
        progress(`waited 60 s until ${count(expected)} spans were counted; there are ${count(counted())}`);
      }
      const quiet = config.sampling.decisionWaitSeconds + 5;
      const spans = await settled(() => allDocuments<StoredSpan>(stage.client('master'), 'otel-v1-apm-span'), {
        seconds: quiet,
        atMost: 20 * quiet,
        signal,
        progress,
      });
      return { ledger, spans, edges: await allDocuments<object>(stage.client('master'), 'otel-v1-apm-service-map') };
    });

    const attempts = await attemptAsWriter(stage.client('writer'), spans[0]);
    const deadLetters = deadLettersIn(folder);
    const evidence = (cleanStop?: boolean): Evidence => ({
      config,
      deployed: synthesised,
      drive,
      driveSeconds: options.seconds,
      payments,
      ledger,
      metrics: stage.aws.metrics,
      metricBytes: stage.aws.metricBytes(),
      metricBytesCompressed: stage.aws.metricBytesCompressed(),
      refusals: stage.aws.refusals,
      spans,
      edges,
      deadLetters,
      crossed: stage.line.record,
      attempts,
      machine,
      ...(cleanStop === undefined ? {} : { cleanStop }),
      allowance,
      expectedAlarms: scenario.alarms,
    });
    const judgedWith = (cleanStop?: boolean): Row[] => {
      const found = evidence(cleanStop);
      saveRecording(recordingOf(found, scenario.name));
      saveTraces(config.environment, scenario.name, tracesOf(ledger));
      return judge(found);
    };
    const stop = () => phase('stopping', () => cleanUp.run());
    const { whileUp } = options;
    let rows: Row[];
    if (whileUp) {
      stage.share();
      const stored = new Set(spans.map(({ traceId }) => traceId));
      const [slowest] = payments
        .filter(({ traceId }) => traceId && stored.has(traceId))
        .sort((one, other) => other.latencyMs - one.latencyMs);
      const kept = judgedWith();
      await whileUp(kept, stage.whereToLook(slowest?.traceId));
      await stop();
      rows = afterStop(kept, cleanUp.clean);
    } else {
      await stop();
      rows = judgedWith(cleanUp.clean);
    }
    if (verdict(rows) === 'passed') rmSync(folder, { recursive: true, force: true });
    return { rows, phases, folder };
  } catch (error) {
    if (signal.aborted) rmSync(folder, { recursive: true, force: true });
    else (error as Error).message += `\nLogs and configurations: ${folder}`;
    throw error;
  } finally {
    await cleanUp.run();
  }
}

/** Pays, and lets the scenario happen meanwhile. What it does not finish in time is waited for. */
async function payWhile(stage: Stage, { scenario, ratePerSecond, seconds, seed, signal, progress }: RehearsalOptions) {
  const start = performance.now();
  const from = Date.now();
  const failed = new AbortController();
  const watch = {
    seconds,
    signal,
    progress,
    at: (share: number) =>
      sleep(Math.max(0, share * seconds * 1000 - (performance.now() - start)), undefined, { signal }),
  };
  const happening: Promise<Allowance> = (scenario.during?.(stage, watch) ?? Promise.resolve(nothing)).catch((error) => {
    failed.abort(error);
    throw error;
  });
  const load = watchMachine();
  const driven = drive({
    target: stage.services.paymentUrl,
    ratePerSecond,
    seconds,
    seed,
    signal: AbortSignal.any([signal, failed.signal]),
    onProgress: ({ sent, answered, total }) =>
      progress(`paid ${answered} of ${total}${sent > answered ? `, ${sent - answered} waiting` : ''}`),
  });
  const paid = driven.finally(() => load.stop());
  const [payments, allowance] = await Promise.all([paid, happening]);
  return { payments, allowance, drive: { from, until: Date.now() }, machine: load.stop() };
}

/** Reads until `seconds` have passed without a change, or `atMost` in all: what comes after it is not judged. */
async function settled<T>(
  read: () => Promise<T[]>,
  { seconds, atMost, signal, progress }: { seconds: number; atMost: number; signal: AbortSignal; progress: Progress },
): Promise<T[]> {
  const start = performance.now();
  let documents = await read();
  let since = performance.now();
  while (performance.now() - since < seconds * 1000) {
    if (performance.now() - start > atMost * 1000) {
      progress(`waited ${atMost} s for ${seconds} s without a new document; there are ${count(documents.length)}`);
      break;
    }
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
