/** A path between the two sides with the delay and loss of a real one, which can be cut. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CleanUp } from '../../../harness/clean-up';
import { bringUp, type CableEnd, cable, mortal, type Namespace, systemPath } from '../../../harness/namespace';
import { startService } from '../../../harness/process';
import type { Kernel } from './kernel';

/** How long and how lossy a path is. */
export interface Distance {
  /** Milliseconds, one way. */
  readonly delayMs: number;
  /** Per cent of the packets, each way. */
  readonly lossPercent: number;
}

/** Milliseconds by which each path is longer than the one before: an answer that takes another path is seen in its round trip. */
const furtherMs = 4;

/** How long the n-th path is, from 1. */
export const distanceOf = (first: Distance, number: number): Distance => ({
  ...first,
  delayMs: first.delayMs + furtherMs * (number - 1),
});

type PathEnd = CableEnd & { readonly namespace: Namespace };

export interface PathProps {
  readonly name: string;
  readonly ends: readonly [PathEnd, PathEnd];
  readonly distance: Distance;
  readonly seed: number;
  readonly kernel: Kernel;
  /** Existing folder for logs. */
  readonly directory: string;
  readonly cleanUp: CleanUp;
}

/** Cut, a path lets nothing through and tells neither end, as behind a broken fibre. */
export interface Path {
  cut(): Promise<void>;
  restore(): Promise<void>;
}

/** Lays a path: by the kernel where it can, else by a program between two TAP devices. */
export const layPath = (props: PathProps): Promise<Path> => (props.kernel.netem ? netem(props) : relay(props));

/** Arguments of `tc` for an end of a path. */
export const netemArguments = (
  verb: 'add' | 'change',
  device: string,
  { delayMs, lossPercent }: Distance,
): string[] => ['qdisc', verb, 'dev', device, 'root', 'netem', 'delay', `${delayMs}ms`, 'loss', `${lossPercent}%`];

async function netem({ ends, distance }: PathProps): Promise<Path> {
  await cable(...ends);
  const each = (verb: 'add' | 'change', at: Distance) =>
    Promise.all(ends.map(({ namespace, device }) => namespace.run('tc', netemArguments(verb, device, at))));
  await each('add', distance);
  return {
    cut: async () => void (await each('change', { ...distance, lossPercent: 100 })),
    restore: async () => void (await each('change', distance)),
  };
}

async function relay({ name, ends, distance, seed, directory, cleanUp }: PathProps): Promise<Path> {
  const logFile = join(directory, `${name}.log`);
  const service = await startService({
    name,
    ...mortal('python3', [
      join(__dirname, 'wan_relay.py'),
      ...ends.map(({ device, namespace }) => `${device}@${namespace.name}`),
      ...['--delay-ms', `${distance.delayMs}`, '--loss-percent', `${distance.lossPercent}`, '--seed', `${seed}`],
    ]),
    directory,
    environment: { PATH: systemPath },
    logFile,
    healthUrl: 'its word in the log',
    isReady: async () => readFileSync(logFile, 'utf8').includes('ready'),
  });
  cleanUp.add(service);
  for (const end of ends) await bringUp(end);
  return {
    cut: async () => void process.kill(service.pid, 'SIGUSR1'),
    restore: async () => void process.kill(service.pid, 'SIGUSR2'),
  };
}
