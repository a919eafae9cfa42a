/** Reads how busy this machine is, from Linux's `/proc`: what the rehearsal itself takes, what others do, who waits. */
import { readdirSync, readFileSync } from 'node:fs';
import type { MachineReading } from '../judge/evidence';

const everyMs = 1_000;

/** Clock ticks of `/proc` (USER_HZ), the same on every Linux that Node runs on. */
const tickMs = 10;

interface Counters {
  readonly at: number;
  /** Ms of all processors together. */
  readonly all: number;
  /** Of them, those in which somebody worked, or the hypervisor kept the processor (steal). */
  readonly busy: number;
  /** Of them, those of this process and everything that it started. */
  readonly own: number;
  /** Of the driver: ms that it waited to run, and how often it ran. */
  readonly waited: number;
  readonly runs: number;
  /** Ms in which something waited for a processor. */
  readonly pressure: number;
}

/** Reads from now on until it is stopped. */
export function watchMachine(): { stop(): MachineReading[] } {
  const readings: MachineReading[] = [];
  let before = counters();
  const take = () => {
    const now = counters();
    if (before && now && now.at > before.at) readings.push(between(before, now));
    before = now;
  };
  const timer = setInterval(take, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return readings;
    },
  };
}

function between(before: Counters, now: Counters): MachineReading {
  const since = (counter: keyof Counters) => now[counter] - before[counter];
  // A child that ended is counted when its parent has asked for it: for a moment it may be missing.
  const others = Math.max(0, since('busy') - Math.max(0, since('own')));
  return {
    at: now.at,
    othersPercent: (100 * others) / Math.max(1, since('all')),
    driverDelayMs: since('waited') / Math.max(1, since('runs')),
    pressurePercent: (100 * since('pressure')) / since('at'),
  };
}

/** @returns nothing on a system that does not tell */
function counters(): Counters | undefined {
  try {
    const [, ...times] = (/^cpu .*$/m.exec(read('/proc/stat'))?.[0] ?? '').split(/\s+/).map(Number);
    // user, nice, system, idle, iowait, irq, softirq, steal; guests are in user.
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = times;
    const busy = user + nice + system + irq + softirq + steal;
    const [, waited = 0, runs = 0] = read(`/proc/self/task/${process.pid}/schedstat`).split(' ').map(Number);
    return {
      at: Date.now(),
      all: (busy + idle + iowait) * tickMs,
      busy: busy * tickMs,
      own: ownTicks() * tickMs,
      waited: waited / 1e6,
      runs,
      pressure: Number(/^some .*total=(\d+)/m.exec(read('/proc/pressure/cpu'))?.[1]) / 1_000,
    };
  } catch {
    return undefined;
  }
}

const read = (file: string): string => readFileSync(file, 'utf8');

/** Ticks that this process took and everything below it, those that have ended included. */
function ownTicks(): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // The name in brackets may hold blanks: fields are counted behind it.
        const fields = read(`/proc/${pid}/stat`)
          .replace(/^.*\) /s, '')
          .split(' ')
          .map(Number);
        const [parent, ticks] = [fields[1] ?? 0, fields.slice(11, 15).reduce((sum, value) => sum + value, 0)];
        return [{ pid: Number(pid), parent, ticks }];
      } catch {
        return []; // it has just ended
      }
    });
  const below = new Set([process.pid]);
  // A child has mostly a higher number than its parent, but numbers start anew.
  for (let before = 0; before < below.size; ) {
    before = below.size;
    for (const { pid, parent } of processes) if (below.has(parent)) below.add(pid);
  }
  return processes.filter(({ pid }) => below.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0);
}
