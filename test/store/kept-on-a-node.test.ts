/** What stays, what goes and what is written down, on a real node: days, restoring, holds, erasure, audit, masks, searches. */
import { createHash } from 'node:crypto';
import type { Client } from '@opensearch-project/opensearch';
import { waitFor } from '../../harness/wait';
import { expire } from '../../lib/store/expire';
import { eraseSpans, holdSpans, notHeld, restoreIndex } from '../../tools/store/held';
import { type Filter, fetchList, fetchTrace } from '../../tools/trace/fetch';
import { as, call, found, ofTrace, one, post, start, stop, store } from './node-with-writer';
import { attribute, type Json, map, service, span, traceId } from './span-writer/support';

beforeAll(start, 300_000);
afterAll(stop);

const number = (key: string, doubleValue: number) => ({ key, value: { doubleValue } });

test('numbers are compared as numbers, whatever stood under the key since', async () => {
  const amounts = [950, 1000, 88, 12000].map((amount, n) => one(10 + n, [number('payment.amount', amount)]));
  await store(service('shop', [...amounts, one(14, [attribute('payment.amount', 'many')])]));
  const seen = await found({ range: { 'span.attributes.payment@amount': { gte: 1000 } } });
  expect(seen.map((document) => document['span.attributes.payment@amount']).sort()).toEqual([1000, 12000]);
  expect(await found({ term: { 'span.attributes.payment@amount.text': 'many' } })).toHaveLength(1);
});

test('exceptions are found by type, and by what they say where that may be seen', async () => {
  const event = { name: 'exception', timeUnixNano: '1785576600123456789' };
  const attributes = [attribute('exception.type', 'TimeoutError'), attribute('exception.message', 'Ann waited')];
  await store(service('shop', [one(20, [], { events: [{ ...event, attributes }] })]));
  expect(await found({ query_string: { query: 'exception.type: TimeoutError' } })).toHaveLength(1);
  expect(await found({ match: { 'exception.message': 'waited' } }, as.investigator)).toHaveLength(1);
  expect(await found({ match: { 'exception.message': 'waited' } })).toHaveLength(0);
});

test('a reader sees nothing of a person: maps, capitals, names, sessions, forwarded addresses, texts of failures', async () => {
  const secret = 'zebra-7';
  const keys = [
    'User.ID',
    'user.name',
    'USERNAME',
    'userId',
    'session.id',
    'X-Forwarded-For',
    'enduser.id',
    'app.user.id',
  ];
  const deep = map({ profile: { arrayValue: { values: [map({ email: { stringValue: secret } })] } } });
  const texts = ['exception.message', 'exception.stacktrace'].map((key) => attribute(key, `${secret} failed`));
  const attributes = [
    ...[...keys, 'http.request.header.x-forwarded-for'].map((key) => attribute(key, secret)),
    { key: 'user', value: map({ id: { stringValue: secret } }) },
    { key: 'account', value: deep },
    { key: 'user.id', value: { intValue: 4711471147 } },
  ];
  await store(
    service('shop', [
      one(30, attributes, {
        status: { code: 2, message: `${secret} failed` },
        events: [
          {
            name: 'exception',
            timeUnixNano: '1785576600123456789',
            attributes: [...texts, attribute('User-Name', secret)],
          },
        ],
      }),
    ]),
  );
  const text = JSON.stringify(await found(ofTrace(30)));
  expect(text).not.toContain(secret);
  expect(text).not.toContain('4711471147');
  expect(JSON.stringify(await found(ofTrace(30), as.investigator)).split(secret).length - 1).toBeGreaterThan(12);
});

test('a retry over a rollover is one span to readers', async () => {
  const index = 'otel-v1-apm-span-000001';
  const batch = () => service('shop', [one(40, []), one(41, [])]);
  await store(service('shop', [one(42, [])])); // the writer knows the index behind the alias
  const block = (on: boolean | null) =>
    as.bootstrap.indices.putSettings({ index, body: { 'index.blocks.read_only_allow_delete': on } });
  await block(true);
  expect([429, 503]).toContain(await post(batch()));
  await block(null);
  await call('POST', '/otel-v1-apm-span/_rollover');
  await store(batch());
  const { count } = await call('GET', `/${index}/_refresh`).then(() =>
    call('POST', `/${index}/_count`, { query: ofTrace(40) }),
  );
  expect(count).toBe(1);
  expect(await found(ofTrace(40))).toHaveLength(1);
  await store(service('shop', [one(43, [])]));
  expect(await found(ofTrace(43))).toHaveLength(1);
});

