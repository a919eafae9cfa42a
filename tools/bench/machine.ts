/** What a benchmark was measured on, and how busy others kept it meanwhile. */
import { arch, cpus, release, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchMachine } from '../../rehearsal/stage/machine';

/** What others may use of the machine's processors before figures say more of them than of us, in per cent. */
export const mostOfOthersPercent = 10;

/** Watches from now on. @returns ends that, and says what others used of all processors meanwhile, in per cent */
export function watchOthers(): () => number {
  const { stop } = watchMachine();
  const start = Date.now();
  return () => {
    let before = start;
    let used = 0;
    for (const { at, othersPercent } of stop()) {
      used += othersPercent * (at - before);
      before = at;
    }
    return used / Math.max(1, before - start);
  };
}

/** What others use of all processors just now, in per cent. */
export async function othersNow(seconds = 4): Promise<number> {
  const stop = watchOthers();
  await sleep(seconds * 1000);
  return stop();
}

/** Processors, memory, kernel, Node. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.replace(/\s+/g, ' ').trim() || arch();
  return `${cpus().length} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release().split('-')[0]}, Node ${process.versions.node}`;
}
