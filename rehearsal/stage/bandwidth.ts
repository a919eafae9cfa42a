/**
 * The agent's bandwidth figure: the script of the assembly, with a stand-in for the node's packet filter, which takes rights
 * that a rehearsal has not. What it counts is what reaches the load balancer.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BandwidthProps {
  /** Folder for the stand-in. */
  readonly directory: string;
  /** Folder of the scripts, from the assembly. */
  readonly scripts: string;
  /** Where the agent listens. */
  readonly address: string;
  /** Bytes that the agent has sent. */
  readonly sent: () => number;
}

/** Once a minute on a node: here also a short drive has a figure. */
const intervalSeconds = 10;

/** Reports what the agent sends, until it is stopped. */
export function startBandwidth({ directory, scripts, address, sent }: BandwidthProps): { stop(): Promise<unknown> } {
  const bin = join(directory, 'agent-bin');
  mkdirSync(bin, { recursive: true });
  const counter = join(bin, 'counter');
  const count = () => {
    writeFileSync(`${counter}.new`, `packets 0 bytes ${sent()}\n`);
    renameSync(`${counter}.new`, counter);
  };
  count();
  const timer = setInterval(count, 200);
  writeFileSync(join(bin, 'nft'), `#!/bin/sh\n[ "$1" = list ] || exec cat > /dev/null\nexec cat ${counter}\n`);
  chmodSync(join(bin, 'nft'), 0o755);
  const child: ChildProcess = spawn('bash', [join(scripts, 'bandwidth.sh')], {
    env: {
      PATH: `${bin}:/usr/bin:/bin`,
      LOOPBACK_ADDRESS: address,
      EGRESS_KILOBITS: '1000',
      INTERVAL_SECONDS: `${intervalSeconds}`,
    },
    stdio: 'ignore',
    detached: true,
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  // The group: the script waits in a sleep of its own.
  const kill = () => {
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid);
  };
  process.once('exit', kill);
  return {
    stop: () => {
      clearInterval(timer);
      process.removeListener('exit', kill);
      kill();
      return ended;
    },
  };
}
