import { App, Lazy, Stack } from 'aws-cdk-lib';
import { domainDocuments } from '../../lib/store/documents';
import { maskedFields } from '../../lib/store/documents/access';
import type { DomainDocumentOptions } from '../../lib/store/documents/document';

const options: DomainDocumentOptions = {
  retentionDays: 14,
  shards: 3,
  replicas: 2,
  codec: 'zstd_no_dict',
  refreshIntervalSeconds: 15,
  roles: { writer: ['arn:aws:iam::1:role/W'], reader: ['arn:aws:iam::1:role/R'] },
};
const bodies = (changed: Partial<DomainDocumentOptions> = {}): Record<string, any> =>
  Object.fromEntries(domainDocuments({ ...options, ...changed }).map(({ id, body }) => [id, body]));

test('an id is kind and name, each once', () => {
  const documents = domainDocuments(options);
  for (const { id, kind, name } of documents) expect(id).toBe(`${kind}/${name}`);
  expect(new Set(documents.map(({ id }) => id)).size).toBe(documents.length);
});

test('spans are deleted by the age since rollover, after all the days that were asked for', () => {
  for (const retentionDays of [14, 30]) {
    const { policy } = bodies({ retentionDays })['retention-policy/harbourline-spans'];
    const [open, kept, deleted] = policy.states;
    expect(policy.default_state).toBe(open.name);
    expect(open.actions[0].rollover).toEqual({ min_index_age: '1d', min_primary_shard_size: '30gb' });
    expect(open.transitions).toEqual([{ state_name: kept.name }]);
    expect(kept.transitions).toEqual([
      { state_name: deleted.name, conditions: { min_rollover_age: `${retentionDays}d` } },
    ]);
    expect(deleted.actions[0]).toHaveProperty('delete');
    expect(policy.ism_template[0].index_patterns).toEqual(['otel-v1-apm-span-*']);
  }
});

test('an index rolls over under the alias that spans are written to', () => {
  const all = bodies();
  const [alias] = Object.keys(all['index/otel-v1-apm-span-000001'].aliases);
  expect(all['index/otel-v1-apm-span-000001'].aliases[alias!].is_write_index).toBe(true);
  const { template, index_patterns } = all['index-template/harbourline-spans'];
  expect(template.settings.index.plugins.index_state_management.rollover_alias).toBe(alias);
  // A pattern that the alias itself matched would turn a stray index of that name into one that looks right.
  expect(index_patterns).toEqual([`${alias}-*`]);
});

test('sizes and codec come from the environment', () => {
  const all = bodies({ maximumFields: 400 });
  expect(all['component-template/harbourline-traces'].template.settings.index).toEqual({
    codec: 'zstd_no_dict',
    number_of_replicas: '2',
    refresh_interval: '15s',
  });
  expect(all['index-template/harbourline-spans'].template.settings.index).toMatchObject({
    number_of_shards: '3',
    mapping: { total_fields: { limit: '400' } },
  });
});

test('every keyword that is indexed has a length, in bytes under the limit of a term', () => {
  const keywords: { ignore_above?: number; index?: boolean }[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ((value as { type?: unknown }).type === 'keyword') keywords.push(value);
    for (const item of Object.values(value)) collect(item);
  };
  const all = bodies();
  collect([all['index-template/harbourline-spans'], all['index-template/harbourline-service-map']]);
  expect(keywords.length).toBeGreaterThan(20);
  for (const keyword of keywords) {
    expect(keyword.index === false || (keyword.ignore_above ?? Number.POSITIVE_INFINITY) * 4 < 32_766).toBe(true);
  }
});

test('fields have the types that Trace Analytics computes with', () => {
  const { mappings } = bodies()['index-template/harbourline-spans'].template;
  expect(mappings.dynamic).toBe('false');
  expect(mappings.date_detection).toBe(false);
  expect(mappings.properties).toMatchObject({
    traceId: { type: 'keyword', eager_global_ordinals: true },
    startTime: { type: 'date_nanos' },
    endTime: { type: 'date_nanos' },
    durationInNanos: { type: 'long' },
    traceGroup: { type: 'keyword' },
    traceGroupFields: {
      properties: {
        endTime: { type: 'date_nanos' },
        durationInNanos: { type: 'long' },
        statusCode: { type: 'integer' },
      },
    },
    status: { properties: { code: { type: 'integer' } } },
  });
});

test('the writer has exactly what a bulk needs, on our indices alone', () => {
  const { cluster_permissions, index_permissions, tenant_permissions } = bodies()['role/harbourline-writer'];
  expect(cluster_permissions).toEqual(['indices:data/write/bulk']);
  expect(tenant_permissions).toEqual([]);
  expect(index_permissions).toHaveLength(1);
  expect(index_permissions[0].index_patterns).toEqual([
    'otel-v1-apm-span',
    'otel-v1-apm-span-*',
    'otel-v1-apm-service-map',
  ]);
  expect(index_permissions[0].allowed_actions).toEqual([
    'indices:data/write/index',
    'indices:data/write/bulk*',
    'indices:admin/mapping/put',
  ]);
});

test('the reader has nothing that writes, and reads through the masks', () => {
  const { cluster_permissions, index_permissions } = bodies()['role/harbourline-reader'];
  expect([...cluster_permissions, ...index_permissions[0].allowed_actions]).toEqual([
    'cluster_composite_ops_ro',
    'read',
    'indices:admin/get',
    'indices:admin/mappings/get',
  ]);
  expect(index_permissions[0].masked_fields).toEqual(maskedFields);
  expect(maskedFields).toContain('*attributes.client@address');
});

test('roles are mapped by ARN; taking a reader away takes its role away', () => {
  expect(bodies()['role-mapping/harbourline-writer'].backend_roles).toEqual(options.roles.writer);
  expect(bodies()['role-mapping/opensearch_dashboards_user']).toEqual({ backend_roles: options.roles.reader });
  const without = bodies({ roles: { writer: [], reader: [] } });
  expect(without['role-mapping/harbourline-reader'].backend_roles).toEqual([]);
  expect(without).not.toHaveProperty(['role-mapping/opensearch_dashboards_user']);
});

test('ARNs may be tokens', () => {
  const stack = new Stack(new App(), 'Stack');
  const token = Lazy.string({ produce: () => 'arn:aws:iam::1:role/Late' });
  const { 'role-mapping/harbourline-writer': body } = bodies({ roles: { writer: [token], reader: [] } });
  expect(stack.resolve(stack.toJsonString(body))).toContain('role/Late');
});
