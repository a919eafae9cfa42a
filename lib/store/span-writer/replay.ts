/** `main.js replay PATH…`: stores dead letters again, after what refused them was fixed. */
import { existsSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@opensearch-project/opensearch';
import { spanAlias } from '../../contract/indices';
import { storeClient, storeSettingsFromEnv } from '../client';
import { storeDocuments, TryLater } from './bulk';
import { appendSafely, type DeadLetterLine } from './dead-letters';

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
  const free = files.filter((file) => {
    const by = holderOf(file);
    if (by !== undefined) say(`${file}: process ${by} is replaying it`);
    return by === undefined;
  });
  for (const file of free) {
    const content = unlessGone(() => readFileSync(file));
    if (content) lettersOf(file, content, say);
  }
  const total = { stored: 0, defused: 0, dead: 0 };
  for (const file of free) {
    const replayed = await replayFile(client, file);
    if (!replayed) {
      say(`${file}: another replay has taken it`);
      continue;
    }
    const { stored, defused, dead } = replayed;
    total.stored += stored;
    total.defused += defused;
    total.dead += dead;
    say(`${file}: ${stored} stored, ${defused} of them defused; ${dead} refused again`);
  }
  say(`${total.stored} stored, ${total.dead} left`);
  return total;
}

/** Files that this process replays. */
const mine = new Set<string>();
const claim = /\.replay-(\d+)(?:-\d+)?\.jsonl$/;

/** The process that is replaying a file. What one has left that was killed is anybody's. */
function holderOf(file: string): number | undefined {
  const pid = Number(claim.exec(file)?.[1] ?? 0);
  if (pid === process.pid) return mine.has(file) ? pid : undefined;
  const command = pid > 0 ? unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) : undefined;
  return command?.includes('replay') ? pid : undefined;
}

/** What is done with a file, unless somebody else has taken it meanwhile. */
function unlessGone<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(`${(error as NodeJS.ErrnoException).code}`)) return undefined;
    throw error;
  }
}

/**
 * One file. It gets a name of this replay's first, so that whatever a writer adds meanwhile goes to a file of its own, or is
 * read here before the file goes. The name is no other replay's, also not that of one with the same process id.
 *
 * @returns nothing, where another replay was first
 */
async function replayFile(client: Client, file: string): Promise<Replayed | undefined> {
  const home = file.replace(claim, '.jsonl');
  const claimed = home.replace(/\.jsonl$/, `.replay-${process.pid}-${process.hrtime.bigint()}.jsonl`);
  mine.add(claimed);
  try {
    const taken = unlessGone(() => {
      renameSync(file, claimed);
      return true;
    });
    return taken ? await replayClaimed(client, claimed, home) : undefined;
  } finally {
    mine.delete(claimed);
  }
}

async function replayClaimed(client: Client, claimed: string, home: string): Promise<Replayed> {
  const total = { stored: 0, defused: 0, dead: 0 };
  const left: DeadLetterLine[] = [];
  try {
    let read = 0;
    for (let content = readFileSync(claimed); content.length > read; content = readFileSync(claimed)) {
      // A writer that had the file open may be in the middle of a line.
      const upTo = content.lastIndexOf(10) + 1;
      if (upTo <= read) break;
      const lines = lettersOf(claimed, content.subarray(read, upTo));
      read = upTo;
      const { defused, refused } = await storeLetters(client, lines);
      const again = new Set(refused);
      left.push(...lines.filter((line) => again.has(line)));
      total.stored += lines.length - refused.length;
      total.defused += defused;
      total.dead += refused.length;
    }
  } catch (error) {
    putBack(claimed, home);
    throw error;
  }
  if (left.length > 0) await appendSafely(home, left.map((line) => `${JSON.stringify(line)}\n`).join(''));
  rmSync(claimed);
  return total;
}

/** By index: a letter goes to the index that its span was meant for, and is deleted with it. */
async function storeLetters(
  client: Client,
  lines: readonly DeadLetterLine[],
): Promise<{ defused: number; refused: DeadLetterLine[] }> {
  // A span without an id of its own cannot be stored, whatever was fixed.
  const refused = lines.filter(({ reason }) => reason.startsWith('invalid_id'));
  let defused = 0;
  for (const index of new Set(lines.map((line) => line.index))) {
    const sound = lines.filter((line) => line.index === index && !refused.includes(line));
    const documents = sound.map(({ id, document }) => ({ index, id, source: JSON.stringify(document) }));
    try {
      const done = await storeDocuments(client, documents, bulkBytes, { onBulk: () => {} });
      const dead = new Set(done.dead.map(({ id }) => id));
      refused.push(...sound.filter(({ id }) => dead.has(id)));
      defused += done.defused.length;
    } catch (error) {
      // Its index was deleted: so would the span be. The file keeps the letter until its own day.
      if (!(error instanceof TryLater && index !== spanAlias && /^40[34]_/.test(error.reason))) throw error;
      refused.push(...sound);
    }
  }
  return { defused, refused };
}

/** How a line begins that a writer wrote. */
const beginning = '{"time":"';

/** Lines that a writer could not write to their end (a full disk, a kill) hold nothing: it said no, and their spans came again. */
function lettersOf(file: string, content: Buffer, say: (line: string) => void = () => {}): DeadLetterLine[] {
  return content
    .toString('utf8')
    .split('\n')
    .filter(Boolean)
    .flatMap((line, at) => {
      try {
        const letter = JSON.parse(line) as DeadLetterLine;
        if (typeof letter.index === 'string' && typeof letter.id === 'string' && letter.document) return [letter];
      } catch {
        if (line.startsWith(beginning)) {
          say(`${file}:${at + 1} was cut short while it was written: its span was sent again, and is left out`);
          return [];
        }
      }
      throw new Error(`${file}:${at + 1} is no dead letter. Nothing was sent.`);
    });
}

/** Under its own name again, unless there is a new file of that name: then the next replay finds both. */
function putBack(claimed: string, home: string): void {
  try {
    linkSync(claimed, home);
    rmSync(claimed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
