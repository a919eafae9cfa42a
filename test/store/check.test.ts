/** The hourly check against a store that answers as scripted: index management is not to be had for a local node. */
import type { Client } from '@opensearch-project/opensearch';
import { type CheckEvent, handler } from '../../lib/store/check.handler';

type Json = Record<string, unknown>;

const now = new Date('2026-03-20T12:00:00Z');
const hoursAgo = (hours: number): string => `${now.getTime() - hours * 3_600_000}`;

/** Runs a check; returns its figures, its other lines, and what it wrote. */
async function check(event: Partial<CheckEvent>, answers: Record<string, Json> = {}) {
  const lines: string[] = [];
  const written: Record<string, Json> = {};
  const asked: string[] = [];
  const request = async ({ method, path, body }: { method: string; path: string; body?: Json }) => {
    if (method !== 'GET') asked.push(`${method} ${path}`);
    if (method === 'PUT') {
      written[path] = body ?? {};
      return { statusCode: 200, body: { status: 'OK' } };
    }
    const answer = Object.entries(answers).find(([part]) => path.includes(part))?.[1];
    return { statusCode: answer || !path.includes('rolesmapping') ? 200 : 404, body: answer ?? {} };
  };
  const client = { transport: { request } } as unknown as Client;
  const log = (line: string) => lines.push(line);
  await handler({ environment: 'test', grants: [], retentionDays: 14, ...event }, undefined, { client, log, now });
  const figures = JSON.parse(lines.at(-1)!);
  return { figures, lines: lines.slice(0, -1), written, asked };
}

test('figures are embedded metrics, each with a value, in the namespace of the environment', async () => {
  const { figures } = await check({});
  const [{ Namespace, Dimensions, Metrics }] = figures._aws.CloudWatchMetrics;
  expect([Namespace, Dimensions, figures._aws.Timestamp]).toEqual(['Harbourline/test', [[]], now.getTime()]);
  for (const { Name } of Metrics) expect(typeof figures[Name]).toBe('number');
});

test('age is that of the oldest index', async () => {
  const created = (creation_date: string) => ({ settings: { index: { creation_date } } });
  const { figures } = await check(
    {},
    { _settings: { 'x-000007': created(hoursAgo(2)), 'x-000001': created(hoursAgo(370)) } },
  );
  expect(figures.StoreOldestSpanAge).toBe(370 * 3600);
});

test('indices whose job failed, or that have none, are counted and named', async () => {
  const job = (extra: Json) => ({ policy_id: 'harbourline-spans', enabled: true, ...extra });
  const { figures, lines } = await check(
    {},
    {
      _ism: {
        'x-000001': job({ action: { name: 'delete', failed: true }, info: { message: 'no' } }),
        'x-000002': job({ action: { name: 'rollover', failed: false }, step: { step_status: 'failed' } }),
        'x-000003': job({ action: { name: 'rollover', failed: false }, step: { step_status: 'condition_not_met' } }),
        'x-000004': { 'index.plugins.index_state_management.policy_id': null },
        total_managed_indices: 3,
      },
    },
  );
  expect(figures.StoreLifecycleFailures).toBe(3);
  const reported = lines.filter((line) => line.startsWith('lifecycle:'));
  expect(reported.map((line) => line.split(' ')[1]?.replace(':', ''))).toEqual(['x-000001', 'x-000002', 'x-000004']);
});

test('an index without a policy gets one, and one with an older policy the present one', async () => {
  const { asked } = await check(
    {},
    {
      '_ism/policies': { _seq_no: 7 },
      '_ism/explain': {
        'x-000001': { policy_id: 'harbourline-spans', policy_seq_no: 3 },
        'x-000002': { policy_id: 'harbourline-spans', policy_seq_no: 7 },
        'x-000003': { 'index.plugins.index_state_management.policy_id': null },
      },
    },
  );
  expect(asked.filter((line) => line.includes('_ism'))).toEqual([
    'POST /_plugins/_ism/change_policy/x-000001',
    'POST /_plugins/_ism/add/x-000003',
  ]);
});

test('a grant that has ended is taken away, and so is whoever was mapped by hand', async () => {
  const grants = [
    { role: 'investigator', principal: 'arn:ended', until: '2026-03-20T11:59:59Z' },
    { role: 'investigator', principal: 'arn:holds', until: '2026-03-20T12:00:01Z' },
  ] as const;
  const mapped = (...backend_roles: string[]) => ({ backend_roles, hosts: [], users: [], and_backend_roles: [] });
  const { figures, lines, written } = await check(
    { grants },
    {
      'rolesmapping/harbourline-investigator': { 'harbourline-investigator': mapped('arn:ended', 'arn:holds') },
      'rolesmapping/harbourline-administrator': { 'harbourline-administrator': mapped('arn:by-hand') },
    },
  );
  const api = '/_plugins/_security/api/rolesmapping';
  expect(written).toEqual({
    [`${api}/harbourline-investigator`]: mapped('arn:holds'),
    [`${api}/harbourline-administrator`]: mapped(),
  });
  expect(lines.join()).toContain('-arn:ended');
  expect(figures.StoreGrantsInForce).toBe(1);
});

test('a store that cannot be asked fails the check: missing figures raise the alarm', async () => {
  const client = { transport: { request: async () => Promise.reject(new Error('away')) } } as unknown as Client;
  await expect(
    handler({ environment: 'test', grants: [], retentionDays: 14 }, undefined, { client, log: () => {}, now }),
  ).rejects.toThrow('away');
});
