/** Kept traces to a backend that exists, beside the store: a team can move without a big bang. */
import { retryForever } from './components';
import { env, variables } from './render';

interface Backend {
  /** `https://host:port`, for Zipkin with its path. */
  readonly endpoint: string;
}

export interface ForwardOptions {
  /** Whom to trust for their certificates, PEM: a file of the machine, user data has little room. @default the system's authorities */
  readonly authority?: string | undefined;
  readonly otlp?: Backend | undefined;
  readonly zipkin?: Backend | undefined;
}

/**
 * Exporters of the backends that there are. Each has a queue of its own, a small one: a backend that is away or slow holds
 * up neither the store nor the other; what its queue does not take is dropped, and counted as not queued.
 */
export function forwarders({ authority, otlp, zipkin }: ForwardOptions = {}, queueBytes = 0): Record<string, object> {
  const to = ({ endpoint }: Backend) => ({
    endpoint,
    tls: { min_version: '1.2', ...(authority ? { ca_file: env(variables.forwardAuthority) } : {}) },
    timeout: '10s',
    retry_on_failure: retryForever(),
    sending_queue: {
      enabled: true,
      storage: 'file_storage/queue',
      sizer: 'bytes',
      queue_size: queueBytes,
      num_consumers: 2,
      batch: { sizer: 'bytes', flush_timeout: '1s', min_size: 512 * 1024, max_size: 2 * 1024 * 1024 },
    },
  });
  return {
    ...(otlp ? { 'otlp_http/forward': { ...to(otlp), compression: 'gzip' } } : {}),
    ...(zipkin ? { 'zipkin/forward': { ...to(zipkin), format: 'json' } } : {}),
  };
}
