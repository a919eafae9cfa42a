/** Saved objects and settings against a double of Dashboards: there is none for a local node. It verifies signature and shape. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws';
import { applyDocuments } from '../../lib/store/apply-documents';
import { dashboardsDocuments } from '../../lib/store/documents/dashboards';
import { signatureProblem } from '../../rehearsal/stage/aws/signature';

type Json = any;
const credentials = { accessKeyId: 'REHEARSAL', secretAccessKey: 'a-secret-of-the-test' };
const region = 'ap-east-1';

let server: Server;
let client: Client;
let objects: Map<string, Json>;
let settings: Record<string, { userValue: unknown }>;
let problems: string[];
let refuse: number | undefined;
let writes: number;

beforeEach(async () => {
  [objects, settings, problems, refuse, writes] = [new Map(), {}, [], undefined, 0];
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', async () => {
      const body = Buffer.concat(parts);
      const { method = '', url = '', headers } = request;
      const received = { method, path: url, headers, body };
      const problem = await signatureProblem(received, { service: 'es', region, credentials });
      if (problem) problems.push(problem);
      if (headers['osd-xsrf'] !== 'true') problems.push('no osd-xsrf');
      if (headers.securitytenant !== 'global') problems.push('not the global tenant');
      if (!`${headers['content-type'] ?? 'application/json'}`.includes('json')) problems.push('not JSON');
      const answer = refuse ? { statusCode: refuse, error: 'Refused' } : handle(method, url, body.toString());
      response.writeHead(refuse ?? 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new Client({
    node: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...AwsSigv4Signer({ region, service: 'es', getCredentials: async () => credentials }),
  });
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(problems).toEqual([]);
});

function handle(method: string, url: string, body: string): Json {
  const api = '/_dashboards/api';
  if (url.endsWith('/settings') && method === 'GET') return { settings };
  const content = JSON.parse(body);
  if (url === `${api}/saved_objects/_bulk_get`) {
    return {
      saved_objects: content.map(({ type, id }: Json) => objects.get(id) ?? { type, id, error: { statusCode: 404 } }),
    };
  }
  writes++;
  if (url === `${api}/saved_objects/_bulk_create?overwrite=true`) {
    for (const { type, id, attributes, references, ...more } of content) {
      if (Object.keys(more).length > 0 || !type || !id) problems.push(`not a saved object: ${id}`);
      objects.set(id, { type, id, attributes, references, version: 'WzEsMV0=', updated_at: 'now' });
    }
    return { saved_objects: content };
  }
  if (url === `${api}/opensearch-dashboards/settings` && method === 'POST') {
    for (const [key, userValue] of Object.entries(content.changes)) settings[key] = { userValue };
    return { settings };
  }
  problems.push(`${method} ${url} is not an API of Dashboards`);
  return {};
}

const lines: string[] = [];
const apply = () => {
  lines.length = 0;
  const documents = Object.entries(dashboardsDocuments()).map(([id, body]) => [id, JSON.stringify(body)]);
  const patience = { wait: async () => {} };
  return applyDocuments(client, Object.fromEntries(documents), { log: (line) => lines.push(line), patience });
};

test('objects and settings are imported once; what somebody changed is put back, what is theirs stays', async () => {
  expect(new Set(Object.values(await apply()))).toEqual(new Set(['created', 'updated']));
  const after = writes;
  expect(new Set(Object.values(await apply()))).toEqual(new Set(['unchanged']));
  expect(writes).toBe(after);

  objects.set('somebody-elses', { type: 'search', id: 'somebody-elses' });
  objects.get('harbourline-traces').attributes = { title: 'changed' };
  expect(await apply()).toMatchObject({ 'dashboards-objects/harbourline': 'updated' });
  expect(lines[0]).toContain('dashboard harbourline-traces');
  expect(objects.has('somebody-elses')).toBe(true);
});

test.each([400, 503])(
  'what Dashboards refuses with %i is said and keeps nothing else from being applied',
  async (status) => {
    refuse = status;
    expect(new Set(Object.values(await apply()))).toEqual(new Set(['refused']));
    // One that may pass is waited for, a minute at most.
    expect(lines.length).toBeLessThan(30);
    expect(lines.at(-1)).toContain(`${status}`);
  },
);

test('every reference leads to an object that is imported, and every text of JSON is JSON', () => {
  const { objects: all } = dashboardsDocuments()['dashboards-objects/harbourline'] as { objects: Json[] };
  const ids = new Set(all.map(({ type, id }) => `${type}/${id}`));
  for (const { references, attributes, id } of all) {
    for (const reference of references) expect([id, ids.has(`${reference.type}/${reference.id}`)]).toEqual([id, true]);
    const texts = [
      attributes.visState,
      attributes.panelsJSON,
      attributes.optionsJSON,
      attributes.kibanaSavedObjectMeta?.searchSourceJSON,
    ];
    for (const text of texts) if (text !== undefined) expect(() => JSON.parse(text)).not.toThrow();
    const named = [
      ...JSON.stringify(attributes).matchAll(/(?:panelRefName|indexRefName)\\?\\?\\?":\\?\\?\\?"([^"\\]+)/g),
    ];
    for (const [, name] of named) expect(references.map((reference: Json) => reference.name)).toContain(name);
  }
  const settings = dashboardsDocuments()['dashboards-settings/harbourline'] as Json;
  expect(ids).toContain(`index-pattern/${settings.defaultIndex}`);
});
