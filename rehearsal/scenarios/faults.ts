/** Faults of the services and the line: the right alarm notifies somebody, the others are quiet, and the metrics say whose fault it is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Side } from '../judge/diagnosis';
import type { Stage } from '../stage/stage';
import { nothing, type Scenario } from './scenario';

/** Seconds of fair payments, then of the fault: it touches three minutes of the clock, whenever it begins. */
const seconds = { fair: 80, fault: 135 } as const;

interface Fault {
  readonly name: string;
  readonly summary: string;
  /** Seconds. @default 135 */
  readonly lasts?: number;
  /** Begins it. What it returns ends it, where the stage's own end does not. */
  readonly inject: (stage: Stage) => Promise<void | (() => Promise<void>)>;
  /** Alarms that notify somebody. */
  readonly notify: readonly string[];
  /** Alarms that may notify as well, with the reason. @default none */
  readonly may?: Readonly<Record<string, string>>;
  /** @default the metrics of minutes do not tell */
  readonly side?: Side;
}

export const fault = ({ name, summary, lasts = seconds.fault, inject, notify, may, side }: Fault): Scenario => ({
  name,
  summary,
  alarms: { notify, ...(may ? { may } : {}), ...(side ? { side } : {}) },
  seconds: seconds.fair + lasts,
  async during(stage, { at, progress }) {
    await at(seconds.fair / (seconds.fair + lasts));
    const end = await inject(stage);
    const injectedAt = Date.now();
    progress(`the fault begins: ${summary}`);
    try {
      await at(1);
    } finally {
      await end?.();
    }
    return { ...nothing, injectedAt };
  },
});

/** The line takes a detour: each way takes 300 ms instead of 12. */
export const slowLine = fault({
  name: 'slow-link',
  summary: 'the link takes 300 ms each way instead of 12',
  inject: async (stage) => stage.line.delay(300),
  notify: ['Calls to the mainland', 'Link round trip'],
  side: 'the link',
});

/** A settlement takes 900 ms instead of 30. */
export const slowMainland = fault({
  name: 'slow-mainland',
  summary: 'settlements in the mainland take 900 ms instead of 30',
  inject: (stage) => stage.releaseSettlement({ latencyMs: 900 }),
  notify: ['Calls to the mainland'],
  side: 'the mainland',
});

/** Half of the settlements are refused. */
export const errorsMainland = fault({
  name: 'errors-mainland',
  summary: 'the mainland refuses every second settlement',
  inject: (stage) => stage.releaseSettlement({ declinedShare: 0.5 }),
  notify: ['Calls to the mainland'],
  side: 'the mainland',
});

/**
 * Another process holds the database's write lock half of the time: 10 % of the calls back take longer than they may. A page takes
 * six of a hundred within five minutes, so this one comes after three. A harder lock shows no more of them (a payment waits
 * for it, and its call back comes while it is free), until payments are no longer answered at all.
 */
export const slowHongKong = fault({
  name: 'slow-hongkong',
  summary: 'a lock on the database in Hong Kong, 0.4 of every 0.8 seconds',
  lasts: 260,
  async inject({ props: { python, folder } }) {
    const holder = spawn(
      join(python.bin, 'python'),
      [join(__dirname, 'hold_lock.py'), join(folder, 'payment.sqlite')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(holder.stdout, 'data');
    return async () => {
      holder.kill();
      if (holder.exitCode === null && holder.signalCode === null) await once(holder, 'exit');
    };
  },
  notify: ['Services in Hong Kong'],
  side: 'Hong Kong',
});

/** A proxy on the way to Hong Kong takes `traceparent` off. */
export const headerStripped = fault({
  name: 'header-stripped',
  summary: 'a proxy strips traceparent from calls to Hong Kong',
  async inject(stage) {
    stage.line.strips = 'cn-hk';
  },
  notify: ['Trace continuity'],
  side: 'a proxy on the way',
});
