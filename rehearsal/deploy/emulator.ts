/** The emulator of AWS: MiniStack with a layer of ours, on loopback, from hashed locks. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { deploymentRoot } from '../../harness/deployment';
import { freePort } from '../../harness/ports';
import { type Service, startService } from '../../harness/process';
import { pythonEnvironment } from '../../harness/python/environment';

const folder = join(__dirname, 'emulator');

/** What is emulated, and where. */
export interface EmulatorOptions {
  readonly account: string;
  readonly region: string;
  /** Scratch of its functions, and its log. */
  readonly directory: string;
  /** `host:port` of the domain. */
  readonly domainEndpoint: string;
  /** Whom functions must trust to speak to it. */
  readonly authorityFile: string;
}

/** An emulator that answers. */
export interface Emulator extends Service {
  readonly endpoint: string;
  /** What a client needs to speak to it and to nobody else. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts it. @throws Error with its last lines where it does not start */
export async function startEmulator(options: EmulatorOptions, progress: (line: string) => void): Promise<Emulator> {
  const { python } = await pythonEnvironment([join(folder, 'requirements.lock')], [], progress);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const { account, region, directory } = options;
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    // The emulator takes the account from the key.
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  const service = await startService({
    name: 'emulator',
    command: python,
    arguments: [folder],
    directory,
    environment: {
      PATH: `${join(process.execPath, '..')}:/usr/bin:/bin`,
      HOME: directory,
      TMPDIR: directory,
      NODE_PATH: join(deploymentRoot(), 'node_modules'),
      NODE_EXTRA_CA_CERTS: options.authorityFile,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: `${port}`,
      STATE_DIR: join(directory, 'state'),
      MINISTACK_ACCOUNT_ID: account,
      MINISTACK_REGION: region,
      MINISTACK_OPENSEARCH_ENDPOINT: options.domainEndpoint,
      // It would listen on every address.
      IOT_MTLS_ENABLED: '0',
      LAMBDA_STRICT: '0',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    logFile: join(directory, 'emulator.log'),
    healthUrl: `${endpoint}/_ministack/health`,
    readyWithin: 120,
  });
  return { ...service, endpoint, environment };
}

/** Processes of a group: the emulator, and the functions that it starts. */
export const processesOf = (group: number): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        // pid (name) state parent group
        return pid > 0 && Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[2]) === group;
      } catch {
        return false; // it ended meanwhile
      }
    });

/** Addresses, loopback apart, on which processes listen: there must be none. */
export function openSockets(pids: readonly number[]): string[] {
  const inodes = new Set(
    pids.flatMap((pid) => {
      try {
        return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
          const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? [];
          return inode ?? [];
        });
      } catch {
        return [];
      }
    }),
  );
  const listening = '0A';
  return ['tcp', 'tcp6'].flatMap((protocol) =>
    readFileSync(`/proc/net/${protocol}`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === listening && inodes.has(fields[9] ?? ''))
      .map((fields) => fields[1] ?? '')
      // Hexadecimal, least byte first: 127.x.x.x ends in 7F; ::1 and mapped loopback likewise.
      .filter((address) => !/^(\w{6}7F|0{24}01000000|0{16}FFFF0000\w{6}7F):/.test(address)),
  );
}