test('after a rollover, a lost index is restored as documented, goes on, and is deleted on its day; newer ones stay', async () => {
  const index = 'otel-v1-apm-span-000001';
  const before = (await found({ match_all: {} })).length;
  await call('PUT', '/_snapshot/drill', { type: 'fs', settings: { location: 'drill' } });
  await call('PUT', '/_snapshot/drill/one?wait_for_completion=true', {
    indices: 'otel-v1-apm-*',
    include_global_state: false,
  });
  await expect(restoreIndex(as.administrator, 'drill', 'one', index)).rejects.toThrow('HL-HOLD-005');
  await call('DELETE', `/${index}`);
  await restoreIndex(as.administrator, 'drill', 'one', index);
  expect(await found({ match_all: {} })).toHaveLength(before);
  await store(service('shop', [one(50, [])]));

  const lines: string[] = [];
  const at = (days: number) => ({
    retentionDays: 14,
    now: new Date(Date.now() + days * 86_400_000),
    log: (line: string) => lines.push(line),
  });
  await expire(as.bootstrap, at(13));
  expect(lines).toEqual([]);
  await expire(as.bootstrap, at(15.2));
  expect(lines[0]).toContain(`${index} was over its 14 days`);
  expect(await found(ofTrace(50))).toHaveLength(1);
});

test('traces are found by service, border, slowness, errors and attributes, wherever they begin; a clock ahead is not latest', async () => {
  const now = BigInt(Date.now()) * 1_000_000n;
  const at = (trace: number, ms: number, fields: Json, startsAt = now) => ({
    ...span(trace, 9, { traceId: traceId(trace) }),
    ...{ startTimeUnixNano: `${startsAt}`, endTimeUnixNano: `${startsAt + BigInt(ms) * 1_000_000n}`, ...fields },
  });
  const inward = { kind: 2, attributes: [attribute('crossing', 'cn-hk'), number('amount', 12)] };
  await store(
    service('refunds', [
      at(101, 900, inward),
      at(102, 20, { kind: 2, status: { code: 2 }, attributes: [attribute('shop', 'HK-7')] }),
    ]),
    service(
      'future',
      Array.from({ length: 10 }, (_, n) => at(110 + n, 5, {}, now + 86_400_000_000_000n)),
    ),
  );
  await found({ match_all: {} });
  const ids = async (filter: Filter) => (await fetchList(as.reader, filter)).traces.map((one) => one.traceId);
  const id = (n: number) => traceId(n).toString('hex');
  expect(await ids({ service: 'refunds', crossing: 'cn-hk' })).toEqual([id(101)]);
  expect(await ids({ service: 'refunds', slow: 500e6 })).toEqual([id(101)]);
  expect(await ids({ service: 'refunds', errors: true })).toEqual([id(102)]);
  expect(await ids({ attributes: [['shop', 'HK-7']] })).toEqual([id(102)]);
  expect(await ids({ service: 'refunds', attributes: [['amount', '12']] })).toEqual([id(101)]);
  const latest = await fetchList(as.reader, { count: 1 });
  expect(latest).toMatchObject({ ahead: 10, traces: [{ serviceName: 'refunds' }] });
  expect(latest.total).toBeGreaterThan(1);
});

test('a trace is read to its end, or it says how much there is', async () => {
  const spans = Array.from({ length: 12_000 }, (_, n) => span(n, n === 0 ? undefined : 0, { traceId: traceId(120) }));
  await store(service('big', spans));
  await found(ofTrace(0));
  const all = await fetchTrace(as.reader, traceId(120).toString('hex'));
  expect([all.spans.length, all.total]).toEqual([12_000, 12_000]);
  const some = await fetchTrace(as.reader, traceId(120).toString('hex'), 100);
  expect([some.spans.length, some.total]).toEqual([100, 12_000]);
});

test('the service map forgets what was not seen for as long as spans are kept', async () => {
  await store(service('shop', [one(60, [])]));
  const count = async () => (await call('GET', '/otel-v1-apm-service-map/_count')).count;
  await as.bootstrap.indices.refresh({ index: 'otel-v1-apm-service-map' });
  const at = (days: number) => ({ retentionDays: 14, now: new Date(Date.now() + days * 86_400_000), log: () => {} });
  await call('PUT', '/otel-v1-apm-service-map/_doc/old?refresh=true', { serviceName: 'of an earlier version' });
  const all = await count();
  await expire(as.bootstrap, at(0));
  expect(await count()).toBe(all - 1);
  expect(await count()).toBeGreaterThan(0);
});

const people = { reason: 'for the test', until: '2999-12-31', requestedBy: 'ann', approvedBy: 'bo' };

