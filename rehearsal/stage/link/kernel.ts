/** What this machine's kernel can do itself, tried out rather than read from a version. */

import { run, succeeds } from '../../../harness/run';
import { ownMtu } from './charon';

export interface Kernel {
  /** Delay and loss by the netem queueing discipline. Else a program carries each frame between two TAP devices. */
  readonly netem: boolean;
  /** ESP at XFRM interfaces. Else the IKE daemon enciphers itself, at a TUN device. */
  readonly xfrm: boolean;
}

/** A cipher of the kernel's with an empty key: whether it takes a state at all is the question. */
const esp =
  `xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1000 mode tunnel aead rfc4106(gcm(aes)) 0x${'00'.repeat(36)} 128`.split(
    ' ',
  );

/** Tries with devices that exist for this alone; to be called in a network of one's own. */
export async function probeKernel(): Promise<Kernel> {
  await run('ip', ['link', 'add', 'probe0', 'type', 'veth', 'peer', 'name', 'probe1']);
  const tried = await Promise.all([
    succeeds(run('tc', ['qdisc', 'add', 'dev', 'probe0', 'root', 'netem', 'delay', '1ms'])),
    succeeds(run('ip', ['link', 'add', 'probe2', 'type', 'xfrm', 'dev', 'lo', 'if_id', '1'])),
    succeeds(run('ip', esp)),
  ]);
  const [netem, device, state] = tried;
  if (state) await run('ip', ['xfrm', 'state', 'flush']);
  if (device) await run('ip', ['link', 'delete', 'probe2']);
  await run('ip', ['link', 'delete', 'probe0']);
  return { netem, xfrm: device && state };
}

/** Which of its own abilities a rehearsal goes by, in words. */
export const described = ({ netem, xfrm }: Kernel): string =>
  `delay and loss by ${netem ? 'netem' : 'a relay of TAP devices'}, ESP by ${xfrm ? 'the kernel' : `strongSwan (kernel-libipsec, MTU ${ownMtu} inside)`}`;
