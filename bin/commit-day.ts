import { execFileSync } from 'node:child_process';

/**
 * Day of the commit that is checked out, as `2027-06-30`: dates of the configuration are judged by it. Where there is no git, as in an
 * unpacked archive, today.
 */
export function commitDay(folder: string): string {
  try {
    return execFileSync('git', ['-C', folder, 'show', '-s', '--format=%cs', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return new Date().toISOString().slice(0, 10);
  }
}
