/** `npm run scale`: see `--help`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { coded, Refusal, refused } from '../../config/refused';
import { command } from '../command';
import { renewedSection } from '../compliance/sections';
import { curves } from './draw';
import { first, type Step, spansAtLimit, usesOf } from './model';

const help = `Says which limit a load meets first and what takes over, from the figures of the benchmarks.

npm run scale                                   the steps of docs/scale.md, as a table
npm run scale -- --spans-per-second N --services N [--zones 2|3]    every limit of one load
  --write   writes docs/scale.md and its picture
  --check   exit code 1 where they are not what this makes
  --help    this text
`;

const docs = join(__dirname, '..', '..', 'docs');
const loads = [100, 1_000, 10_000, 100_000, 1_000_000] as const;
const serviceCounts = [10, 100, 1_000, 5_000] as const;

const number = (value: number): string =>
  (value >= 10 ? Math.round(value) : Number(value.toPrecision(2))).toLocaleString('en-US');
const percent = (share: number): string => `${number(100 * share)} %`;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** For each load and number of services: the limit that it is closest to. */
function overview(zones: number): string {
  const heads = ['spans a second', ...serviceCounts.map((services) => `${number(services)} services`)];
  const rows = loads.map((spansPerSecond) => [
    number(spansPerSecond),
    ...serviceCounts.map((services) => {
      const { limit, share } = first({ spansPerSecond, services, zones });
      return share > 1 ? `**${limit}, ${percent(share)}**` : `${limit}, ${percent(share)}`;
    }),
  ]);
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
}

/** Every limit of a load. */
function limits(step: Step): string {
  const rows = usesOf(step).map(({ limit, needed, most, unit, source, takesOver }) => [
    limit,
    `${number(needed)} of ${number(most)} ${unit}`,
    percent(needed / most),
    spansAtLimit(limit, step.zones) === undefined ? 'not by load' : number(spansAtLimit(limit, step.zones) ?? 0),
    source,
    takesOver,
  ]);
  const heads = ['limit', 'needed', 'share', 'met at spans a second', 'where the limit comes from', 'then'];
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
}

const stepOf = (spans: string, services: string, zones: string): Step => {
  const problems = [
    ['--spans-per-second', spans, 1, 10_000_000],
    ['--services', services, 1, 100_000],
    ['--zones', zones, 2, 3],
  ].filter(
    ([, value, least, most]) =>
      !/^\d+$/.test(`${value}`) || Number(value) < Number(least) || Number(value) > Number(most),
  );
  if (problems.length > 0)
    throw new Refusal(
      problems.map(([option, value, least, most]) =>
        coded('HL-SCALE-001', `${option} ${value}: use a whole number from ${least} to ${most}.`),
      ),
    );
  return { spansPerSecond: Number(spans), services: Number(services), zones: Number(zones) };
};

const typical: Step = { spansPerSecond: 100_000, services: 100, zones: 3 };

/** The page with its generated half renewed. */
const page = (text: string): string =>
  renewedSection(
    'docs/scale.md',
    text,
    'npm run scale',
    `The limit that each load is closest to, in three zones; bold where it is beyond.

${overview(3)}

Every limit at ${number(typical.spansPerSecond)} spans a second, ${number(typical.services)} services:

${limits(typical)}`,
  );

command(help, () => {
  const { values } = parseArgs({
    options: {
      'spans-per-second': { type: 'string' },
      services: { type: 'string' },
      zones: { type: 'string', default: '3' },
      write: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
  });
  if (values.write || values.check) {
    const made = new Map([
      ['scale.md', page(readFileSync(join(docs, 'scale.md'), 'utf8'))],
      [
        'images/scale.svg',
        curves([100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000], { services: 100, zones: 3 }),
      ],
    ]);
    for (const [file, text] of made) {
      if (values.write) writeFileSync(join(docs, file), text);
      else if (readFileSync(join(docs, file), 'utf8') !== text)
        throw new Error(`docs/${file} is not what npm run scale makes: run npm run scale -- --write and commit.`);
    }
    return;
  }
  const { 'spans-per-second': spans, services, zones } = values;
  if ((spans === undefined) !== (services === undefined))
    throw refused(
      'HL-SCALE-002',
      'A load is spans and services together: give both --spans-per-second and --services, or neither.',
    );
  console.log(
    spans === undefined ? overview(stepOf('1', '1', zones).zones) : limits(stepOf(spans, services ?? '', zones)),
  );
});
