/** The writer in a process of its own, in front of a sink without TLS: its client is made here, nothing else differs. */
import { mkdtempSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@opensearch-project/opensearch';
import { WriterServer } from '../../lib/store/span-writer/server';

const mebibyte = 1024 * 1024;
const writer = new WriterServer({
  settings: {
    deadLetterDirectory: mkdtempSync(join(tmpdir(), 'harbourline-null-')),
    deadLetterDays: 7,
    maxBodyBytes: 16 * mebibyte,
    maxInFlight: 8,
    maxBytesInFlight: 32 * mebibyte,
    bulkBytes: 8 * mebibyte,
    deadLetterMaxBytes: 64 * mebibyte,
  },
  client: new Client({ node: process.argv[2] ?? '' }),
  log: () => {},
});
writer.server.listen(0, '127.0.0.1', () => console.log((writer.server.address() as AddressInfo).port));
