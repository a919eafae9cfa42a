/** `main.js replay PATH…`: stores dead letters again, after what refused them was mended. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@opensearch-project/opensearch';
import { storeClient, storeSettingsFromEnv } from '../client';
import { storeDocuments } from './bulk';
import type { DeadLetterLine } from './dead-letters';

const bulkBytes = 8 * 1024 * 1024;

/** What became of the letters. */
export interface Replayed {
  readonly stored: number;
  /** Of those stored: with their attributes in one text. */
  readonly defused: number;
  /** Refused again: they stay in their file. */
  readonly dead: number;
}

/**
 * Stores the letters of files, or of all files in folders. A file keeps what was refused again and goes when nothing is
 * left; nothing is removed before the store has it. Safe to repeat: ids are made from the content.
 *
 * @throws Error that names what is no file of dead letters, before anything is sent; TryLater where the store does not
 *   take it now
 */
export async function replay(
  paths: readonly string[],
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
  client: Client = storeClient(storeSettingsFromEnv(env)),
): Promise<Replayed> {
  const missing = paths.filter((path) => !existsSync(path));
  if (paths.length === 0 || missing.length > 0) {
    throw new Error(
      `replay PATH…: files of dead letters, or folders of them${missing.length > 0 ? `. There is no ${missing.join(', ')}` : ''}`,
    );
  }
  const files = paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => name.endsWith('.jsonl'))
          .map((name) => join(path, name))
      : [path],
  );
  const letters = new Map(files.map((file) => [file, read(file)]));
  const total = { stored: 0, defused: 0, dead: 0 };
  for (const [file, lines] of letters) {
    // A span without an id of its own cannot be stored, whatever was mended.
    const sound = lines.filter(({ reason }) => !reason.startsWith('invalid_id'));
    const documents = sound.map(({ index, id, document }) => ({ index, id, source: JSON.stringify(document) }));
    const { defused, dead } = await storeDocuments(client, documents, bulkBytes, () => {});
    const refused = new Set(dead.map(({ id }) => id));
    const left = lines.filter((line) => !sound.includes(line) || refused.has(line.id));
    keep(file, left);
    total.stored += lines.length - left.length;
    total.defused += defused.length;
    total.dead += left.length;
    say(
      `${file}: ${lines.length - left.length} stored, ${defused.length} of them defused; ${left.length} refused again`,
    );
  }
  say(`${total.stored} stored, ${total.dead} left`);
  return total;
}

function read(file: string): DeadLetterLine[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line, at) => {
      try {
        const letter = JSON.parse(line) as DeadLetterLine;
        if (typeof letter.index === 'string' && typeof letter.id === 'string' && letter.document) return letter;
      } catch {
        // told below
      }
      throw new Error(`${file}:${at + 1} is no dead letter. Nothing was sent.`);
    });
}

/** Whole or not at all: the new file takes the old one's place. */
function keep(file: string, lines: readonly DeadLetterLine[]): void {
  if (lines.length === 0) {
    rmSync(file);
    return;
  }
  writeFileSync(`${file}.new`, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
