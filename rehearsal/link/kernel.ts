/** What this machine's kernel can do itself, tried out rather than read from a version. */
import { run, succeeds } from './run';

export interface Kernel {
  /** Delay and loss by the netem queueing discipline. Without it a small program does it, frame by frame. */
  readonly netem: boolean;
}

/**
 * Tries on a pair of devices that exists for this alone; to be called in a network of one's own.
 *
 * @throws Error where namespaces, TUN devices or nftables are missing: without them there is nothing to rehearse on
 */
export async function probeKernel(): Promise<Kernel> {
  await run('ip', ['link', 'add', 'probe0', 'type', 'veth', 'peer', 'name', 'probe1']);
  try {
    return { netem: await succeeds('tc', ['qdisc', 'add', 'dev', 'probe0', 'root', 'netem', 'delay', '1ms']) };
  } finally {
    await run('ip', ['link', 'delete', 'probe0']);
  }
}
