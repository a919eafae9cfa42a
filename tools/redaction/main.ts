/** `npm run redaction`: what redaction finds of a corpus, by kind and by encoding. See `--help`. */
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';

const module = join(__dirname, '../../lib/collector/distribution/redactionprocessor');

const help = `Prints what the collectors' redaction finds: recall by kind and by encoding, false positives.

npm run redaction [-- OPTION…]
  --corpus FILE   lines of verdict (kill or keep), kind, value and text, with tabs between. Without: the committed corpus,
                  lines kept back while rules were made, and lines that are made by the thousand
  --seed N        makes other lines: none of them was looked at when the rules were written
  --misses        prints each value that came through, and each text that was masked without cause
  --speed         prints the time for a byte of texts that are made to take long, from 1 KiB to 16 MiB, instead
  --help          this text
Needs Go. Exit code 1 where recall is below 95 % or false positives above 2 %.
`;

command(help, () => {
  const { values } = parseArgs({
    options: {
      corpus: { type: 'string' },
      seed: { type: 'string' },
      misses: { type: 'boolean', default: false },
      speed: { type: 'boolean', default: false },
    },
  });
  const go = (...parameters: string[]): number => {
    try {
      execFileSync('go', ['test', '-count=1', ...parameters], { cwd: module, stdio: 'inherit' });
      return 0;
    } catch {
      return 1;
    }
  };
  if (values.speed) return go('-run', '^$', '-bench', 'BySize', '-benchtime', '1x', '.');
  return go(
    '-v',
    '-run',
    values.corpus ? '^TestCorpus$' : 'Corpus$',
    '.',
    '-args',
    ...(values.corpus ? ['-corpus', resolve(values.corpus)] : []),
    ...(values.seed ? ['-seed', values.seed] : []),
    ...(values.misses ? ['-misses'] : []),
  );
});
