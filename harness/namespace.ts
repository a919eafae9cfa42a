/** A network namespace: a machine of its own, as far as packets are concerned. */
import { join } from 'node:path';
import type { CleanUp } from './clean-up';
import { type Service, startService } from './process';
import { type RunOptions, run } from './run';

/** A program that runs in a namespace until it is stopped. */
export interface ProgramProps {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Existing folder for its log. */
  readonly directory: string;
  /** As {@link ServiceProps.isReady}. */
  readonly isReady: () => Promise<unknown>;
}

/** Where the system's own commands are. */
export const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Daemons keep process ids and sockets there, at fixed paths: each program gets an empty one of its own. */
const ownRun = 'mount -t tmpfs tmpfs /run && exec "$@"';

export class Namespace {
  private constructor(readonly name: string) {}

  /** Makes a namespace whose loopback is up, and which forwards. */
  static async add(name: string, cleanUp: CleanUp): Promise<Namespace> {
    await run('ip', ['netns', 'add', name]);
    cleanUp.add(() => run('ip', ['netns', 'delete', name]));
    const namespace = new Namespace(name);
    await namespace.ip('link', 'set', 'lo', 'up');
    await namespace.run('sh', ['-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
    return namespace;
  }

  /** `ip` with its arguments, in here. */
  ip(...args: string[]): Promise<string> {
    return run('ip', ['-n', this.name, ...args]);
  }

  /** A short command in here. */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<string> {
    return run('ip', ['netns', 'exec', this.name, command, ...args], options);
  }

  /** Starts a program in here, with an empty `/run`. @throws Error with its log's tail */
  start({ name, command, arguments: args, environment, directory, isReady }: ProgramProps): Promise<Service> {
    return startService({
      name,
      ...inNetwork(this, 'sh', ['-c', ownRun, 'sh', command, ...args]),
      directory,
      environment: { PATH: systemPath, ...environment },
      logFile: join(directory, `${name}.log`),
      healthUrl: `its own sign in ${this.name}`,
      isReady,
    });
  }
}

/** A command line that the kernel ends when we are gone, even if we were killed. */
export const mortal = (command: string, args: readonly string[]) => ({
  command: 'setpriv',
  arguments: ['--pdeathsig', 'KILL', command, ...args],
});

/** A command line that runs in a namespace. @param namespace `undefined`: the rehearsal's own */
export const inNetwork = (namespace: Namespace | undefined, command: string, args: readonly string[]) =>
  namespace ? mortal('ip', ['netns', 'exec', namespace.name, command, ...args]) : { command, arguments: args };

/** How a service in a namespace is asked whether it is ready. */
export const answersIn = (namespace: Namespace | undefined, healthUrl: string) => ({
  healthUrl,
  ...(namespace ? { isReady: () => namespace.run('curl', ['-sSf', '-m', '1', healthUrl]).then(() => true) } : {}),
});

/** Joins two namespaces by a cable, whose ends get these names and addresses; `undefined` is the rehearsal's own. */
export interface CableEnd {
  readonly namespace?: Namespace;
  readonly device: string;
  /** With prefix length. */
  readonly addresses: readonly string[];
}

export async function cable(...ends: readonly [CableEnd, CableEnd]): Promise<void> {
  const [a, b] = ends.map(({ namespace, device }) => [device, ...(namespace ? ['netns', namespace.name] : [])]);
  await run('ip', ['link', 'add', ...(a ?? []), 'type', 'veth', 'peer', 'name', ...(b ?? [])]);
  for (const end of ends) await bringUp(end);
}

/** Gives a device its addresses and brings it up. */
export async function bringUp({ namespace, device, addresses }: CableEnd): Promise<void> {
  const ip = (...args: string[]) => (namespace ? namespace.ip(...args) : run('ip', args));
  for (const address of addresses) await ip('address', 'add', address, 'dev', device);
  await ip('link', 'set', device, 'up');
}
