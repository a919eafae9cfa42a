/** What all benchmarks have in common: a quick run, a verdict, and that a busy machine writes no figures. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { command } from '../command';
import { describeMachine, mostOfOthersPercent, othersNow, watchOthers } from './machine';
import { writeSection } from './section';

/** As a rehearsal that cannot tell: EX_TEMPFAIL of sysexits.h, try again. */
const tooBusy = 75;

/** What a benchmark found. */
export interface Measured {
  /** Section of docs/performance.md. */
  readonly text: string;
  /** Aims that were missed and that a slow machine is no excuse for. @default none */
  readonly wrong?: readonly string[];
  /** Aims that were missed, of which a short run or a slow machine says little: a quick run only tells. @default none */
  readonly missed?: readonly string[];
  /** Writes more than the section, where that is due. */
  readonly write?: () => void;
}

export interface BenchmarkProps {
  /** Its npm script. */
  readonly name: string;
  /** What it measures, and how long that takes. */
  readonly about: string;
  /** Its figures are no speeds: they are the same on a busy machine. @default false */
  readonly whateverOthersDo?: boolean;
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  /** Lines of `--help` of these options. */
  readonly optionsHelp?: string;
}

/**
 * Runs a benchmark as a command. Exit code 1 where an aim is missed; 75 where others kept the machine busy: figures are shown
 * and not written.
 */
export function benchmark(
  { name, about, whateverOthersDo = false, options, optionsHelp = '' }: BenchmarkProps,
  measure: (quick: boolean, values: Readonly<Record<string, unknown>>) => Promise<Measured>,
): void {
  const unless = `, unless other programs used more than ${mostOfOthersPercent} % of the processors meanwhile`;
  const help = `${about}
Figures go to docs/performance.md${whateverOthersDo ? '' : unless}.

npm run ${name} [-- options]
  --quick  measure little, judge, write nothing: shows that it works
${optionsHelp}  --help   this text

Exit code 1 where an aim is missed, ${tooBusy} where the machine was too busy to say.
`;
  command(help, async () => {
    const values: Readonly<Record<string, unknown>> = parseArgs({
      options: { ...options, quick: { type: 'boolean', default: false } },
    }).values;
    const quick = values.quick === true;
    const busy = quick || whateverOthersDo ? 0 : await othersNow();
    if (busy > mostOfOthersPercent) {
      console.log(`Not measured: others use ${busy.toFixed(0)} % of this machine (at most ${mostOfOthersPercent} %).`);
      return tooBusy;
    }
    const stop = watchOthers();
    let others = 0;
    const {
      text,
      wrong = [],
      missed = [],
      write,
    } = await measure(quick, values).finally(() => {
      others = stop(); // what watches keeps the process
    });
    const section = `${text}\n\nMeasured on ${describeMachine()}; others used ${others.toFixed(0)} % of the processors meanwhile.`;
    console.log(`\n${section}\n`);
    for (const aim of [...wrong, ...missed]) console.log(`Missed: ${aim}`);
    if (wrong.length > 0) return 1;
    if (quick) {
      console.log(
        `Quick: measured and judged (${missed.length} aims missed, of which so little says little); nothing written.`,
      );
      return 0;
    }
    if (others > mostOfOthersPercent && !whateverOthersDo) {
      console.log(
        `Not written: others used ${others.toFixed(0)} % of this machine (at most ${mostOfOthersPercent} %).`,
      );
      return tooBusy;
    }
    writeSection(name, section);
    write?.();
    return missed.length > 0 ? 1 : 0;
  });
}
