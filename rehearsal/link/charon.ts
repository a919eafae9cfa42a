/**
 * strongSwan in a namespace. Where the kernel has no ESP, packets are enciphered by the daemon itself (kernel-libipsec)
 * and travel in UDP; the negotiation, the algorithms and the life of the associations are the same.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CleanUp } from '../clean-up';
import type { Service } from '../services/process';
import type { Namespace } from './namespace';
import { type Association, associations } from './sas';

export interface CharonProps {
  readonly name: string;
  readonly namespace: Namespace;
  /** Which of the namespace's daemons this is, from 0: each enciphers for one tunnel. */
  readonly index: number;
  /** Text of swanctl.conf, without secrets. */
  readonly connections: string;
  /** Text of its secrets. */
  readonly secrets: string;
  /** Existing folder for its files. */
  readonly directory: string;
  readonly cleanUp: CleanUp;
}

/** UDP ports of a namespace's daemons: the first has those of IKE, another the next ones, since no two share a port. */
export const ikePorts = (index: number) => ({ ike: 500 + index, nat: 4500 + index });

/** Device at which packets come out of the tunnel. */
export const tunnelDevice = (index: number): string => `ipsec${index}`;

const plugins =
  'random nonce openssl pem pkcs1 x509 constraints pubkey kdf gcm aes sha2 hmac drbg kernel-libipsec kernel-netlink socket-default vici counters';

/** strongswan.conf of a daemon. */
export function daemonConfiguration(index: number, socket: string, log: string): string {
  const { ike, nat } = ikePorts(index);
  // Eight threads hang swanctl. Routes: the daemon insists on making them, so they go behind the main table, where
  // nothing looks; the mark keeps its own packets from going into its own tunnel.
  return `charon {
  load = ${plugins}
  port = ${ike}
  port_nat_t = ${nat}
  threads = 24
  install_virtual_ip = no
  routing_table = ${220 + index}
  routing_table_prio = ${33_000 + index}
  retransmit_tries = 3
  retransmit_timeout = 2.0
  retransmit_base = 1.5
  filelog {
    log {
      path = ${log}
      time_format = %H:%M:%S
      flush_line = yes
      default = 1
    }
  }
  plugins {
    vici { socket = unix://${socket} }
    kernel-libipsec { allow_peer_ts = yes }
    kernel-netlink { fwmark = !0x42 }
    socket-default { fwmark = 0x42 }
  }
}
`;
}

/** A daemon that is up, with its connections loaded. */
export interface Charon {
  readonly service: Service;
  associations(): Promise<Association[]>;
  /** `swanctl` with its arguments. */
  swanctl(...args: string[]): Promise<string>;
}

/** Starts a daemon and loads its connections; what they start by themselves goes on behind. */
export async function startCharon(props: CharonProps): Promise<Charon> {
  const { name, namespace, index } = props;
  const directory = join(props.directory, name);
  mkdirSync(directory, { mode: 0o700 });
  const socket = join(directory, 'vici');
  const files = { strongswan: join(directory, 'strongswan.conf'), swanctl: join(directory, 'swanctl.conf') };
  writeFileSync(files.strongswan, daemonConfiguration(index, socket, join(directory, 'charon.log')));
  writeFileSync(files.swanctl, `${props.connections}\n${props.secrets}`, { mode: 0o600 });
  const swanctl = (...args: string[]) =>
    // Its folder is ours: keys of this machine's own tunnels stay out.
    namespace.run('env', [`SWANCTL_DIR=${directory}`, 'swanctl', ...args, '--uri', `unix://${socket}`], {
      timeoutMs: 15_000,
    });
  const service = await namespace.start({
    name,
    command: '/usr/lib/ipsec/charon',
    arguments: [],
    environment: { STRONGSWAN_CONF: files.strongswan },
    directory: props.directory,
    isReady: () =>
      swanctl('--stats').then(
        () => true,
        () => false,
      ),
  });
  props.cleanUp.add(service);
  await swanctl('--load-all', '--file', files.swanctl);
  return { service, swanctl, associations: async () => associations(await swanctl('--list-sas', '--raw')) };
}
