/**
 * The hourly check of the store: how old is what it holds, does its lifecycle work, whose time is over. Figures go out as
 * embedded metrics in its log, from which CloudWatch takes them; no permission to write metrics is needed.
 */
import type { Client } from '@opensearch-project/opensearch';
import { embeddedMetric } from '../common/embedded-metric';
import { spanIndices } from '../contract/indices';
import { metricNamespace, storeMetrics } from '../contract/metrics';
import { applyDocuments } from './apply-documents';
import { storeClient, storeSettingsFromEnv } from './client';
import { expire, repairLifecycle } from './expire';
import { type Grant, grantMappings, isInForce } from './grants';

/** What the schedule sends: fixed by the template. */
export interface CheckEvent {
  readonly environment: string;
  readonly grants: readonly Grant[];
  /** Full days that spans are kept. */
  readonly retentionDays: number;
}

/** What tests replace. */
export interface CheckSurroundings {
  readonly client?: Pick<Client, 'transport'>;
  readonly log?: (line: string) => void;
  readonly now?: Date;
}

/** @throws Error where the store cannot be asked: the missing figures raise the alarms */
export async function handler(
  { environment, grants, retentionDays }: CheckEvent,
  _context?: unknown,
  {
    client = storeClient(storeSettingsFromEnv(process.env)),
    log = console.log,
    now = new Date(),
  }: CheckSurroundings = {},
): Promise<void> {
  // First what protects, then what measures. Also undoes what was mapped by hand since.
  const mappings = Object.entries(grantMappings(grants, now)).map(([id, body]) => [id, JSON.stringify(body)]);
  await applyDocuments(client, Object.fromEntries(mappings), { log, patience: { withinMs: 60_000 } });
  const get = async (path: string) => (await client.transport.request({ method: 'GET', path })).body as Json;
  await expire(client, { retentionDays, now, log });
  const settings = (await get(`/${spanIndices}/_settings/index.creation_date`)) as Record<string, CreatedIndex>;
  const explained = await get(`/_plugins/_ism/explain/${spanIndices}`);
  await repairLifecycle(client, explained, log);
  const failures = lifecycleFailures(explained);
  for (const failure of failures) log(`lifecycle: ${failure}`);
  log(
    embeddedMetric({
      namespace: metricNamespace(environment),
      at: now.getTime(),
      metrics: Object.values(storeMetrics),
      fields: {
        [storeMetrics.oldest.name]: oldestAge(settings, now),
        [storeMetrics.lifecycleFailures.name]: failures.length,
        [storeMetrics.grants.name]: grants.filter((grant) => isInForce(grant, now)).length,
      },
    }),
  );
}

type Json = Record<string, unknown>;

interface CreatedIndex {
  readonly settings: { readonly index: { readonly creation_date: string } };
}

/**
 * Seconds since the oldest index was made: nothing in it can have been there for longer. The times of spans would not do:
 * they are clocks of others, one of which always says 1970.
 */
function oldestAge(indices: Readonly<Record<string, CreatedIndex>>, now: Date): number {
  const created = Object.values(indices).map(({ settings }) => Number(settings.index.creation_date));
  return created.length === 0 ? 0 : Math.round((now.getTime() - Math.min(...created)) / 1000);
}

/** Indices that nobody will delete: their job failed and stopped, or they have none. */
function lifecycleFailures(explained: Json): string[] {
  return Object.entries(explained).flatMap(([index, value]) => {
    if (typeof value !== 'object' || value === null) return []; // total_managed_indices
    const job = value as {
      policy_id?: string;
      action?: { name: string; failed: boolean };
      step?: { step_status: string };
    } & Json;
    if (!(job.policy_id ?? job['index.plugins.index_state_management.policy_id'])) return [`${index} has no policy`];
    if (job.action?.failed || job.step?.step_status === 'failed') {
      return [`${index}: ${job.action?.name ?? 'a step'} failed: ${JSON.stringify(job.info ?? {})}`];
    }
    return [];
  });
}
