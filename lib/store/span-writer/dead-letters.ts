/** A safe place on disk for documents that the store refuses for their content. */
import { accessSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreDocument } from './documents';

/** A refused document and why. */
export interface DeadLetter extends StoreDocument {
  /** Type of the refusal, e.g. `mapper_parsing_exception`. A fixed word, safe in logs and metrics. */
  readonly type: string;
  /** The store's own words. They may quote values, so they go to the file alone. */
  readonly reason: string;
}

const fileName = /^dead-letters-(\d{4}-\d\d-\d\d)\.jsonl$/;

/** A line of a file: what {@link DeadLetters} writes and a replay reads. */
export interface DeadLetterLine {
  readonly time: string;
  readonly index: string;
  readonly id: string;
  readonly reason: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/**
 * Appends dead letters to one file a day (UTC), `dead-letters-2026-08-01.jsonl`, mode 0600: one JSON object a line with
 * `time`, `index`, `id`, `reason` and `document`.
 */
export class DeadLetters {
  private last: Promise<void> = Promise.resolve();

  /** @throws Error when `directory` cannot be made or written to. */
  constructor(
    private readonly directory: string,
    private readonly now: () => Date = () => new Date(),
    /** Days after which a file is deleted: raw spans must not outlive their retention here. */
    private readonly days: number = 7,
  ) {
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

  /** Resolves when all of `letters` are on the disk (fsync), rejects when they are not. One write at a time. */
  write(letters: readonly DeadLetter[]): Promise<void> {
    const written = this.last.then(() => this.append(letters));
    this.last = written.catch(() => {});
    return written;
  }

  private async append(letters: readonly DeadLetter[]): Promise<void> {
    const time = this.now().toISOString();
    const lines = letters.map(({ index, id, type, reason, source }) => {
      const head = JSON.stringify({ time, index, id, reason: `${type}: ${reason}` });
      return `${head.slice(0, -1)},"document":${source}}\n`;
    });
    const path = join(this.directory, `dead-letters-${time.slice(0, 10)}.jsonl`);
    const file = await open(path, 'a', 0o600);
    try {
      await file.appendFile(lines.join(''));
      await file.sync();
    } finally {
      await file.close();
    }
    // A new file is only safe when its directory's entry is.
    const directory = await open(this.directory, 'r');
    await directory.sync().finally(() => directory.close());
  }
}
