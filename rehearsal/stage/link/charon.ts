/** strongSwan's IKE daemon in a namespace. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CleanUp } from '../../../harness/clean-up';
import type { Namespace } from '../../../harness/namespace';
import { type Association, associations } from './sas';

export interface CharonProps {
  readonly name: string;
  readonly namespace: Namespace;
  /** Files of its configuration by name, secrets among them; `swanctl.conf` is the one that is loaded. */
  readonly files: Readonly<Record<string, string>>;
  /** Whether the kernel enciphers. */
  readonly xfrm: boolean;
  /** Existing folder for its files. */
  readonly directory: string;
  readonly cleanUp: CleanUp;
}

/** A daemon that is up. */
export interface Charon {
  /** Loads the connections. What they start by themselves goes on behind. */
  load(): Promise<void>;
  associations(): Promise<Association[]>;
  /** Makes new keys for a tunnel's packets, as its lifetime would. */
  rekey(child: string): Promise<void>;
}

/** Device that a daemon which enciphers itself makes when it starts. */
export const ownDevice = 'ipsec0';

/** Bytes that such a daemon reads of a packet at most (libipsec, TUN_DEFAULT_MTU): the rest of a longer one is lost. */
export const ownMtu = 1400;

/** strongswan.conf of a daemon. */
function daemonConfiguration(xfrm: boolean, directory: string): string {
  const enciphering = xfrm ? 'kernel-netlink' : 'kernel-libipsec kernel-netlink';
  // With eight threads swanctl hangs. The routes that kernel-libipsec insists on go behind the main table, where nothing
  // looks: what enters a tunnel is for BGP to say.
  return `charon {
  load = random nonce openssl pem pkcs1 x509 constraints pubkey kdf gcm aes sha2 hmac drbg ${enciphering} socket-default vici
  threads = 24
  install_routes = no
  install_virtual_ip = no
  routing_table_prio = 33000
  retransmit_tries = 3
  retransmit_timeout = 2.0
  retransmit_base = 1.5
  filelog {
    log {
      path = ${join(directory, 'charon.log')}
      time_format = %H:%M:%S
      flush_line = yes
      default = 1
    }
  }
  plugins {
    vici { socket = unix://${join(directory, 'vici')} }
    kernel-libipsec { allow_peer_ts = yes }
  }
}
`;
}

/** Starts a daemon; it has no connections before {@link Charon.load}. */
export async function startCharon({ name, namespace, files, xfrm, ...props }: CharonProps): Promise<Charon> {
  const directory = join(props.directory, name);
  mkdirSync(directory, { mode: 0o700 });
  const all = { 'strongswan.conf': daemonConfiguration(xfrm, directory), ...files };
  for (const [file, text] of Object.entries(all)) writeFileSync(join(directory, file), text, { mode: 0o600 });
  // swanctl's folder is ours too: keys of this machine's own tunnels stay out.
  const swanctl = (...args: string[]) =>
    namespace.run('env', [`SWANCTL_DIR=${directory}`, 'swanctl', ...args, '--uri', `unix://${directory}/vici`]);
  props.cleanUp.add(
    await namespace.start({
      name,
      command: '/usr/lib/ipsec/charon',
      arguments: [],
      environment: { STRONGSWAN_CONF: join(directory, 'strongswan.conf') },
      directory: props.directory,
      isReady: () => swanctl('--stats').then(() => true),
    }),
  );
  return {
    load: async () => void (await swanctl('--load-all', '--file', join(directory, 'swanctl.conf'))),
    rekey: async (child) => void (await swanctl('--rekey', '--child', child)),
    associations: async () => associations(await swanctl('--list-sas', '--raw')),
  };
}
