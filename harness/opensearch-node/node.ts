/**
 * A real OpenSearch node with the security plugin, on loopback: the store of rehearsals and integration tests.
 *
 * It has what an Amazon domain has where our documents and programs touch it: TLS only, nobody but the master mapped,
 * roles by backend role. It has no IAM: users whose backend role is a role's ARN stand in for IAM roles.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Service, startService } from '../process';
import { issueNodeCertificate } from './certificates';
import { type NodeUser, writeConfiguration } from './configuration';
import type { PreparedNode } from './prepare';

export { type PreparedNode, prepareOpenSearch } from './prepare';

/** Name of the user that stands for the domain's IAM master; must be among the users. */
const masterUser = 'bootstrap';

/** How a node is started. */
export interface NodeOptions {
  /** Data, configuration, certificates and log; made for the owner alone. What an earlier node left there is kept. */
  readonly directory: string;
  /** Loopback address. */
  readonly address: string;
  readonly port: number;
  /** @default 512, enough for tests and a rehearsal; the process takes about as much as this */
  readonly heapMiB?: number;
  /** PEM files: for the address, serverAuth and clientAuth, the key in PKCS#8. @default made for this start */
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly caFile: string };
  /** Keeps an audit log, in the indices `security-auditlog-*`. @default none */
  readonly audit?: boolean;
  /** {@link masterUser} is the only one with a role; the others get theirs by role mappings. */
  readonly users: readonly (NodeUser & { readonly password: string })[];
  /** Seconds that it may take until it answers. @default 120; 11 to 15 were measured on two cores */
  readonly readyWithin?: number;
}

/** A node that answers. */
export interface OpenSearchNode extends Service {
  /** `https://address:port`. */
  readonly endpoint: string;
  /** Whom clients must trust. */
  readonly caFile: string;
}

/** Starts a node. @throws Error with the last lines of its log, where it ends early or does not get ready */
export async function startOpenSearch({ jdk, home }: PreparedNode, options: NodeOptions): Promise<OpenSearchNode> {
  const { directory, address, port, users } = options;
  const master = users.find(({ name }) => name === masterUser);
  if (!master) throw new Error(`The users of the node must include ${masterUser}, which stands for the IAM master.`);

  const configuration = join(directory, 'config');
  rmSync(configuration, { recursive: true, force: true });
  const folders = ['config/tls', 'tmp', 'logs'].map((name) => join(directory, name));
  for (const folder of [directory, ...folders]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  await writeCertificates(join(configuration, 'tls'), options);

  const java = join(jdk.home, 'bin', 'java');
  const classPath = ['-cp', `${home}:${home}/*`];
  const quick = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const hashing = promisify(execFile)(java, [...quick, ...classPath, 'Hash']);
  hashing.child.stdin?.end(users.map(({ password }) => `${password}\n`).join(''));
  const hashes = (await hashing).stdout.split('\n');
  writeConfiguration({
    folder: configuration,
    shipped: join(home, 'config'),
    directory,
    address,
    port,
    master: masterUser,
    audit: options.audit ?? false,
    users: users.map((user, index) => ({ ...user, hash: hashes[index] ?? '' })),
  });

  const heap = options.heapMiB ?? 512;
  const endpoint = `https://${address}:${port}`;
  const caFile = join(configuration, 'tls', 'ca.pem');
  const ca = readFileSync(caFile);
  const service = await startService({
    name: 'OpenSearch',
    command: '/bin/sh',
    arguments: [
      // Files that the node itself makes are its owner's too.
      ...['-c', 'umask 077 && exec "$@"', 'sh', java, `-Xms${heap}m`, `-Xmx${heap}m`, ...quick],
      ...['-XX:-UsePerfData', '-XX:+ExitOnOutOfMemoryError', `-Djava.io.tmpdir=${join(directory, 'tmp')}`],
      // Lucene's vector code and its access to native memory ask for these two.
      ...['--add-modules=jdk.incubator.vector', '--enable-native-access=ALL-UNNAMED', '-Djava.awt.headless=true'],
      ...[`-Dlog4j.configurationFile=${join(configuration, 'log4j2.properties')}`, '-Dlog4j2.disable.jmx=true'],
      // Log4j must not close before the node has said how it stopped.
      ...['-Dlog4j.shutdownHookEnabled=false', '-Dio.netty.allocator.numDirectArenas=0'],
      ...[...classPath, 'Launcher', directory, configuration],
    ],
    directory,
    environment: {},
    logFile: join(directory, 'node.log'),
    healthUrl: endpoint,
    isReady: () => health(endpoint, ca, `${master.name}:${master.password}`),
    readyWithin: options.readyWithin ?? 120,
    stopWithin: 20,
  });
  return { ...service, endpoint, caFile };
}

async function writeCertificates(folder: string, { address, tls }: NodeOptions): Promise<void> {
  const issued = tls
    ? {
        certificate: readFileSync(tls.certFile, 'utf8'),
        key: readFileSync(tls.keyFile, 'utf8'),
        authority: readFileSync(tls.caFile, 'utf8'),
      }
    : await issueNodeCertificate(address);
  const files = { 'node.pem': issued.certificate, 'node.key': issued.key, 'ca.pem': issued.authority };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
}

/** Whether the master is let in and answered: while security initialises, everything is refused. */
function health(endpoint: string, ca: Buffer, auth: string): Promise<true | string> {
  return new Promise((resolve, reject) => {
    const request = get(`${endpoint}/_cluster/health`, { ca, auth, timeout: 10_000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 || `HTTP ${response.statusCode}`);
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')));
    request.on('error', reject);
  });
}
