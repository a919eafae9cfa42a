/** What span writers and the hourly check say of the trace store. */
import { tierDimension } from './collectors';
import type { EmittedMetric } from './metric';

const writer = { dimensions: [[tierDimension]], emitter: 'span writer' } as const;
const check = {
  dimensions: [[]],
  emitter: 'store check',
  notRehearsed: 'it needs index management, which is not available for a local node',
} as const;

/** How the names of a span writer's metrics begin: configurations let them through by it, user data has little room. */
export const writerPrefix = 'harbourline_writer_';

/** What span writers measure of themselves, through the collector beside them. They send CloudWatch's units. */
export const writerMetrics = {
  /** Documents that the store acknowledged. */
  stored: { name: 'harbourline_writer_documents_stored', unit: 'Count', ...writer },
  /** Requests that were sent back and come again: the store was away, full or busy. */
  retried: { name: 'harbourline_writer_requests_retried', unit: 'Count', ...writer, onlyWhen: 'the store refuses' },
  /** Documents that the store refused as they came, and took with their attributes in one text. */
  defused: { name: 'harbourline_writer_documents_defused', unit: 'Count', ...writer, onlyWhen: 'the store refuses' },
  /** Documents that the store refused for good: they are in the dead letters. */
  dead: { name: 'harbourline_writer_dead_letters', unit: 'Count', ...writer, onlyWhen: 'the store refuses' },
  /** Of these, what was not written down: the folder of dead letters is full. */
  lettersDropped: {
    name: 'harbourline_writer_dead_letters_dropped',
    unit: 'Count',
    ...writer,
    onlyWhen: 'the folder of dead letters is full',
  },
  /** Attributes that are no fields, because their keys are more than an index may have. */
  aside: {
    name: 'harbourline_writer_attributes_aside',
    unit: 'Count',
    ...writer,
    onlyWhen: 'a service sends many keys',
  },
  /** Attributes of one span whose keys are the same in the store: `a.b` and `a@b`. */
  collided: {
    name: 'harbourline_writer_attributes_collided',
    unit: 'Count',
    ...writer,
    onlyWhen: 'keys of a span collide',
  },
  /** Requests that can never be taken: too large, or no OTLP. The collector drops them. */
  dropped: {
    name: 'harbourline_writer_requests_dropped',
    unit: 'Count',
    ...writer,
    onlyWhen: 'a request is too large',
  },
  /** Duration of a bulk request, measured, as an exponential histogram. */
  latency: { name: 'harbourline_writer_bulk_duration', unit: 'Milliseconds', ...writer },
} as const satisfies Record<string, EmittedMetric>;

/** What the hourly check of the store finds. */
export const storeMetrics = {
  /** Age of the oldest span index: no span has been stored for longer. */
  oldest: { name: 'StoreOldestSpanAge', unit: 'Seconds', ...check },
  /** Span indices whose lifecycle job failed, or that have none. */
  lifecycleFailures: { name: 'StoreLifecycleFailures', unit: 'Count', ...check },
  /** Grants in force: people who read without masks, or may do anything. */
  grants: { name: 'StoreGrantsInForce', unit: 'Count', ...check },
} as const satisfies Record<string, EmittedMetric>;
