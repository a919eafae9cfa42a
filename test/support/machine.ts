import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The instances' own scripts, run by bash: commands of the instance (`aws`, `systemctl`) are stand-ins that write down
 * how they were called; metadata and the collector's metrics are HTTP servers.
 */
export const scripts = join(__dirname, '../../lib/machine/instance-files');
const address = '127.0.0.1';

export class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'harbourline-scripts-'));
  readonly log = join(this.folder, 'calls');
  state = 'InService';
  /** Answers of the collector's queue size, one after another; the last stays. */
  queue = [0];
  private servers: Server[] = [];
  private endpoint = '';
  private path = '/usr/bin:/bin';

  /** A stand-in for a command; `answers` is shell that sees the arguments. */
  command(name: string, answers = ''): void {
    const file = join(this.folder, 'bin', name);
    mkdirSync(join(this.folder, 'bin'), { recursive: true });
    writeFileSync(file, `#!/usr/bin/env bash\necho "${name} $*" >> ${this.log}\n${answers}\n`);
    chmodSync(file, 0o755);
  }

  /** Makes commands of this machine unknown: everything else is reached through links. */
  hide(...names: readonly string[]): void {
    for (const name of names) rmSync(join(this.folder, 'bin', name), { force: true });
    const tools = join(this.folder, 'tools');
    mkdirSync(tools);
    for (const folder of ['/bin', '/usr/bin']) {
      for (const name of readdirSync(folder)) {
        if (names.includes(name) || existsSync(join(tools, name))) continue;
        symlinkSync(join(folder, name), join(tools, name));
      }
    }
    this.path = tools;
  }

  /** `jq` and `unzip` of Amazon Linux, as far as scripts use them: a developer's machine need not have them. */
  tools(): void {
    const node = (program: string) => `exec ${process.execPath} -e '${program}' -- "$@"`;
    this.command(
      'jq',
      node(`const value = JSON.parse(fs.readFileSync(0, "utf8"))[process.argv[2].slice(1)];
        if (value == null) process.exit(1); console.log(value)`),
    );
    this.command(
      'unzip',
      node(`const [, , , zip, , folder] = process.argv;
        for (const [name, bytes] of Object.entries(require("${require.resolve('fflate')}").unzipSync(fs.readFileSync(zip))))
          fs.writeFileSync(folder + "/" + name, bytes, { mode: 0o755 })`),
    );
  }

  async start(): Promise<void> {
    this.tools();
    writeFileSync(this.log, '');
    mkdirSync(join(this.folder, 'data', 'queue'), { recursive: true });
    writeFileSync(join(this.folder, 'data', 'queue', 'exporter'), 'spans');
    const metadata = await this.serve(address, 0, (url) => {
      if (url === '/latest/api/token') return 'token';
      return url === '/latest/meta-data/autoscaling/target-lifecycle-state' ? this.state : undefined;
    });
    this.endpoint = `http://${address}:${metadata}/latest`;
  }

  async serve(host: string, port: number, answer: (url: string) => string | undefined): Promise<number> {
    const server = createServer((request, response) => {
      const text = answer(request.url ?? '');
      response.writeHead(text === undefined ? 404 : 200).end(text);
    });
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    return (server.address() as AddressInfo).port;
  }

  /** The collector, on an address of its own since its port is fixed. */
  collector(host: string): Promise<unknown> {
    return this.serve(host, 8888, () => {
      const size = this.queue.length > 1 ? this.queue.shift() : this.queue[0];
      return `otelcol_exporter_queue_size{exporter="a"} ${size}\notelcol_exporter_queue_capacity{exporter="a"} 1000\n`;
    });
  }

  /** @param script in the folder of {@link scripts}, or a path */
  run(
    script: string,
    variables: Record<string, string> = {},
    { args = [], input = '' }: { readonly args?: readonly string[]; readonly input?: string } = {},
  ): Promise<{ code: number; output: string }> {
    const child = spawn('/bin/bash', [resolve(scripts, script), ...args], {
      env: {
        PATH: `${join(this.folder, 'bin')}:${this.path}`,
        AWS_REGION: 'ap-east-1',
        INSTANCE_ID: 'i-1',
        BIND_ADDRESS: address,
        LOOPBACK_ADDRESS: address,
        DATA_DIRECTORY: join(this.folder, 'data'),
        TIER: 'sampler',
        HANDOVER_BUCKET: 'bucket',
        LEAVE_SECONDS: '0',
        QUEUE_SECONDS: '2',
        POLL_SECONDS: '0.05',
        METADATA_ENDPOINT: this.endpoint,
        ...variables,
      },
    });
    child.stdin.on('error', () => {}); // it ended without reading
    child.stdin.end(input);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, output })));
  }

  calls(): string[] {
    return readFileSync(this.log, 'utf8').split('\n').filter(Boolean);
  }

  async stop(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    rmSync(this.folder, { recursive: true });
  }
}
