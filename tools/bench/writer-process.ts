/** Span writers in processes of their own, in front of a node or of a sink that keeps nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { join } from 'node:path';
import { waitFor } from '../../harness/wait';
import { bundle } from '../../lib/common/bundle';
import { connections, median, processorSeconds, timed } from './measure';
import { type Load, spansInRequest } from './store-load';

/** A writer that takes requests. */
export interface Writer {
  readonly pid: number;
  readonly post: (body: Buffer) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What its unit gives Node. */
function unitFlags(): string[] {
  const unit = join(__dirname, '..', '..', 'lib', 'machine', 'instance-files', 'harbourline-span-writer.service');
  const command = /^ExecStart=\S+ (.*)$/m.exec(readFileSync(unit, 'utf8'))?.[1] ?? '';
  return command.split(' ').filter((part) => part.startsWith('--'));
}

/** The bundled program, as it is deployed. */
export async function startWriter(port: number, environment: Record<string, string>): Promise<Writer> {
  const program = join(bundle(join(__dirname, '..', '..', 'lib', 'store', 'span-writer', 'main.ts')), 'main.js');
  const host = '127.77.94.2';
  const child: ChildProcess = spawn(process.execPath, ['--max-old-space-size=512', ...unitFlags(), program], {
    env: { WRITER_LISTEN: `${host}:${port}`, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const call = (method: string, path: string, body?: Buffer): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = body ? { 'content-type': 'application/x-protobuf', 'content-length': body.length } : {};
      const sent = request({ host, port, method, path, agent, headers }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  await waitFor('the span writer to be healthy', async () => {
    const status = await call('GET', '/healthz');
    return status === 200 || status;
  });
  return {
    pid: child.pid ?? 0,
    post: async (body) => {
      await waitFor('the span writer to take spans', async () => {
        const status = await call('POST', '/v1/traces', body);
        return status === 200 || status;
      });
    },
    stop: async () => {
      agent.destroy();
      const ended = new Promise((resolve) => child.on('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A store that takes everything and keeps nothing. */
async function nullSink(): Promise<{ url: string; close: () => void }> {
  const server = createServer((incoming, response) => {
    let lines = 0;
    incoming.on('data', (part: Buffer) => {
      for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) lines++;
    });
    incoming.on('end', () => {
      const items = Array.from({ length: lines / 2 }, () => '{"index":{"status":201}}').join(',');
      response.writeHead(200, { 'content-type': 'application/json' }).end(`{"errors":false,"items":[${items}]}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.77.94.3', resolve));
  const address = server.address() as { port: number };
  return { url: `http://127.77.94.3:${address.port}`, close: () => server.close() };
}

/** Spans a processor second of the writer's work alone: decoding, scrubbing, documents, bulk bodies, answers. */
export async function writerCost(load: Load, rounds: number, requestsARound: number): Promise<number> {
  const { url, close } = await nullSink();
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'store-null.ts'), url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let port = 0;
  child.stdout.on('data', (text) => {
    port ||= Number(`${text}`.trim());
  });
  await waitFor("the span writer's port", () => port !== 0 || 'nothing');
  const post = async (body: Buffer): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(body),
    });
    if (answer.status !== 200)
      throw new Error(`The writer answers ${answer.status} in front of a sink that takes everything.`);
    await answer.arrayBuffer();
  };
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const requests = Array.from({ length: requestsARound }, () => load.request());
    const before = processorSeconds(child.pid ?? 0);
    await timed(requests, post);
    const cost = processorSeconds(child.pid ?? 0) - before;
    if (round > 0) rates.push((requestsARound * spansInRequest) / cost);
  }
  child.kill('SIGTERM');
  close();
  return median(rates);
}
