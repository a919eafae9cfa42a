/** How a command of a person reaches a store: a domain, signed, or a rehearsal that was kept running. */
import { readFileSync } from 'node:fs';
import { errors } from '@opensearch-project/opensearch';
import { refused } from '../config/refused';
import type { EnvironmentConfig } from '../config/schema';
import { environmentNamed } from '../harness/stages';
import type { StoreSettings } from '../lib/store/client';
import { sharedStore } from '../rehearsal/stage/addresses';
import { type Reached, reachStore, type Way, wayOf } from './session';

/** Options of `parseArgs`. */
export const connectionOptions = {
  endpoint: { type: 'string' },
  region: { type: 'string' },
  via: { type: 'string' },
  env: { type: 'string' },
} as const;

/** What they say, for a help text. */
export const connectionHelp = `  --via session|endpoint   how to reach the domain of --env: through Session Manager, or an endpoint in your VPC (docs/entrance.md)
  --env NAME               whose domain
  --endpoint URL           https:// address of a domain that your machine reaches by itself`;

/**
 * How an environment's store is reached where nobody says how, by its configuration: a name alone must not read a rehearsal's store.
 *
 * @throws Error that says what to add, where the environment has no way of its own
 */
export function ownWay({ environment, store }: Pick<EnvironmentConfig, 'environment' | 'store'>): Way {
  const { via } = store.access;
  if (via !== 'none') return via;
  throw refused(
    'HL-DOMAIN-001',
    `--env ${environment}: its store.access.via is 'none', so add how your machine reaches the domain: --endpoint https://…`,
  );
}

/** A store as the options say, until it is closed. @throws Error that says what is missing or contradictory */
export async function reached(
  values: {
    readonly endpoint?: string | undefined;
    readonly region?: string | undefined;
    readonly via?: string | undefined;
    readonly env?: string | undefined;
  },
  command: string,
): Promise<Reached> {
  const { endpoint, via, env } = values;
  const region = values.region ?? (env === undefined ? 'ap-east-1' : environmentNamed(env).region);
  if (via === undefined) return { settings: connection(endpoint, region, command), close: () => {} };
  const way = wayOf(via);
  if (endpoint !== undefined) {
    throw refused('HL-DOMAIN-003', '--via finds the address of the domain: leave --endpoint out, or --via.');
  }
  if (env === undefined)
    throw refused('HL-DOMAIN-004', `--via ${via} leads to the domain of an environment: add --env NAME.`);
  const { namePrefix } = environmentNamed(env).organisation;
  return reachStore({ via: way, environment: env, region, namePrefix });
}

/** @throws Error that says how to name a store, where none can be found */
function connection(endpoint: string | undefined, region: string, command: string): StoreSettings {
  if (endpoint !== undefined) {
    if (!/^https:\/\/[\w.:-]+\/?$/.test(endpoint)) {
      throw refused(
        'HL-DOMAIN-005',
        `--endpoint ${endpoint}: use the address of the domain, without a path, such as https://vpc-harbourline-….ap-east-1.es.amazonaws.com`,
      );
    }
    return { endpoint, auth: { kind: 'sigv4', region } };
  }
  try {
    return JSON.parse(readFileSync(sharedStore(), 'utf8')) as StoreSettings;
  } catch {
    throw refused(
      'HL-DOMAIN-006',
      `No rehearsal is kept running, and no --endpoint names a domain.\nStart one with: npm run rehearse -- --keep\nOr reach a deployed one: npm run ${command} -- --env NAME --via session (or --endpoint https://…)`,
    );
  }
}

/** What a refusal means, and what to do. */
export function explained(error: Error, { endpoint, auth }: StoreSettings, role: string): Error {
  if (error instanceof errors.ResponseError && error.statusCode === 403) {
    return refused(
      'HL-DOMAIN-007',
      `${endpoint} does not let you. Use credentials of a role in ${role}: aws sts get-caller-identity says who you are.`,
    );
  }
  if (error instanceof errors.ResponseError && error.statusCode === 401) {
    return refused('HL-DOMAIN-008', `${endpoint} does not know you. Have your credentials expired? Sign in again.`);
  }
  if (error instanceof errors.ConnectionError || error instanceof errors.TimeoutError) {
    const hint =
      auth.kind === 'basic'
        ? 'Is the rehearsal still running?'
        : 'The domain is private: reach it by --env NAME --via session, or from where it can be reached.';
    return refused('HL-DOMAIN-009', `${endpoint} cannot be reached: ${error.message}. ${hint}`);
  }
  return error;
}
