/**
 * What is over its days, and no lifecycle job deletes: indices that were restored or have lost their policy, what the service
 * map no longer sees, holds that ended.
 */
import type { Client } from '@opensearch-project/opensearch';
import { holdIndices, serviceMapIndex, spanAlias, spanIndices } from '../contract/indices';

const dayMs = 86_400_000;

/** What a lifecycle job may take, with its retries, before it is done here. */
const graceMs = 2 * 3_600_000;

type Store = Pick<Client, 'transport'>;
type Json = Record<string, unknown>;

export interface ExpireOptions {
  /** Full days that spans are kept. */
  readonly retentionDays: number;
  readonly now: Date;
  readonly log: (line: string) => void;
}

const asks =
  (client: Store) =>
  async <T = Json>(method: string, path: string, body?: object): Promise<T> =>
    (await client.transport.request({ method, path, ...(body ? { body } : {}) }, { ignore: [404] })).body as T;

/** Deletes it, and says each. */
export async function expire(client: Store, options: ExpireOptions): Promise<void> {
  await expireIndices(client, options);
  await expireServiceMap(client, options);
  await expireHolds(client, options);
}

interface IndexState {
  readonly settings?: { readonly index?: { readonly creation_date?: string } };
  readonly aliases?: readonly string[];
  readonly rollover_info?: Readonly<Record<string, { readonly time: number }>>;
}

/** Indices that are no longer written to, `retentionDays` after they were rolled over. */
async function expireIndices(client: Store, { retentionDays, now, log }: ExpireOptions): Promise<void> {
  const ask = asks(client);
  const fields = ['settings.index.creation_date', 'rollover_info'].map((field) => `metadata.indices.*.${field}`);
  const state = await ask<{ metadata?: { indices?: Record<string, IndexState> } }>(
    'GET',
    `/_cluster/state/metadata/${spanIndices}?filter_path=${fields.join(',')}`,
  );
  const aliases = await ask<Record<string, { aliases?: Record<string, { is_write_index?: boolean }> }>>(
    'GET',
    `/_alias/${spanAlias}`,
  );
  for (const [index, { settings, rollover_info }] of Object.entries(state.metadata?.indices ?? {})) {
    if (aliases[index]?.aliases?.[spanAlias]?.is_write_index) continue;
    // A snapshot from before its rollover does not know of it: an index is open for a day.
    const created = Number(settings?.index?.creation_date);
    const closed = rollover_info?.[spanAlias]?.time ?? created + dayMs;
    if (!(now.getTime() - closed > retentionDays * dayMs + graceMs)) continue;
    await ask('DELETE', `/${index}`);
    log(`${index} was over its ${retentionDays} days, and is deleted`);
  }
}

/** Nodes and edges that nobody has seen for as long as spans are kept. */
async function expireServiceMap(client: Store, { retentionDays, now, log }: ExpireOptions): Promise<void> {
  const first = new Date(now.getTime() - retentionDays * dayMs).toISOString();
  const { deleted } = await asks(client)<{ deleted?: number }>(
    'POST',
    `/${serviceMapIndex}/_delete_by_query?conflicts=proceed&refresh=true`,
    { query: { bool: { must_not: [{ range: { lastSeen: { gte: first } } }] } } },
  );
  if (deleted) log(`${deleted} documents of the service map were last seen before ${first}, and are deleted`);
}

/** Holds say in their index until when they hold. */
async function expireHolds(client: Store, { now, log }: ExpireOptions): Promise<void> {
  const ask = asks(client);
  const held = await ask<Record<string, { mappings?: { _meta?: { until?: string } } }>>(
    'GET',
    `/${holdIndices}/_mapping`,
  );
  for (const [index, { mappings }] of Object.entries(held)) {
    const until = mappings?._meta?.until;
    if (until === undefined || Date.parse(until) > now.getTime()) continue;
    await ask('DELETE', `/${index}`);
    log(`${index} was held until ${until}, and is deleted`);
  }
}

/** Gives indices a policy that have none, such as restored ones, and the policy as it is now to those that have an older one. */
export async function repairLifecycle(client: Store, explained: Json, log: (line: string) => void): Promise<void> {
  const ask = asks(client);
  const name = 'harbourline-spans';
  const { _seq_no: current } = await ask<{ _seq_no?: number }>('GET', `/_plugins/_ism/policies/${name}`);
  for (const [index, value] of Object.entries(explained)) {
    if (typeof value !== 'object' || value === null) continue; // total_managed_indices
    const job = value as { policy_id?: string; policy_seq_no?: number } & Json;
    if (!(job.policy_id ?? job['index.plugins.index_state_management.policy_id'])) {
      await ask('POST', `/_plugins/_ism/add/${index}`, { policy_id: name });
      log(`${index} had no policy, and has ${name}`);
    } else if (current !== undefined && job.policy_seq_no !== undefined && job.policy_seq_no !== current) {
      await ask('POST', `/_plugins/_ism/change_policy/${index}`, { policy_id: name });
      log(`${index} had an older policy, and has that of now`);
    }
  }
}
