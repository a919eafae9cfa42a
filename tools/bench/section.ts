import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(__dirname, '..', '..', 'docs', 'performance.md');
const head = '# Performance\n\nWritten by the commands that are named: `npm run <name>` measures again.\n';

/** Replaces what one command wrote, and leaves what others did. */
export function writeSection(command: string, text: string): void {
  const [from, to] = [`<!-- ${command} -->`, `<!-- /${command} -->`];
  const section = `${from}\n## \`npm run ${command}\`\n\n${text}\n${to}`;
  const known = existsSync(file) ? readFileSync(file, 'utf8') : head;
  const [start, end] = [known.indexOf(from), known.indexOf(to)];
  const whole =
    start >= 0 && end > start
      ? known.slice(0, start) + section + known.slice(end + to.length)
      : `${known.trimEnd()}\n\n${section}\n`;
  writeFileSync(file, whole);
}
