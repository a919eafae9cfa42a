import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Client } from '@opensearch-project/opensearch';
import type { EnvironmentConfig } from '../../config/schema';
import { CleanUp } from '../../harness/clean-up';
import { prepareOpenSearch } from '../../harness/opensearch-node/node';
import { preparePython } from '../../harness/python/environment';
import { collectorBinary, hostTarget } from '../../lib/collector/distribution/build';
import { ports } from '../../lib/contract/ports';
import { addresses, endpoints } from '../../rehearsal/stage/addresses';
import { assertFree, claim, runFolder } from '../../rehearsal/stage/run-folder';
import { Stage } from '../../rehearsal/stage/stage';
import { synthesise } from '../../rehearsal/stage/synthesised';
import type { Gateways } from './trace';

const reader = 'arn:aws:iam::111111111111:role/trace-readers';

/** The line of a rehearsal, without payments: what was synthesised, on this machine. */
export interface Rehearsed {
  readonly gateways: Gateways;
  /** Signed in as a user who stands in for a reader's role. */
  readonly store: Client;
  readonly close: () => Promise<void>;
}

/** Starts it. */
export async function rehearsed(given: EnvironmentConfig, progress: (line: string) => void): Promise<Rehearsed> {
  // Each child and each bundle has an exit hook of its own: a dozen and more, none of them a leak.
  process.setMaxListeners(50);
  const config = { ...given, store: { ...given.store, readerRoleArns: [reader] } };
  const cleanUp = new CleanUp();
  cleanUp.add(claim());
  const folder = runFolder();
  const close = async (): Promise<void> => {
    await cleanUp.run();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await assertFree(endpoints);
    const synthesised = synthesise(config);
    cleanUp.add(synthesised.dispose);
    const [binary, python, node] = await Promise.all([
      collectorBinary(hostTarget(), progress),
      preparePython(progress),
      prepareOpenSearch(progress),
    ]);
    const stage = await Stage.open({ config, synthesised, binary, python, node, folder, seed: 1, cleanUp, progress });
    const { ca, servername, cert, key } = stage.gatewayTrust;
    return {
      gateways: { host: addresses.balancer, port: ports.otlpHttp, servername, cert, key, ca },
      store: await readerOf(stage.client('master')),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A user with the reader's backend role, and a client that is signed in as it. */
async function readerOf(master: Client): Promise<Client> {
  const password = randomBytes(18).toString('base64url');
  await master.transport.request({
    method: 'PUT',
    path: '/_plugins/_security/api/internalusers/smoke-reader',
    body: { password, backend_roles: [reader] },
  });
  return master.child({ auth: { username: 'smoke-reader', password } });
}
