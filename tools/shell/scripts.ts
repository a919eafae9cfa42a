/** The shell of this repository: scripts, and blocks of documents. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '..', '..');

/** Files under version control, from the root; those that are gone from the working tree are left out. */
export const tracked = (...patterns: string[]): string[] =>
  execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...patterns], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file && existsSync(join(root, file)));

/** Scripts, by their name or by their first line. */
export const shellFiles = (): string[] =>
  tracked().filter(
    (file) =>
      file.endsWith('.sh') ||
      (!/\.\w+$/.test(file) && /^#!.*\b(ba)?sh\b/.test(readFileSync(join(root, file), 'utf8').slice(0, 80))),
  );

/** A shell block of a document. */
export interface Block {
  /** `docs/link.md:13`, the line of its first command. */
  readonly at: string;
  readonly text: string;
}

/** Shell blocks of a document, without the indentation that they have in a list. */
function shellBlocks(file: string, text: string): Block[] {
  return [...text.matchAll(/^([ ]*)```(?:sh|bash|shell)\n(.*?)^\1```/gms)].map(
    ([, indent = '', body = ''], index, all) => ({
      at: `${file}:${text.slice(0, all[index]?.index).split('\n').length + 1}`,
      text: body
        .split('\n')
        .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
        .join('\n'),
    }),
  );
}

/** Shell blocks of all documents. */
export const documentedBlocks = (): Block[] =>
  tracked('*.md').flatMap((file) => shellBlocks(file, readFileSync(join(root, file), 'utf8')));
