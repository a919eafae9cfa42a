/**
 * The span writer: runs beside each sampler, takes OTLP/HTTP on loopback, writes OpenSearch documents, and answers when
 * they are stored.
 */
import type { AddressInfo } from 'node:net';
import { storeClient } from '../client';
import { publishMetrics } from './publish';
import { replay } from './replay';
import { type Log, WriterServer } from './server';
import { writerSettingsFromEnv } from './settings';

/** A bulk request takes up to 30 s (the client's timeout); systemd kills after 90. */
const graceMs = 35_000;

const log: Log = (level, message, fields = {}) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
};

function main(): void {
  const settings = writerSettingsFromEnv(process.env);
  const writer = new WriterServer({ settings, client: storeClient(settings.store), log });
  const stopPublishing = settings.metricsEndpoint
    ? publishMetrics(writer.metrics, settings.metricsEndpoint)
    : async () => {};
  writer.server.listen(settings.port, settings.host, () => {
    const { address, port } = writer.server.address() as AddressInfo;
    log('info', 'listening', { address, port });
  });
  writer.server.on('error', (error) => {
    log('error', 'cannot listen', { reason: error.message });
    process.exit(1);
  });
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log('info', 'stopping', { signal });
    await writer.stop(graceMs);
    await stopPublishing();
    log('info', 'stopped');
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

const fail = (error: unknown): void => {
  log('error', (error as Error).message);
  process.exitCode = 1;
};

const [command, ...rest] = process.argv.slice(2);
if (command === 'replay') replay(rest, process.env, console.log).catch(fail);
else if (command !== undefined)
  fail(new Error(`There is no command ${command}. Without one the writer serves; replay PATH… stores dead letters.`));
else {
  try {
    main();
  } catch (error) {
    fail(error);
  }
}
