/** Command lines of documents that start with npm: each runs at night as it stands there, or it says here why not. */
import { documentedBlocks } from '../shell/scripts';

/** What does not run as it stands. */
const elsewhere: readonly (readonly [line: RegExp, because: string])[] = [
  [/…|<\w|\$\w|\b[A-Z]{3,}\b/, 'it has a place for a value of the reader'],
  [/^npm ci/, '.ci/run'],
  [/^npm run (preflight|smoke) -- --env \w+$/, "needs an account of AWS; its tests answer in AWS's place"],
  [/ --via | --half /, "needs a deployed store; its tests answer in AWS's place"],
  [/ --keep$/, 'runs until it is ended; .ci/trace runs it'],
  [/^npm run trace/, '.ci/trace, with the id of a trace that is there'],
  [/^npm run preview$/, 'needs a rehearsal before it: among the commands it has one'],
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
  const lines = documentedBlocks()
    .map(({ at, text }) => ({ page: at.replace(/:\d+$/, ''), text }))
    // The Chinese pages have the same blocks.
    .filter(({ page }) => /^(docs\/)?[\w-]+\.md$/.test(page))
    .flatMap(({ page, text }) => text.split('\n').map((line) => ({ page, run: line.replace(/\s+#.*$/, '').trim() })))
    .filter(({ run }) => /^npm (ci|run|test)\b/.test(run));
  const once = lines.filter(({ run }, at) => lines.findIndex((other) => other.run === run) === at);
  return once.map(({ page, run }) => {
    const because = elsewhere.find(([line]) => line.test(run))?.[1];
    return { page, run, ...(because ? { because } : {}) };
  });
}

/** Reasons that no line of {@link documentedLines} needs any more. */
export const stale = (lines: readonly Line[]): string[] =>
  elsewhere.filter(([line]) => !lines.some(({ run }) => line.test(run))).map(([line]) => `${line}`);
