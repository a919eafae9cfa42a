/** The domain's endpoint: a real OpenSearch node behind a gate that asks for a signature, as OpenSearch Service does. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { join } from 'node:path';
import { issueNodeCertificate } from '../../harness/opensearch-node/certificates';
import { prepareOpenSearch, startOpenSearch } from '../../harness/opensearch-node/node';
import { freePort } from '../../harness/ports';
import { AbsentPlugins } from './plugins';

const address = '127.0.0.1';

/** Of the gate: the emulator speaks plain HTTP to 127.0.0.1, whatever a function asks for. */
const gateAddress = '127.77.1.1';

/** The node's one user with a role: it stands for the domain's IAM master. */
const masterUser = 'bootstrap';

/** A domain that answers. */
export interface Domain {
  /** `host:port`. */
  readonly endpoint: string;
  readonly authorityFile: string;
  /** Requests that bore a signature for service `es` of the region, and went on to the node. */
  readonly signed: () => number;
  /** Requests without one: refused. */
  readonly refused: () => number;
  /** Reads from the node as its master. */
  read(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts node and gate. What is signed is the master: the emulator gives its functions no other identity. */
export async function startDomain(
  directory: string,
  region: string,
  progress: (line: string) => void,
): Promise<Domain> {
  const password = randomBytes(18).toString('base64url');
  const node = await startOpenSearch(await prepareOpenSearch(progress), {
    directory: join(directory, 'node'),
    address,
    port: await freePort(),
    users: [{ name: masterUser, backendRoles: ['master'], password }],
  });
  const issued = await issueNodeCertificate(gateAddress);
  const authorityFile = join(directory, 'domain-authority.pem');
  writeFileSync(authorityFile, issued.authority);
  const ca = readFileSync(node.caFile);
  const plugins = new AbsentPlugins();
  const counts = { signed: 0, refused: 0 };
  const basic = `Basic ${Buffer.from(`${masterUser}:${password}`).toString('base64')}`;
  const scope = new RegExp(`^AWS4-HMAC-SHA256 Credential=[^/]+/\\d{8}/${region}/es/aws4_request`);

  const gate = createServer({ cert: issued.certificate, key: issued.key }, (incoming, answer) => {
    if (!scope.test(incoming.headers.authorization ?? '')) {
      counts.refused += 1;
      answer.writeHead(403).end('{"message":"not signed for es"}');
      return;
    }
    counts.signed += 1;
    const path = incoming.url ?? '/';
    if (AbsentPlugins.owns(path)) {
      let text = '';
      incoming.on('data', (chunk) => {
        text += chunk;
      });
      incoming.on('end', () => {
        const { status, body } = plugins.answer(incoming.method ?? 'GET', path, text);
        answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
      return;
    }
    // Those of the body alone: what belongs to the signature or to the caller's connection is not the node's business.
    const kept = ['content-type', 'content-length'].flatMap((name) => {
      const value = incoming.headers[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    const onward = request(
      `${node.endpoint}${incoming.url}`,
      { method: incoming.method, ca, headers: { ...Object.fromEntries(kept), authorization: basic } },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      },
    );
    onward.on('error', (error) => answer.writeHead(502).end(error.message));
    incoming.pipe(onward);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => gate.listen(port, gateAddress, resolve));

  return {
    endpoint: `${gateAddress}:${port}`,
    authorityFile,
    signed: () => counts.signed,
    refused: () => counts.refused,
    read: (path) =>
      new Promise((resolve, reject) => {
        const asked = request(`${node.endpoint}${path}`, { ca, headers: { authorization: basic } }, (reply) => {
          let text = '';
          reply.on('data', (chunk) => {
            text += chunk;
          });
          reply.on('end', () => resolve(JSON.parse(text)));
        });
        asked.on('error', reject);
        asked.end();
      }),
    stop: async () => {
      gate.closeAllConnections();
      await new Promise((resolve) => gate.close(resolve));
      await node.stop();
    },
  };
}
