/** What each role may do in the store, tried on a node and written down as a table. */
import { type Client, errors } from '@opensearch-project/opensearch';
import { serviceMapIndex, spanAlias } from '../../lib/contract/indices';
import type { Grant } from '../../lib/store/grants';

/** Whoever is tried. `nobody` is known to the domain and has no role. */
export const roles = ['writer', 'reader', 'investigator', 'administrator', 'bootstrap', 'nobody'] as const;
export type Role = (typeof roles)[number];

/** Stand-ins of IAM roles: users whose backend role is what the domain sees of a role, its ARN. */
export const arnOf = (role: Role): string => `arn:aws:iam::111111111111:role/${role}`;

/** The grants that the matrix is tried with: they have not ended. */
export const grants: readonly Grant[] = (['investigator', 'administrator'] as const).map((role) => ({
  role,
  principal: arnOf(role),
  until: '9999-12-31T00:00:00Z',
}));

const traceId = 'ab'.repeat(16);
const address = '203.0.113.9';
const span = (spanId: string) => ({
  traceId,
  spanId,
  parentSpanId: '',
  name: 'GET /matrix',
  serviceName: 'matrix',
  startTime: '2026-03-01T08:00:00.000000000Z',
  endTime: '2026-03-01T08:00:00.000000001Z',
  durationInNanos: 1,
  'span.attributes.client@address': address,
  'harbourline.original': `text with ${address}`,
});
const index = `${spanAlias}-000001`;

type Attempt = (client: Client, role: Role) => Promise<string>;

/** An answer in a word. What a role may not see may look as if it were not there. */
async function ask(client: Client, method: string, path: string, body?: object | string): Promise<string> {
  try {
    const answer = await client.transport.request({ method, path, ...(body ? { body } : {}) });
    const item = (answer.body as { items?: Record<string, { status: number }>[] } | null)?.items?.[0];
    const status = item ? Object.values(item)[0]!.status : (answer.statusCode ?? 0);
    return status < 300 ? 'yes' : status === 403 ? 'no' : `${status}`;
  } catch (error) {
    if (!(error instanceof errors.ResponseError)) throw error;
    return error.statusCode === 403 ? 'no' : `${error.statusCode}`;
  }
}

const bulk = (action: object, source?: object): string =>
  [action, ...(source ? [source] : [])].map((line) => `${JSON.stringify(line)}\n`).join('');

/** How a role sees the address of a client, and the text of a defused span. */
const sees = async (client: Client): Promise<Record<string, unknown> | undefined> =>
  (await hits(client, spanAlias, { query: { term: { spanId: 'seed' } } }))?.[0];

/** Documents that a search finds; undefined where it is refused. */
async function hits(client: Client, from: string, body: object): Promise<Record<string, unknown>[] | undefined> {
  try {
    const answer = await client.search({ index: from, body });
    return answer.body.hits.hits.map(({ _source }) => _source as Record<string, unknown>);
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === 403) return undefined;
    throw error;
  }
}

const attempts: Readonly<Record<string, Attempt>> = {
  'bulk: write spans': (client, role) =>
    ask(client, 'POST', '/_bulk', bulk({ index: { _index: spanAlias, _id: role } }, span(role))),
  'bulk: delete spans': (client, role) => ask(client, 'POST', '/_bulk', bulk({ delete: { _index: index, _id: role } })),
  'index one document': (client, role) => ask(client, 'PUT', `/${index}/_doc/one-${role}`, span(role)),
  'search spans': (client) => ask(client, 'POST', `/${spanAlias}/_search`, { size: 0 }),
  'see addresses of clients': async (client) => {
    const source = await sees(client);
    const seen = source?.['span.attributes.client@address'];
    return seen === undefined ? 'no' : seen === address ? 'yes' : 'as a hash';
  },
  'see texts of defused spans': async (client) => ((await sees(client))?.['harbourline.original'] ? 'yes' : 'no'),
  'search the service map': (client) => ask(client, 'POST', `/${serviceMapIndex}/_search`, { size: 0 }),
  'search another index': (client) => ask(client, 'POST', '/something-else/_search', { size: 0 }),
  'delete documents by query': (client) =>
    ask(client, 'POST', `/${index}/_delete_by_query`, { query: { term: { spanId: 'nobody-has-it' } } }),
  'create an index': (client, role) => ask(client, 'PUT', `/matrix-${role}`),
  'delete an index': (client, role) => ask(client, 'DELETE', `/victim-${role}`),
  'roll over': (client) => ask(client, 'POST', `/${spanAlias}/_rollover?dry_run=true`),
  'change templates': (client, role) =>
    ask(client, 'PUT', `/_index_template/matrix-${role}`, { index_patterns: [`never-${role}-*`] }),
  'change cluster settings': (client) =>
    // The value that it has: nothing changes for the sake of a table.
    ask(client, 'PUT', '/_cluster/settings', { transient: { 'cluster.routing.allocation.enable': 'all' } }),
  'read roles (security API)': (client) => ask(client, 'GET', '/_plugins/_security/api/roles'),
  'change mappings (security API)': (client, role) =>
    ask(client, 'PUT', `/_plugins/_security/api/rolesmapping/matrix-${role}`, { backend_roles: [] }).then(missing404),
  'read the security index': async (client) => {
    // Nobody is refused who may search everything, but nothing is found.
    const found = await hits(client, '.opendistro_security', {});
    return found && found.length > 0 ? 'yes' : 'no';
  },
  'read objects of Dashboards': (client) => ask(client, 'POST', '/.kibana_1/_search', { size: 0 }),
  'write objects of Dashboards': (client, role) => ask(client, 'PUT', `/.kibana_1/_doc/matrix-${role}`, { a: 1 }),
};

/** Let in, and answered that there is no such role to map. */
const missing404 = (answer: string): string => (answer === '404' ? 'yes' : answer);

/**
 * Tries every cell as each role and returns the table in Markdown. What an attempt needs is made by the bootstrap before.
 * A cell that is neither `yes`, `no` nor `as a hash` holds the status of an answer that was not expected.
 */
export async function permissionMatrix(clients: Readonly<Record<Role, Client>>): Promise<string> {
  const { bootstrap } = clients;
  await bootstrap.index({ index: spanAlias, id: 'seed', body: span('seed'), refresh: true });
  await bootstrap.index({ index: 'something-else', id: 'x', body: { a: 1 } });
  await bootstrap.index({ index: '.kibana_1', id: 'x', body: { a: 1 } });
  for (const role of roles) await bootstrap.indices.create({ index: `victim-${role}` });
  const rows: string[] = [];
  for (const [what, attempt] of Object.entries(attempts)) {
    const cells: string[] = [];
    for (const role of roles) cells.push(await attempt(clients[role], role));
    rows.push(`| ${[what, ...cells].join(' | ')} |`);
  }
  return [`| | ${roles.join(' | ')} |`, `|---|${roles.map(() => '---|').join('')}`, ...rows].join('\n');
}
