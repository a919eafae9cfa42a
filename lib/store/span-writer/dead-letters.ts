/** A safe place on disk for documents that the store refuses for their content. */
import { accessSync, constants, mkdirSync } from 'node:fs';
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
  ) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK);
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
