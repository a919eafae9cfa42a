import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Decision {
  readonly file: string;
  readonly number: number;
  readonly title: string;
  /** `accepted`, or what else stands first behind `Status:`. */
  readonly status: string;
  /** What it says of others, as written: `Replaces the wait of [ADR 1](…)`. */
  readonly others: string;
}

/** Decisions of a folder by number. @throws Error where one has no title or no status */
export function decisions(folder: string): Decision[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}-.*\.md$/.test(file))
    .sort()
    .map((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const title = /^# (\d{4}): (.+)$/m.exec(text);
      const status = /^Status: ([a-z]+)(?:, [\d-]+)?[.;]? *(.*)$/m.exec(text);
      if (!title || !status) throw new Error(`docs/adr/${file} lacks "# 0000: title" or "Status: accepted".`);
      return {
        file,
        number: Number(title[1]),
        title: title[2] as string,
        status: status[1] as string,
        others: status[2] as string,
      };
    });
}

/** The index: a row for each, with what it says of others and which later ones say something of it. */
export function decisionIndex(all: readonly Decision[]): string {
  const rows = all.map((own) => {
    const later = all.filter((other) => other.others.includes(`](${own.file})`));
    const changed = later.map(({ number, file }) => `changed by [${number}](${file})`);
    return `| ${own.number} | [${own.title}](${own.file}) | ${own.status} | ${[own.others, ...changed].filter(Boolean).join('; ')} |`;
  });
  return ['| | decision | status | others |', '|---|---|---|---|', ...rows, ''].join('\n');
}
