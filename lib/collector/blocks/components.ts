/** Components that several tiers share. */
import { spanLimits } from '../../contract/limits';
import { ports } from '../../contract/ports';
import { limitShare, spikeShare } from '../../contract/sizing';
import { env, variables } from './render';

/** Refuses data before memory runs out; always the first processor. Shares are of what the collector may have. */
export const memoryLimiter = (memoryMiB?: number) => ({
  memory_limiter: {
    check_interval: '500ms',
    ...(memoryMiB
      ? { limit_mib: Math.floor(memoryMiB * limitShare), spike_limit_mib: Math.floor(memoryMiB * spikeShare) }
      : // Of the unit's MemoryMax.
        { limit_percentage: 100 * limitShare, spike_limit_percentage: 100 * spikeShare }),
  },
});

/** Cuts what is too deep, too long or too large: before anything looks at it that goes down into it. */
export const sizeLimits = {
  harbourline_limits: {
    value_bytes: spanLimits.valueBytes,
    name_bytes: spanLimits.nameBytes,
    attributes: spanLimits.attributes,
    depth: spanLimits.depth,
    items: spanLimits.items,
    span_bytes: spanLimits.spanBytes,
  },
};

/** Drops spans and metrics that are not of this environment, or do not say of which they are: they may be of any. */
export const environmentGuard = (environment: string) => ({ harbourline_environment: { environment } });

/**
 * The extensions that each tier runs: a disk queue, a health check on `healthAddress`, and on loopback what its operators
 * look at. Load balancers and units go by the health check alone: a gateway whose next tier refuses all is not taken out of
 * service, since all of them would be.
 */
export const extensions = (healthAddress: string) => ({
  health_check: { endpoint: `${healthAddress}:${ports.health}` },
  // Not on LOOPBACK_ADDRESS: in a pod it is the pod's own address.
  harbourline_pages: {
    endpoint: `${env(`${variables.pages}:-127.0.0.1`)}:${ports.pages}`,
    metrics: `http://${env(variables.loopback)}:${ports.telemetry}/metrics`,
  },
  'file_storage/queue': {
    directory: `${env(variables.dataDirectory)}/queue`,
    create_directory: true,
    timeout: '5s',
    // A killed process loses nothing without fsync, only a machine that loses power does; its peers have the rest.
    fsync: false,
    compaction: {
      on_start: true,
      on_rebound: true,
      directory: `${env(variables.dataDirectory)}/queue`,
      cleanup_on_start: true,
      rebound_needed_threshold_mib: 100,
      rebound_trigger_threshold_mib: 10,
    },
  },
});

/** The `service` section's part that is the same in every tier. */
export const service = (pipelines: object, readers: readonly object[] = [], own: readonly string[] = []) => ({
  extensions: ['health_check', 'harbourline_pages', 'file_storage/queue', ...own],
  telemetry: {
    logs: { level: 'info', encoding: 'json' },
    metrics: {
      level: 'detailed',
      readers: [
        { pull: { exporter: { prometheus: { host: env(variables.loopback), port: ports.telemetry } } } },
        ...readers,
      ],
    },
  },
  pipelines,
});

/** Retries until it works: the queue on disk is what bounds it. */
export const retryForever = (maxInterval = '5s') => ({
  enabled: true,
  initial_interval: '500ms',
  max_interval: maxInterval,
  max_elapsed_time: '0s',
});

/**
 * Of a gRPC client: a connection that is silent for ten seconds while a call waits is pinged, and closed when nothing answers.
 * HTTP/2 has one connection for all calls: one that a machine took along when it went, or that a firewall forgot, would
 * otherwise be tried until TCP gives it up, a quarter of an hour later. Ten seconds is the least that gRPC's client takes.
 */
export const clientKeepalive = { keepalive: { time: '10s', timeout: '10s' } };

/** Of a gRPC server: such pings are no abuse. Its default closes connections that ping more than once in five minutes. */
export const pingsAllowed = { enforcement_policy: { min_time: '5s' } };

const file = (part: string): string => `${env(variables.tlsDirectory)}/${part}.pem`;

/** A tier's own certificate, 1.2 and newer. Read again from disk, because it is renewed every month. */
const ownCertificate = {
  cert_file: file('certificate'),
  key_file: file('key'),
  reload_interval: '5m',
  min_version: '1.2',
};

/** Server side of TLS for clients that have no certificate of ours. */
export const openServerTls = ownCertificate;

/** Server side of TLS between tiers: nobody is served without a certificate of a tier. */
export const serverTls = { ...ownCertificate, client_ca_file: file('authority'), client_ca_file_reload: true };

/**
 * Client side of TLS between tiers: the tier's name is verified whatever address it was reached at, because instances
 * come and go and a tier's certificate names the tier. The collector reads `ca_file` once: a client is restarted for a
 * new authority, by certificate.sh.
 */
export const clientTls = (serverName: string) => ({
  ...ownCertificate,
  ca_file: file('authority'),
  server_name_override: serverName,
});
