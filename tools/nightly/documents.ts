/** Command lines of documents that start with npm: each runs at night as it stands there, or it says here why not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, tracked } from '../shell/scripts';

/** What does not run as it stands. */
const elsewhere: readonly (readonly [line: RegExp, because: string])[] = [
  [/…|<\w|\$\w|\b[A-Z]{3,}\b/, 'it has a place for a value of the reader'],
  [/^npm ci/, '.ci/run'],
  [/^npm run (preflight|smoke) -- --env \w+$/, "needs an account of AWS; its tests answer in AWS's place"],
  [/ --via | --half /, "needs a deployed store; its tests answer in AWS's place"],
  [/ --keep$/, 'runs until it is ended; .ci/trace runs it'],
  [/^npm run trace/, '.ci/trace, with the id of a trace that is there'],
  [/^npm run rehearse -- --deploy/, 'a job of its own at night: deployment'],
  [/ --base main$/, '.ci/run, in a pull request'],
];

/** A line of a document. */
interface Line {
  readonly page: string;
  readonly run: string;
  /** Why it does not run at night as it stands. */
  readonly because?: string;
}

/** Every line that starts with npm in a shell block of a document, once each. */
export function documentedLines(): Line[] {
  const pages = tracked('*.md').filter((file) => /^(docs\/)?[\w-]+\.md$/.test(file));
  const lines = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)]
      .flatMap(([, block = '']) => block.split('\n'))
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => /^npm (ci|run|test)\b/.test(line))
      .map((run) => ({ page, run })),
  );
  const once = lines.filter(({ run }, at) => lines.findIndex((other) => other.run === run) === at);
  return once.map(({ page, run }) => {
    const because = elsewhere.find(([line]) => line.test(run))?.[1];
    return { page, run, ...(because ? { because } : {}) };
  });
}

/** Those of {@link elsewhere} that no document needs any more. */
export const stale = (): string[] =>
  elsewhere.filter(([line]) => !documentedLines().some(({ run }) => line.test(run))).map(([line]) => `${line}`);
