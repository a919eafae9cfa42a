/** A safe place on disk for documents that the store refuses for their content. */
import { accessSync, constants, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreDocument } from './documents';

/** A refused document and why. */
export interface DeadLetter extends StoreDocument {
  /** Type of the refusal, e.g. `mapper_parsing_exception`. A fixed word, safe in logs and metrics. */
  readonly type: string;
  /** The store's own words. They may quote values, so they go to the file alone. */
  readonly reason: string;
}

/** Days' files, and those that a replay has claimed. */
const fileName = /^dead-letters-(\d{4}-\d\d-\d\d)(?:\.replay-\d+(?:-\d+)?)?\.jsonl$/;

/** A line of a file: what {@link DeadLetters} writes and a replay reads. */
export interface DeadLetterLine {
  readonly time: string;
  readonly index: string;
  readonly id: string;
  readonly reason: string;
  readonly document: Readonly<Record<string, unknown>>;
}

export interface DeadLettersOptions {
  readonly now?: () => Date;
  /** Days after which a file is deleted: raw spans must not outlive their retention here. @default 7 */
  readonly days?: number;
  /** Bytes of all files together. @default 64 MiB */
  readonly maxBytes?: number;
}

/**
 * Appends dead letters to one file a day (UTC), `dead-letters-2026-08-01.jsonl`, mode 0600: one JSON object a line with
 * `time`, `index`, `id`, `reason` and `document`.
 */
export class DeadLetters {
  private last: Promise<unknown> = Promise.resolve();
  private readonly now: () => Date;
  private readonly days: number;
  private readonly maxBytes: number;

  /** @throws Error when `directory` cannot be made or written to. */
  constructor(
    private readonly directory: string,
    { now = () => new Date(), days = 7, maxBytes = 64 * 1024 * 1024 }: DeadLettersOptions = {},
  ) {
    this.now = now;
    this.days = days;
    this.maxBytes = maxBytes;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK);
    this.expire();
  }

  /** Deletes the files whose time is over. By name: a file that was read, packed or copied keeps its day. */
  expire(): void {
    const first = new Date(this.now().getTime() - (this.days - 1) * 86_400_000).toISOString().slice(0, 10);
    for (const name of readdirSync(this.directory)) {
      const day = fileName.exec(name)?.[1];
      if (day && day < first) rmSync(join(this.directory, name), { force: true });
    }
  }

  /**
   * Writes letters, one call at a time. Resolves when those that fit are on the disk (fsync), rejects when they are not.
   *
   * @returns those that do not fit, which are gone
   */
  write(letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]> {
    const written = this.last.then(() => this.append(letters));
    this.last = written.catch(() => {});
    return written;
  }

  private async append(letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]> {
    const time = this.now().toISOString();
    let room = this.maxBytes - this.bytes();
    const lines: string[] = [];
    const dropped = letters.filter(({ index, id, type, reason, source }) => {
      const head = JSON.stringify({ time, index, id, reason: `${type}: ${reason}` });
      const line = `${head.slice(0, -1)},"document":${source}}\n`;
      room -= Buffer.byteLength(line);
      if (room >= 0) lines.push(line);
      return room < 0;
    });
    if (lines.length > 0)
      await appendSafely(join(this.directory, `dead-letters-${time.slice(0, 10)}.jsonl`), lines.join(''));
    return dropped;
  }

  private bytes(): number {
    return readdirSync(this.directory)
      .filter((name) => fileName.test(name))
      .reduce((sum, name) => sum + statSync(join(this.directory, name)).size, 0);
  }
}

/**
 * Appends to a file and waits for the disk. A replay may rename the file at any moment: what was written to one that is
 * no longer there is written again, since nobody knows whether the replay has read it. Twice is harmless: ids are the same.
 */
export async function appendSafely(path: string, text: string): Promise<void> {
  for (;;) {
    const file = await open(path, 'a+', 0o600);
    let mine: number;
    try {
      const { size } = await file.stat();
      // Behind a line that was cut short by a full disk or a kill a new one begins, or both could not be read.
      const cut = size > 0 && (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] !== 10;
      await file.appendFile(cut ? `\n${text}` : text);
      await file.sync();
      mine = (await file.stat()).ino;
    } finally {
      await file.close();
    }
    // A new file is only safe when its directory's entry is.
    const directory = await open(join(path, '..'), 'r');
    await directory.sync().finally(() => directory.close());
    if ((await stat(path).catch(() => undefined))?.ino === mine) return;
  }
}
