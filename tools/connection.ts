/** How a command of a person reaches a store: a domain, signed, or a rehearsal that was kept running. */
import { readFileSync } from 'node:fs';
import { errors } from '@opensearch-project/opensearch';
import type { StoreSettings } from '../lib/store/client';
import { sharedStore } from '../rehearsal/stage/addresses';

/** Options of `parseArgs`. */
export const connectionOptions = {
  endpoint: { type: 'string' },
  region: { type: 'string', default: 'ap-east-1' },
} as const;

/** @throws Error that says how to name a store, where none can be found */
export function connection(endpoint: string | undefined, region: string, command: string): StoreSettings {
  if (endpoint !== undefined) {
    if (!/^https:\/\/[\w.:-]+\/?$/.test(endpoint)) {
      throw new Error(
        `--endpoint ${endpoint}: use the address of the domain, https://vpc-harbourline-… .ap-east-1.es.amazonaws.com`,
      );
    }
    return { endpoint, auth: { kind: 'sigv4', region } };
  }
  try {
    return JSON.parse(readFileSync(sharedStore(), 'utf8')) as StoreSettings;
  } catch {
    throw new Error(
      `No rehearsal is kept running, and no --endpoint names a domain.\nStart one with: npm run rehearse -- --keep\nOr name it: npm run ${command} -- --endpoint https://…`,
    );
  }
}

/** What a refusal means, and what to do. */
export function explained(error: Error, { endpoint, auth }: StoreSettings, role: string): Error {
  if (error instanceof errors.ResponseError && error.statusCode === 403) {
    return new Error(
      `${endpoint} does not let you. Use credentials of a role in ${role}: aws sts get-caller-identity says who you are.`,
    );
  }
  if (error instanceof errors.ResponseError && error.statusCode === 401) {
    return new Error(`${endpoint} does not know you: are your credentials expired?`);
  }
  if (error instanceof errors.ConnectionError || error instanceof errors.TimeoutError) {
    const hint =
      auth.kind === 'basic'
        ? 'Is the rehearsal still running?'
        : 'The domain is private: run this where it can be reached, such as over the VPN.';
    return new Error(`${endpoint} cannot be reached: ${error.message}. ${hint}`);
  }
  return error;
}
