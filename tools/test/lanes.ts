/** Runs parts beside each other: what one prints is kept together. */
import { messageOf } from '../../harness/message';
import type { Count, Part } from './part';

export interface Done extends Count {
  readonly title: string;
  readonly seconds: number;
}

/**
 * Runs each lane's parts one after another, all lanes at once.
 *
 * @param live title of the part whose output is shown as it comes; that of others is shown when they have ended
 */
export async function runLanes(
  lanes: readonly (readonly Part[])[],
  live: string | undefined,
  write: (text: string) => void = (text) => process.stdout.write(text),
): Promise<Done[]> {
  const results = await Promise.all(
    lanes.map(async (parts) => {
      const done: Done[] = [];
      for (const { title, run } of parts) {
        const started = performance.now();
        let kept = '';
        if (title === live) write(`\n── ${title}\n`);
        const print = (text: string): void => {
          if (title === live) write(text);
          else kept += text;
        };
        // What it needs could not be prepared: other parts need not that.
        const count = await run(print).catch((error: Error) => {
          print(`${messageOf(error)}\n`);
          return { passed: 0, failed: 1, skipped: [] };
        });
        const seconds = (performance.now() - started) / 1000;
        if (title !== live) write(`\n── ${title}\n${kept}`);
        done.push({ ...count, title, seconds });
      }
      return done;
    }),
  );
  return results.flat();
}
