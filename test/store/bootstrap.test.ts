/** The bootstrap against a store that answers as scripted: what a real node cannot be made to do on demand. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client } from '@opensearch-project/opensearch';
import type { CdkCustomResourceEvent } from 'aws-lambda';
import { applyDocuments, type Patience } from '../../lib/store/apply-documents';
import { handler } from '../../lib/store/bootstrap.handler';
import { storeClient } from '../../lib/store/client';

type Answer = readonly [status: number, body: object | string];

/** What was asked, `METHOD path`, and what was sent with it. */
let asked: { what: string; body?: unknown }[];
/** Answered first, in turn. `drop` closes the connection. */
let refusals: (Answer | 'drop')[];
/** Then by `METHOD path`. A GET without an answer is a 404, a PUT succeeds. */
let answers: Record<string, Answer>;
let server: Server;
let client: Client;

beforeEach(async () => {
  [asked, refusals, answers] = [[], [], {}];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const what = `${request.method} ${request.url}`;
      asked.push({ what, ...(text ? { body: JSON.parse(text) } : {}) });
      const next = refusals.shift();
      if (next === 'drop') return request.socket.destroy();
      const byDefault: Answer = request.method === 'PUT' ? [200, { acknowledged: true }] : [404, {}];
      const [status, body] = next ?? answers[what] ?? byDefault;
      const content = typeof body === 'string' ? body : JSON.stringify(body);
      const type = typeof body === 'string' ? 'text/plain' : 'application/json';
      response.writeHead(status, { 'content-type': type }).end(request.method === 'HEAD' ? undefined : content);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = storeClient({
    endpoint: `http://127.0.0.1:${port}`,
    auth: { kind: 'basic', username: 'bootstrap', password: 'x' },
  });
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const patience: Patience = { wait: async () => {} };
const lines: string[] = [];
const log = (line: string) => lines.push(line);
beforeEach(() => {
  lines.length = 0;
});
const apply = (documents: Record<string, object>, extra: { patience?: Patience; skip?: string[] } = {}) =>
  applyDocuments(
    client,
    Object.fromEntries(Object.entries(documents).map(([id, body]) => [id, JSON.stringify(body)])),
    { log, patience, ...extra },
  );
const writes = () => asked.filter(({ what }) => what.startsWith('PUT'));

const security = '/_plugins/_security/api';
const first = { aliases: { spans: { is_write_index: true } } };

test('a young domain is waited for, whatever way it refuses', async () => {
  refusals = [
    'drop',
    [401, 'Unauthorized'],
    [403, { message: 'no permissions for [] and User [name=arn]' }],
    [503, 'OpenSearch Security not initialized.'],
    [500, 'OpenSearch Security not initialized.'],
    [429, {}],
  ];
  expect(await apply({ 'role/harbourline-x': { description: 'x' } })).toEqual({ 'role/harbourline-x': 'created' });
  expect(lines.filter((line) => line.startsWith('waiting for the store'))).toHaveLength(6);
});

test('the wait has an end, and says what the store said last', async () => {
  refusals = Array.from({ length: 9 }, () => [403, { message: 'still not you' }] as const);
  const bounded = { delayMs: 5_000, withinMs: 15_500, wait: async () => {} };
  await expect(apply({ 'role/harbourline-x': {} }, { patience: bounded })).rejects.toThrow(
    /did not get ready in 15.5 s: GET .*roles\/harbourline-x: 403 .*still not you/,
  );
  expect(asked).toHaveLength(4);
});

test('a refusal that will not pass is not waited out', async () => {
  answers['PUT /_index_template/x'] = [
    400,
    { error: { type: 'illegal_argument_exception', reason: 'unknown setting' } },
  ];
  await expect(apply({ 'index-template/x': {} })).rejects.toThrow(
    /refuses PUT \/_index_template\/x: 400 .*unknown setting/,
  );
  expect(lines).toEqual([]);
});

test('an answer of 200 that says otherwise is an error', async () => {
  answers[`PUT ${security}/roles/harbourline-x`] = [200, { status: 'BAD_REQUEST', reason: 'Invalid configuration' }];
  await expect(apply({ 'role/harbourline-x': {} })).rejects.toThrow(/did not do PUT .*Invalid configuration/);
  answers['PUT /_component_template/x'] = [200, { acknowledged: false }];
  await expect(apply({ 'component-template/x': {} })).rejects.toThrow(/did not do PUT .*acknowledged/);
});

test('everything that is wrong with the documents is said at once, before anything is sent', async () => {
  const documents = { 'role/a': '{', 'index/b': '[]', 'pipeline/c': '{}', plain: '{}', 'role/fine': '{}' };
  const problem = await applyDocuments(client, documents, { log, patience, skip: ['role/typo'] }).catch(
    (error) => error,
  );
  for (const id of ['role/a', 'index/b', 'pipeline/c', 'plain', 'role/typo'])
    expect(problem.message).toContain(`- ${id} `);
  expect(problem.message).not.toContain('role/fine');
  expect(asked).toEqual([]);
});

test('templates come before indices, and access comes last', async () => {
  await apply({
    'role-mapping/harbourline-x': { backend_roles: [] },
    'role/harbourline-x': {},
    'index/x-1': first,
    'retention-policy/x': { policy: {} },
    'index-template/x': {},
    'component-template/x': {},
  });
  expect(writes().map(({ what }) => what.split('/').slice(1, -1).join('/'))).toEqual([
    '_component_template',
    '_index_template',
    '_plugins/_ism/policies',
    '',
    '_plugins/_security/api/roles',
    '_plugins/_security/api/rolesmapping',
  ]);
});

test('what is to be skipped is shown as skipped and not sent', async () => {
  expect(await apply({ 'retention-policy/x': {} }, { skip: ['retention-policy/x'] })).toEqual({
    'retention-policy/x': 'skipped',
  });
  expect(lines).toEqual(['retention-policy/x: skipped']);
  expect(asked).toEqual([]);
});

describe('an index with a write alias', () => {
  test('is made where neither is there', async () => {
    expect(await apply({ 'index/spans-1': first })).toEqual({ 'index/spans-1': 'created' });
    expect(writes()).toEqual([{ what: 'PUT /spans-1', body: first }]);
  });

  test('is left alone once the alias writes to any index', async () => {
    answers['GET /_alias/spans'] = [
      200,
      {
        'spans-7': { aliases: { spans: { is_write_index: false } } },
        'spans-8': { aliases: { spans: { is_write_index: true } } },
      },
    ];
    expect(await apply({ 'index/spans-1': first })).toEqual({ 'index/spans-1': 'unchanged' });
    expect(writes()).toEqual([]);
  });

  test.each([
    ['an index stands in the place of the alias', { 'HEAD /spans': [200, ''] }, /index named spans.*Stop the writers/],
    ['the index is there without the alias', { 'HEAD /spans-1': [200, ''] }, /index spans-1 without its alias/],
    [
      'the alias writes nowhere',
      { 'GET /_alias/spans': [200, { 'spans-7': { aliases: { spans: {} } } }] },
      /alias spans is on spans-7, none of which/,
    ],
  ] as const)('is refused with what to do where %s', async (_, found, message) => {
    Object.assign(answers, found);
    await expect(apply({ 'index/spans-1': first })).rejects.toThrow(message);
    expect(writes()).toEqual([]);
  });
});

describe('role mappings', () => {
  const path = (name: string) => `${security}/rolesmapping/${name}`;
  const reserved = {
    reserved: false,
    hidden: false,
    description: 'master',
    backend_roles: ['arn:master'],
    hosts: [],
    users: ['admin'],
    and_backend_roles: [],
  };

  test('that are not ours keep who is in them', async () => {
    answers[`GET ${path('all_access')}`] = [200, { all_access: reserved }];
    const documents = { 'role-mapping/all_access': { backend_roles: ['arn:new'] } };
    expect(await apply(documents)).toEqual({ 'role-mapping/all_access': 'updated' });
    const { reserved: _, hidden, ...rest } = reserved;
    expect(writes()[0]?.body).toEqual({ ...rest, backend_roles: ['arn:master', 'arn:new'] });
  });

  test('that hold everyone already are not written', async () => {
    answers[`GET ${path('all_access')}`] = [200, { all_access: reserved }];
    expect(await apply({ 'role-mapping/all_access': { backend_roles: ['arn:master'] } })).toEqual({
      'role-mapping/all_access': 'unchanged',
    });
  });

  test('that are ours are replaced: whoever was added by hand is out', async () => {
    answers[`GET ${path('harbourline-x')}`] = [
      200,
      { 'harbourline-x': { ...reserved, backend_roles: ['arn:b', 'arn:a'] } },
    ];
    expect(await apply({ 'role-mapping/harbourline-x': { backend_roles: ['arn:a', 'arn:b'] } })).toEqual({
      'role-mapping/harbourline-x': 'unchanged',
    });
    expect(await apply({ 'role-mapping/harbourline-x': { backend_roles: ['arn:a'] } })).toEqual({
      'role-mapping/harbourline-x': 'updated',
    });
    expect(writes()[0]?.body).toEqual({ backend_roles: ['arn:a'] });
  });
});

test('what was changed is said, member by member', async () => {
  answers[`GET ${security}/roles/harbourline-x`] = [
    200,
    { 'harbourline-x': { description: 'as it was', cluster_permissions: ['read', '*'] } },
  ];
  await apply({ 'role/harbourline-x': { description: 'as it is', cluster_permissions: ['read', 'write'] } });
  expect(lines).toEqual(['role/harbourline-x: updated\n  description\n  cluster_permissions: +write -*']);
});

describe('the audit configuration', () => {
  const path = `${security}/audit`;
  test('is put right where it differs, and left where it is in what the store has', async () => {
    answers[`GET ${path}`] = [
      200,
      { _readonly: [], config: { enabled: true, audit: { log_request_body: true, more: 1 } } },
    ];
    const wanted = (log_request_body: boolean) => ({ 'audit-config/config': { audit: { log_request_body } } });
    expect(await apply(wanted(true))).toEqual({ 'audit-config/config': 'unchanged' });
    expect(await apply(wanted(false))).toEqual({ 'audit-config/config': 'updated' });
    expect(writes()).toEqual([{ what: `PUT ${path}/config`, body: { audit: { log_request_body: false } } }]);
  });
});

describe('the retention policy', () => {
  const path = '/_plugins/_ism/policies/spans';
  const policy = (age: string) => ({
    default_state: 'a',
    states: [{ name: 'a', actions: [{ delete: {} }], transitions: [{ conditions: { min_rollover_age: age } }] }],
  });
  const stored = {
    _seq_no: 7,
    _primary_term: 2,
    policy: { ...policy('14d'), policy_id: 'spans', last_updated_time: 1, schema_version: 1, error_notification: null },
  };

  test('is compared without what the store adds to it', async () => {
    answers[`GET ${path}`] = [200, stored];
    expect(await apply({ 'retention-policy/spans': { policy: policy('14d') } })).toEqual({
      'retention-policy/spans': 'unchanged',
    });
  });

  test('is written against the version that was read', async () => {
    answers[`GET ${path}`] = [200, stored];
    expect(await apply({ 'retention-policy/spans': { policy: policy('30d') } })).toEqual({
      'retention-policy/spans': 'updated',
    });
    expect(writes()[0]?.what).toBe(`PUT ${path}?if_seq_no=7&if_primary_term=2`);
  });
});

describe('the function', () => {
  const event = (RequestType: string, documents: Record<string, string>, before?: Record<string, string>) =>
    ({
      RequestType,
      ResourceProperties: { Documents: documents },
      ...(before ? { OldResourceProperties: { Documents: before } } : {}),
    }) as unknown as CdkCustomResourceEvent;

  test('applies, and counts by outcome', async () => {
    answers['GET /_component_template/same'] = [200, { component_templates: [{ component_template: { version: 1 } }] }];
    const documents = { 'component-template/same': '{"version":1}', 'component-template/new': '{"version":1}' };
    const response = await handler(event('Create', documents), undefined, { client, patience, log });
    expect(response).toEqual({ PhysicalResourceId: 'store-documents', Data: { created: 3, unchanged: 1 } });
  });

  test('does nothing on delete but say so', async () => {
    const response = await handler(event('Delete', { 'index/spans-1': '{}' }), undefined, { client, patience, log });
    expect(response).toEqual({ PhysicalResourceId: 'store-documents' });
    expect(lines).toEqual(['Nothing is deleted in the store: index/spans-1 stay.']);
    expect(asked).toEqual([]);
  });

  test('leaves what is no longer deployed, and says so', async () => {
    const before = { 'role/harbourline-old': '{}' };
    await handler(event('Update', {}, before), undefined, { client, patience, log });
    expect(lines[0]).toContain('role/harbourline-old is no longer deployed');
    expect(asked.filter(({ what }) => what.includes('harbourline-old'))).toEqual([]);
  });

  test('gives grants until they end, and says which have ended', async () => {
    const grant = (principal: string, until: string) => ({ role: 'investigator', principal, until });
    const Grants = [grant('arn:a', '2026-03-02T00:00:00+08:00'), grant('arn:b', '2026-02-01T00:00:00+08:00')];
    const now = new Date('2026-03-01T15:59:00Z');
    const properties = { RequestType: 'Create', ResourceProperties: { Documents: {}, Grants } };
    await handler(properties as unknown as CdkCustomResourceEvent, undefined, { client, patience, log, now });
    expect(lines[0]).toContain('investigator of arn:b ended');
    expect(writes().map(({ body }) => (body as { backend_roles: string[] }).backend_roles)).toEqual([['arn:a'], []]);
  });

  test('says what its environment lacks', async () => {
    await expect(handler(event('Create', {}))).rejects.toThrow('STORE_ENDPOINT is not set');
  });
});
