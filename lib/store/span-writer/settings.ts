/** Settings of the span writer, from environment variables only. */
import { isIPv4 } from 'node:net';
import { type StoreSettings, storeSettingsFromEnv } from '../client';

/** Every variable that the span writer reads; those from `STORE_ENDPOINT` on are read by {@link storeSettingsFromEnv}. */
export const writerVariables = [
  'WRITER_LISTEN',
  'DEAD_LETTER_DIR',
  'WRITER_MAX_BODY_BYTES',
  'WRITER_MAX_IN_FLIGHT',
  'WRITER_MAX_BYTES_IN_FLIGHT',
  'WRITER_METRICS_ENDPOINT',
  'DEAD_LETTER_DAYS',
  'DEAD_LETTER_MAX_BYTES',
  'WRITER_BULK_BYTES',
  'STORE_ENDPOINT',
  'STORE_AUTH',
  'AWS_REGION',
  'STORE_USERNAME',
  'STORE_PASSWORD_FILE',
  'STORE_CA_FILE',
] as const;

export interface WriterSettings {
  /** Loopback address. @default 127.0.0.1 */
  readonly host: string;
  /** 0 takes any free one. @default 4418 */
  readonly port: number;
  /** Folder of the dead letters. Made if it is not there. */
  readonly deadLetterDirectory: string;
  /**
   * Bytes of a request, packed and unpacked. The collector drops what is refused for its size, so it is what the exporter
   * sends at most: 50,000 spans of 2.6 KB. @default 128 MiB, outside the heap
   */
  readonly maxBodyBytes: number;
  /** Requests at once: each is in memory, packed and decoded. @default 8: twice the collector's consumers */
  readonly maxInFlight: number;
  /**
   * Bytes of all requests at once, unpacked: a request that does not fit is sent back, one alone always fits. A byte
   * takes several in memory until it is stored. @default 32 MiB, for a heap of 512 MiB
   */
  readonly maxBytesInFlight: number;
  /** Where its own metrics go every minute, OTLP/HTTP: the receiver of the collector beside it. @default nowhere */
  readonly metricsEndpoint?: string;
  /** Days that dead letters stay on the disk. @default 7: with 7 more in the bucket they stay no longer than spans */
  readonly deadLetterDays: number;
  /** Bytes of all dead letters on the disk: what is beyond is counted and gone. @default 64 MiB */
  readonly deadLetterMaxBytes: number;
  /** Bytes of a bulk body. @default 8 MiB: a domain's limit may be 10 MiB, depending on its instance type */
  readonly bulkBytes: number;
  readonly store: StoreSettings;
}

const mebibyte = 1024 * 1024;

/**
 * Reads {@link WriterSettings}: `WRITER_LISTEN` (`127.0.0.1:4418`), `DEAD_LETTER_DIR` (required),
 * and the others of {@link writerVariables}; the store's by what {@link storeSettingsFromEnv} reads.
 *
 * @throws Error that lists every problem, not just the first.
 */
export function writerSettingsFromEnv(env: Readonly<Record<string, string | undefined>>): WriterSettings {
  const problems: string[] = [];
  const amount = (name: (typeof writerVariables)[number], otherwise: number): number => {
    const value = Number(env[name] || otherwise);
    if (!Number.isSafeInteger(value) || value < 1) problems.push(`${name} is ${env[name]}: use a whole number from 1`);
    return value;
  };

  const listen = env.WRITER_LISTEN || '127.0.0.1:4418';
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(listen) ?? [];
  if (!isIPv4(host) || Number(port) > 65_535) {
    problems.push(`WRITER_LISTEN is ${listen}: use an IPv4 address and a port, e.g. 127.0.0.1:4418`);
  } else if (!host.startsWith('127.')) {
    problems.push(`WRITER_LISTEN is ${listen}: the writer trusts who can reach it, so only 127.0.0.0/8 is allowed`);
  }
  if (!env.DEAD_LETTER_DIR) {
    problems.push('DEAD_LETTER_DIR is not set: the folder for documents that the store refuses for their content');
  }
  const settings = {
    host,
    port: Number(port),
    deadLetterDirectory: env.DEAD_LETTER_DIR ?? '',
    maxBodyBytes: amount('WRITER_MAX_BODY_BYTES', 128 * mebibyte),
    maxInFlight: amount('WRITER_MAX_IN_FLIGHT', 8),
    maxBytesInFlight: amount('WRITER_MAX_BYTES_IN_FLIGHT', 32 * mebibyte),
    deadLetterDays: amount('DEAD_LETTER_DAYS', 7),
    deadLetterMaxBytes: amount('DEAD_LETTER_MAX_BYTES', 64 * mebibyte),
    ...(env.WRITER_METRICS_ENDPOINT ? { metricsEndpoint: env.WRITER_METRICS_ENDPOINT } : {}),
    bulkBytes: amount('WRITER_BULK_BYTES', 8 * mebibyte),
  };
  let store: StoreSettings | undefined;
  try {
    store = storeSettingsFromEnv(env);
  } catch (error) {
    problems.push((error as Error).message);
  }
  if (problems.length > 0 || !store) {
    throw new Error(`The span writer cannot start as configured:\n- ${problems.join('\n- ')}`);
  }
  return { ...settings, store };
}
