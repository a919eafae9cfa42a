import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Documents whose sections commands write, with what stands above them. */
const heads = {
  performance: '# Performance\n\nWritten by the commands that are named: `npm run <name>` measures again.\n',
  compliance: '# Compliance\n\nWritten by the commands that are named: `npm run <name>` looks again.\n',
} as const;
type Page = keyof typeof heads;

const fileOf = (page: Page): string => join(__dirname, '..', '..', 'docs', `${page}.md`);
const marksOf = (command: string) => [`<!-- ${command} -->`, `<!-- /${command} -->`] as const;

/** Replaces what one command wrote, and leaves what others did. */
export function writeSection(command: string, text: string, page: Page = 'performance'): void {
  const [from, to] = marksOf(command);
  const section = `${from}\n## \`npm run ${command}\`\n\n${text}\n${to}`;
  const known = existsSync(fileOf(page)) ? readFileSync(fileOf(page), 'utf8') : heads[page];
  const [start, end] = [known.indexOf(from), known.indexOf(to)];
  const whole =
    start >= 0 && end > start
      ? known.slice(0, start) + section + known.slice(end + to.length)
      : `${known.trimEnd()}\n\n${section}\n`;
  writeFileSync(fileOf(page), whole);
}

/** What a command wrote, '' where it has not yet. */
export function readSection(command: string, page: Page = 'performance'): string {
  const [from, to] = marksOf(command);
  const known = existsSync(fileOf(page)) ? readFileSync(fileOf(page), 'utf8') : '';
  return known.includes(from) ? (known.split(from, 2)[1]?.split(to, 1)[0] ?? '') : '';
}
