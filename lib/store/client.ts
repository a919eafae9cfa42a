/**
 * How a program of ours talks to the OpenSearch domain: one strategy, chosen by its environment.
 *
 * In AWS requests are signed (SigV4) with the role of the instance or function. A rehearsal has no IAM, so users that
 * stand in for roles sign in with basic authentication. Everything after that choice is the same code.
 */
import { readFileSync } from 'node:fs';
import { Agent, type AgentOptions } from 'node:https';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Client, type ClientOptions } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws';

/** Where the store is and how to sign in. */
export interface StoreSettings {
  /** Base URL, `https://` only. */
  readonly endpoint: string;
  readonly auth:
    | {
        readonly kind: 'sigv4';
        readonly region: string;
        /** @default those of the process */
        readonly credentials?: ReturnType<typeof defaultProvider>;
      }
    | { readonly kind: 'basic'; readonly username: string; readonly password: string };
  /** PEM file of the authority that signed the store's certificate. @default the system's authorities */
  readonly caFile?: string;
  /** Port on this machine that leads to the store: requests still bear its name, and its certificate must. @default its own address */
  readonly forwardedPort?: number;
}

/**
 * Reads {@link StoreSettings} from environment variables.
 *
 * `STORE_ENDPOINT`; `STORE_AUTH` = `sigv4` (with `AWS_REGION`) or `basic` (with `STORE_USERNAME` and
 * `STORE_PASSWORD_FILE`); `STORE_CA_FILE` (optional).
 *
 * @throws Error that lists every missing or contradictory variable, not just the first.
 */
export function storeSettingsFromEnv(env: Readonly<Record<string, string | undefined>>): StoreSettings {
  const problems: string[] = [];
  const need = (name: string, why: string): string => {
    const value = env[name];
    if (!value) problems.push(`${name} is not set: ${why}`);
    return value ?? '';
  };
  const endpoint = need('STORE_ENDPOINT', 'the https:// address of the OpenSearch domain');
  if (endpoint && !endpoint.startsWith('https://')) {
    problems.push(`STORE_ENDPOINT is ${endpoint}: the store is spoken to over TLS only, use https://`);
  }
  let auth: StoreSettings['auth'];
  switch (env.STORE_AUTH) {
    case 'sigv4':
      auth = { kind: 'sigv4', region: need('AWS_REGION', 'SigV4 signs for a region') };
      break;
    case 'basic': {
      const username = need('STORE_USERNAME', 'basic authentication needs a user');
      const file = need('STORE_PASSWORD_FILE', 'the file that holds the password');
      auth = { kind: 'basic', username, password: file ? readFileSync(file, 'utf8').trim() : '' };
      break;
    }
    default:
      problems.push(`STORE_AUTH is ${env.STORE_AUTH ?? 'not set'}: use sigv4 (in AWS) or basic (in a rehearsal)`);
      auth = { kind: 'basic', username: '', password: '' };
  }
  if (problems.length > 0) throw new Error(`The store cannot be reached as configured:\n- ${problems.join('\n- ')}`);
  return { endpoint, auth, ...(env.STORE_CA_FILE ? { caFile: env.STORE_CA_FILE } : {}) };
}

/** Connects to a port of this machine in place of the host that a request names; all else, the name in TLS included, stays. */
function forwarding(port: number, tls: AgentOptions): Agent {
  const agent = new Agent({ ...tls, keepAlive: true });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) =>
    connect({ ...options, servername: options.servername ?? options.host ?? '', host: '127.0.0.1', port }, done);
  return agent;
}

/** A client of the store. Certificates are always verified. `options` adds to (and wins over) what the settings say. */
export function storeClient(settings: StoreSettings, options: ClientOptions = {}): Client {
  const ssl = { rejectUnauthorized: true, ...(settings.caFile ? { ca: readFileSync(settings.caFile) } : {}) };
  const { forwardedPort } = settings;
  const common: ClientOptions = {
    node: settings.endpoint,
    ssl,
    ...(forwardedPort ? { agent: () => forwarding(forwardedPort, ssl) } : {}),
    ...options,
  };
  if (settings.auth.kind === 'basic') {
    const { username, password } = settings.auth;
    return new Client({ ...common, auth: { username, password } });
  }
  const { region, credentials: getCredentials = defaultProvider() } = settings.auth;
  const signer = AwsSigv4Signer({ region, service: 'es', getCredentials });
  return new Client({ ...common, ...signer });
}
