/** How long spans stay. */

import { spanIndices } from '../../contract/indices';
import type { Documents, DomainDocumentOptions } from './document';

/** OpenSearch's upper advice for a shard is 50 GB; at 30 GB a shard can still be moved in minutes. */
const rolloverSize = '30gb';

/**
 * An action that fails is tried again after 10, 20, 40 … minutes, for about a day. Then the index is left as it is, and
 * nothing says so: the age of the oldest index must be watched.
 */
const retry = { count: 7, backoff: 'exponential', delay: '10m' };

/**
 * The retention policy. Age counts from rollover: an index is open for up to a day, so counted from its creation it
 * would be deleted with spans that are a day too young. So spans live `retentionDays` to `retentionDays` + 1 days.
 */
export const retentionPolicy = ({ retentionDays }: DomainDocumentOptions): Documents => ({
  'retention-policy/harbourline-spans': {
    policy: {
      description: `Spans: a new index every day, deleted ${retentionDays} days after its last span`,
      default_state: 'open',
      states: [
        {
          name: 'open',
          actions: [{ retry, rollover: { min_index_age: '1d', min_primary_shard_size: rolloverSize } }],
          transitions: [{ state_name: 'kept' }],
        },
        {
          name: 'kept',
          actions: [],
          transitions: [{ state_name: 'deleted', conditions: { min_rollover_age: `${retentionDays}d` } }],
        },
        { name: 'deleted', actions: [{ retry, delete: {} }], transitions: [] },
      ],
      ism_template: [{ index_patterns: [spanIndices], priority: 100 }],
    },
  },
});
