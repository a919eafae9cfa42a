/**
 * The budget of sizes, from a service's attribute to the store's document, in one table: what the first hop takes the last
 * can store. What is beyond it is cut where it enters, and counted (`otelcol_processor_limits_cut_spans`).
 */
const kibi = 1024;
const mebi = 1024 * kibi;

/** What a span may hold. The agent and the gateway cut it to that. */
export const spanLimits = {
  /** A string: values at any depth, status messages, exceptions. A long Python traceback has 10 KiB. */
  valueBytes: 32 * kibi,
  /** Keys, names, trace states: W3C's trace state has 512 characters. */
  nameBytes: 512,
  /** Attributes of a span, event, link, resource or scope; elements of a list or map. OpenTelemetry's SDKs make 128. */
  attributes: 256,
  /** Maps and lists within a value. OpenSearch refuses objects nested deeper than 20, and the store adds some of its own. */
  depth: 8,
  /** Events and links, each. OpenTelemetry's SDKs make 128. */
  items: 128,
  /** All of a span. Beyond it every value is shorter. */
  spanBytes: 256 * kibi,
} as const;

/** How many bytes a hop sends at once, and how many the next one takes. */
export interface Hop {
  readonly from: string;
  readonly to: string;
  /** Most bytes of a batch. A batch is cut between spans, so that a message has no more. @default whatever a sender makes */
  readonly batchBytes?: number;
  /** Most bytes of a message that the receiver takes, unpacked. */
  readonly messageBytes: number;
}

/** Every hop of a span. */
export const hops = {
  /**
   * gRPC's own default. SDKs send 512 spans at once, of 8 KiB each at most then. Of HTTP too: a body of 20 MiB can be
   * nested two million deep, which ends the process before any processor sees it.
   */
  intoAgent: { from: 'service', to: 'agent', messageBytes: 4 * mebi },
  agentToGateway: { from: 'agent', to: 'gateway', batchBytes: 2 * mebi, messageBytes: 8 * mebi },
  gatewayToSampler: { from: 'gateway', to: 'sampler', batchBytes: 2 * mebi, messageBytes: 8 * mebi },
  /** Whole traces, because trace groups are worked out of a request: one is split only where it is larger than a writer takes. */
  samplerToWriter: { from: 'sampler', to: 'span writer', batchBytes: 96 * mebi, messageBytes: 128 * mebi },
} as const satisfies Record<string, Hop>;

/** What `max_recv_msg_size_mib` says of a hop. */
export const mebibytes = (bytes: number): number => bytes / mebi;

/** Bytes of the agent's queue of spans: 20 minutes at 400 spans a second of 1 KiB. No node's disk holds more of it. */
export const agentQueueBytes = 512 * mebi;

/** Bytes of the agent's queue of metrics: half a day of its own, and of a few services. */
export const agentMetricsQueueBytes = 32 * mebi;

/** Bytes of a queue of metrics on their way to CloudWatch: hours of refusal at 100 services. */
export const metricsQueueBytes = 64 * mebi;
