/**
 * The span writer: runs beside each sampler, takes OTLP/HTTP on loopback, writes OpenSearch documents, and answers when
 * they are stored.
 */
import type { AddressInfo } from 'node:net';
import { storeClient } from '../client';
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
    log('info', 'stopped');
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

try {
  main();
} catch (error) {
  log('error', (error as Error).message);
  process.exitCode = 1;
}