test('a hold keeps its traces beyond their days, ends on its day, and is written down', async () => {
  await store(service('held', [one(70, [])]), service('shop', [span(71, 70, { traceId: traceId(70) })]));
  await found({ match_all: {} });
  const hold = { ...people, ticket: 'CASE-7', service: 'held' };
  expect(await holdSpans(as.administrator, hold)).toBe(2);
  expect(await holdSpans(as.administrator, hold)).toBe(2);
  await expect(holdSpans(as.administrator, { ...hold, until: '2020-01-01' })).rejects.toThrow('ended with 2020-01-01');
  await expire(as.bootstrap, { retentionDays: 14, now: new Date(Date.now() + 86_400_000), log: () => {} });
  const search = (client: Client) => call('POST', '/harbourline-hold-case-7/_search', { query: ofTrace(70) }, client);
  expect((await search(as.investigator)).hits.hits).toHaveLength(2);
  expect((await search(as.reader)).status).toBe(403);
  const { hits } = await call('POST', '/harbourline-records/_search', { query: { term: { ticket: 'CASE-7' } } });
  expect(hits.hits[0]._source).toMatchObject({
    what: 'hold',
    spans: 2,
    requestedBy: 'ann',
    approvedBy: 'bo',
    doneBy: 'administrator',
  });
  await expire(as.bootstrap, { retentionDays: 340_000, now: new Date('3000-01-02'), log: () => {} });
  expect((await search(as.investigator)).status).toBe(404);
});

test('an erasure takes every span of a person, and what is held stays; the id must be the approved one', async () => {
  const person = 'user-00217';
  const digest = createHash('sha256').update(person).digest('hex');
  const places: Json[] = [
    [attribute('user.id', person)],
    [attribute('X-User-Id', person)],
    [{ key: 'user', value: map({ id: { stringValue: person } }) }],
    [attribute('order.owner', person)],
  ];
  await store(
    service('shop', [
      ...places.map((attributes, n) => one(80 + n, attributes)),
      one(89, [attribute('user.id', 'user-002170')]),
      // Others, whose ids this one is a part of, within a map and beside it.
      one(88, [{ key: 'user', value: map({ id: { stringValue: 'user-002170' } }) }]),
      one(87, [attribute('X-User-Id', 'old-user-00217')]),
    ]),
  );
  await found({ match_all: {} });
  const erasure = { ...people, ticket: 'ERASE-1', digest };
  await expect(eraseSpans(as.administrator, erasure, 'somebody')).rejects.toThrow('not the id that was approved');
  await holdSpans(as.administrator, { ...people, ticket: 'CASE-8', traceIds: [traceId(80).toString('hex')] });
  expect(await eraseSpans(as.administrator, erasure, person, { look: true })).toEqual({ spans: 4, held: 1 });
  expect(await found(ofTrace(81), as.investigator)).toHaveLength(1);
  expect(await eraseSpans(as.administrator, erasure, person)).toEqual({ spans: 4, held: 1 });
  for (const n of [80, 81, 82, 83]) expect(await found(ofTrace(n), as.investigator)).toEqual([]);
  for (const n of [87, 88, 89]) expect(await found(ofTrace(n), as.investigator)).toHaveLength(1);
  const { hits } = await call('POST', '/harbourline-records/_search', { query: { term: { ticket: 'ERASE-1' } } });
  expect(hits.hits.map(({ _source }: Json) => [_source.what, _source.spans])).toEqual([['erasure', 4]]);
  expect(JSON.stringify(hits)).not.toContain(person);
});

const digestOf = (id: string) => createHash('sha256').update(id).digest('hex');

test('an erasure takes nothing that an approved hold has not copied yet, and no span for a number that is no id', async () => {
  const erasure = { ...people, ticket: 'ERASE-2', digest: digestOf('user-00777') };
  const hold = { ...people, ticket: 'CASE-9', service: 'disputed' };
  const over = { ...hold, ticket: 'CASE-10', until: '2020-01-01' };
  await store(service('disputed', [one(73, [attribute('user.id', 'user-00777')])]));
  await found({ match_all: {} });
  expect(await eraseSpans(as.administrator, erasure, 'user-00777', { holds: [hold, over] })).toEqual({
    spans: 1,
    held: 1,
  });
  const held = await call('POST', '/harbourline-hold-case-9/_search', { query: ofTrace(73) }, as.investigator);
  expect(held.hits.hits).toHaveLength(1);

  await store(
    service('shop', [one(74, [number('http.response.status_code', 200)]), one(75, [attribute('user.id', '200')])]),
  );
  await found({ match_all: {} });
  const short = { ...erasure, ticket: 'ERASE-3', digest: digestOf('200') };
  expect((await eraseSpans(as.administrator, short, '200', { look: true })).spans).toBe(1);
  const empty = { ...erasure, ticket: 'ERASE-4', digest: digestOf('') };
  await expect(eraseSpans(as.administrator, empty, '')).rejects.toThrow('HL-HOLD-002');
  await expect(eraseSpans(as.administrator, erasure, 'User-00777 ')).rejects.toThrow('A space or a capital');
});

