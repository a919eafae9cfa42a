/** `npm run words`: see `--help`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { type Counts, gradeOf } from './grade';
import { docs, texts } from './texts';

const root = join(__dirname, '..', '..');
const help = `Checks the words of documents, alarms, error messages, help texts and settings by Vale, with the rules in tools/words/styles.

npm run words [-- options]
  --figures   instead: words and reading grade of the README and of the ten longest pages
  --help      this text

Exit code 1 where a rule of level "error" is broken. Warnings are printed only.
`;

/** Folders whose literals people read. */
const spoken = ['config', 'lib', 'tools', 'rehearsal', 'judges', 'harness'];

const listed = (...patterns: string[]): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter(Boolean);

/** English pages. Decisions are records of their day, and what is generated is checked where it is made. */
const pages = (): string[] =>
  listed('*.md').filter(
    (file) =>
      !/^(?:docs\/adr\/|docs\/compliance\.md|zh\/)|\.zh\.md$|^docs\/glossary\.md$|^docs\/style\.md$|^review\//.test(
        file,
      ),
  );

const vale = (...args: string[]) =>
  spawnSync('go', ['tool', 'vale', '--config', join(__dirname, 'vale.ini'), ...args], {
    cwd: __dirname,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });

interface Finding {
  readonly Line: number;
  readonly Check: string;
  readonly Message: string;
  readonly Severity: 'error' | 'warning' | 'suggestion';
}

function findings(): number {
  const copies = mkdtempSync(join(tmpdir(), 'harbourline-words-'));
  try {
    for (const file of listed(...spoken.map((folder) => `${folder}/*.ts`))) {
      const copy = join(copies, `${file}.md`);
      mkdirSync(dirname(copy), { recursive: true });
      const source = readFileSync(join(root, file), 'utf8');
      writeFileSync(copy, texts(source));
      // Whoever writes a configuration reads what the editor shows of its settings.
      if (/^config\/.*schema\.ts$/.test(file)) writeFileSync(copy.replace(/\.md$/, '.docs.md'), docs(source));
    }
    const { stdout, stderr, status } = vale(
      '--output=JSON',
      '--no-exit',
      ...pages().map((file) => join(root, file)),
      copies,
    );
    if (status !== 0) throw new Error(`Vale could not run: ${stderr || stdout}`);
    let errors = 0;
    for (const [file, found] of Object.entries(JSON.parse(stdout) as Record<string, Finding[]>)) {
      const own = file.startsWith(copies)
        ? relative(copies, file).replace(/(?:\.docs)?\.md$/, '')
        : relative(root, file);
      for (const { Line, Message, Severity } of found) {
        if (Severity === 'error') errors++;
        console.log(`${own}:${Line}: ${Severity === 'error' ? '' : `(${Severity}) `}${Message}`);
      }
    }
    console.log(errors === 0 ? 'No errors.' : `${errors} errors.`);
    return errors > 0 ? 1 : 0;
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
}

function figures(): void {
  const rows = pages().map((file) => {
    const { stdout } = vale('ls-metrics', join(root, file));
    const counts = JSON.parse(stdout) as Counts;
    return {
      page: file,
      words: counts.words ?? 0,
      'reading grade': counts.words ? Number(gradeOf(counts).toFixed(1)) : 0,
    };
  });
  const longest = rows.filter(({ page }) => page !== 'README.md').sort((one, other) => other.words - one.words);
  console.table([...rows.filter(({ page }) => page === 'README.md'), ...longest.slice(0, 10)]);
}

command(help, () => {
  const { values } = parseArgs({ options: { figures: { type: 'boolean', default: false } } });
  return values.figures ? figures() : findings();
});
