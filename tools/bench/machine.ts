/** What a benchmark was measured on, and how busy others kept it meanwhile. */
import { readdirSync, readFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, ticksASecond } from './proc-stat';

/** What others may use of the machine's processors before figures say more of them than of us, in per cent. */
export const mostOfOthersPercent = 10;

interface Reading {
  readonly atMs: number;
  /** Processor time of everything, and of us and what we started, in kernel ticks. */
  readonly busy: number;
  readonly own: number;
}

/** Processor time of this process, of all that it started, and of what of that has ended, in kernel ticks. */
function ownTicks(): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [parse(readFileSync(`/proc/${name}/stat`, 'utf8'))];
      } catch {
        return []; // it has ended meanwhile
      }
    });
  const ours = new Set([process.pid]);
  for (let size = 0; size !== ours.size; ) {
    size = ours.size;
    for (const { pid, parent } of processes) if (ours.has(parent)) ours.add(pid);
  }
  return processes
    .filter(({ pid }) => ours.has(pid))
    .reduce((sum, { ticks, endedTicks }) => sum + ticks + endedTicks, 0);
}

function read(): Reading {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]!
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return { atMs: performance.now(), busy: user + nice + system + irq + softirq + steal, own: ownTicks() };
}

const shareOfOthers = (from: Reading, to: Reading): number => {
  const all = ((to.atMs - from.atMs) / 1000) * ticksASecond * cpus().length;
  return Math.max(0, (100 * (to.busy - from.busy - (to.own - from.own))) / all);
};

/** Watches from now on. */
export class Machine {
  private readonly start = read();

  /** What others used of all processors since the start, in per cent. */
  others(): number {
    return shareOfOthers(this.start, read());
  }

  /** What others use of all processors just now, in per cent. */
  static async othersNow(seconds = 3): Promise<number> {
    const before = read();
    await sleep(seconds * 1000);
    return shareOfOthers(before, read());
  }

  /** One line: processors, memory, kernel, Node, and how busy others were. */
  describe(): string {
    const model = cpus()[0]?.model.replace(/\s+/g, ' ').trim() || arch();
    return `${cpus().length} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release().split('-')[0]}, Node ${process.versions.node}; others used ${this.others().toFixed(0)} % of the processors meanwhile`;
  }
}