test('two holds over one trace end each on its day, and a trace that is not stored is named', async () => {
  await store(service('shop', [one(76, [])]));
  await found({ match_all: {} });
  const ids = [76, 77].map((n) => traceId(n).toString('hex'));
  const [first, second] = [
    { ...people, ticket: 'TWO-1', traceIds: ids, until: '2998-12-31' },
    { ...people, ticket: 'TWO-2', traceIds: ids.slice(0, 1) },
  ];
  expect([await holdSpans(as.administrator, first), await holdSpans(as.administrator, second)]).toEqual([1, 1]);
  expect(await notHeld(as.administrator, first)).toEqual([ids[1]]);
  expect(await notHeld(as.administrator, second)).toEqual([]);
  await expire(as.bootstrap, { retentionDays: 340_000, now: new Date('2999-06-01'), log: () => {} });
  const left = async (ticket: string) => (await call('GET', `/harbourline-hold-${ticket}/_count`)).count;
  expect([await left('two-1'), await left('two-2')]).toEqual([undefined, 1]);
});

test('a failed trace of 24,000 spans is stored beside innocent ones, in bodies that the node takes', async () => {
  const text = [attribute('text', 'x'.repeat(620))];
  const large = Array.from({ length: 24_000 }, (_, n) =>
    span(n, n === 0 ? undefined : 0, { traceId: traceId(121), attributes: text, status: { code: n === 9 ? 2 : 0 } }),
  );
  const innocent = Array.from({ length: 20 }, (_, n) => one(130 + n, []));
  // One span alone is beyond what a bulk body may be.
  const huge = one(160, [attribute('text', 'y'.repeat(9 << 20))]);
  await store(service('huge', [huge]));
  await store(service('big', large), service('small', innocent));
  await found({ match_all: {} });
  const { total } = await fetchTrace(as.reader, traceId(121).toString('hex'), 1);
  expect(total).toBe(24_000);
  expect(await found({ term: { serviceName: 'small' } })).toHaveLength(20);
  expect(await found(ofTrace(160))).toHaveLength(1);
});

test('the audit log has what anybody but the writer did to spans, and who read what without masks', async () => {
  await store(service('shop', [one(90, [attribute('user.id', 'audited')])]));
  await found({ match_all: {} });
  const { body } = await as.investigator.search({ index: 'otel-v1-apm-span', body: { query: ofTrace(90) } });
  const { _index, _id } = body.hits.hits[0]!;
  const id = encodeURIComponent(_id!);
  await as.administrator.bulk({ body: [{ index: { _index, _id } }, { traceId: 'x', name: 'over' }] });
  await call('POST', `/${_index}/_update/${id}`, { doc: { name: 'updated' } });
  await call('PUT', `/${_index}/_doc/${id}`, { traceId: 'x', name: 'put' });
  await as.administrator.bulk({ body: [{ delete: { _index, _id } }] });
  await as.reader.bulk({ body: [{ delete: { _index, _id } }] });

  const events = async (): Promise<Json[]> => {
    await as.bootstrap.indices.refresh({ index: 'security-auditlog-*' });
    const result = await as.bootstrap.search({
      index: 'security-auditlog-*',
      body: { size: 5_000, query: { match_all: {} } },
    });
    return result.body.hits.hits.map(({ _source }) => _source);
  };
  const by = (all: Json[], user: string, category: string) =>
    all.filter((event) => event.audit_request_effective_user === user && event.audit_category === category);
  const refused = (): string[] => by(all, 'reader', 'MISSING_PRIVILEGES').map((event) => event.audit_request_privilege);
  const written = (): Json[] =>
    by(all, 'administrator', 'COMPLIANCE_DOC_WRITE').filter(({ audit_trace_doc_id }) => audit_trace_doc_id === _id);
  let all: Json[] = [];
  await waitFor('the audit log, which is written behind the answers', async () => {
    all = await events();
    return (written().length >= 4 && refused().some((name) => name.includes('bulk'))) || `${all.length} events`;
  });
  expect(
    written()
      .map(({ audit_compliance_operation }) => audit_compliance_operation)
      .sort(),
  ).toEqual(['DELETE', 'UPDATE', 'UPDATE', 'UPDATE']);
  expect(refused()).toContain('indices:data/write/bulk[s]');
  expect(all.filter(({ audit_request_effective_user }) => audit_request_effective_user === 'writer')).toEqual([]);
  const reads = by(all, 'investigator', 'COMPLIANCE_DOC_READ').filter(
    ({ audit_trace_doc_id }) => audit_trace_doc_id === _id,
  );
  expect(JSON.stringify(reads)).toContain('span.attributes.user@id');
  // Neither what was sent nor what was found.
  expect(JSON.stringify(all)).not.toContain('audited');
});
