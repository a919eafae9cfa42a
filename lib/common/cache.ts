import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Folder outside the repository for what is costly to make and safe to delete (binaries, artifacts, virtual
 * environments): `$XDG_CACHE_HOME/harbourline/<part>`, by default under `~/.cache`.
 */
export function cacheDirectory(part: string): string {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'harbourline', part);
  mkdirSync(folder, { recursive: true });
  return folder;
}
