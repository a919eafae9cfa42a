/** Honeycomb Refinery: the tail sampler that a user would run in place of our sampler tier. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Service, startService } from '../../../harness/process';
import type { Peer } from './program';

/**
 * What the Go module proxy gives. Releases from 2.0.0 on do not name their major version in the path of their module, which Go
 * refuses.
 */
export const refinery: Peer = {
  name: 'refinery',
  module: 'github.com/honeycombio/refinery',
  version: 'v1.21.0',
  sum: 'h1:w4d4JO2sQZIybIJClrrN2i9Ml3/4yFSsh7/tpAgyIJQ=',
  program: './cmd/refinery',
};

/** What it must do, as our sampler does. */
export interface RefineryProps {
  readonly binary: string;
  readonly folder: string;
  readonly address: string;
  /** URL in place of Honeycomb's API. */
  readonly api: string;
  /** Traces that may wait at once. */
  readonly traces: number;
  /** How long it waits after a root, in seconds. */
  readonly waitSeconds: number;
  readonly slowMs: number;
  /** One in so many ordinary traces is kept. */
  readonly oneIn: number;
}

/** One that runs. */
export interface Refinery extends Service {
  /** Where it takes OTLP. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether all that it took is decided and sent: `true`, or what it still has. */
  readonly drained: () => Promise<true | string>;
}

/** It finds itself among its peers by an address of an interface: loopback has but this one. */
const itself = '127.0.0.1:18081';

/** Starts it. @throws Error with what it wrote, where it does not start */
export async function startRefinery(props: RefineryProps): Promise<Refinery> {
  const { binary, address, api, traces, waitSeconds, slowMs, oneIn } = props;
  const folder = mkdtempSync(join(props.folder, 'refinery-'));
  const [config, rules] = [join(folder, 'refinery.toml'), join(folder, 'rules.toml')];
  const listens = `${address}:8080`;
  const metrics = `${address}:2112`;
  // All else is its default. The room is ours: with less it drops spans and says nothing to who sent them.
  writeFileSync(
    config,
    `ListenAddr = "${listens}"
PeerListenAddr = "${itself}"
HoneycombAPI = "${api}"
SendDelay = "${waitSeconds}s"
TraceTimeout = "60s"
LoggingLevel = "error"
Metrics = "prometheus"
[PeerManagement]
Type = "file"
Peers = ["http://${itself}"]
[InMemCollector]
CacheCapacity = ${traces}
[PrometheusMetrics]
MetricsListenAddr = "${metrics}"
`,
  );
  writeFileSync(
    rules,
    `Sampler = "RulesBasedSampler"
[[rule]]
name = "errors"
SampleRate = 1
[[rule.condition]]
field = "error"
operator = "="
value = true
[[rule]]
name = "slow"
SampleRate = 1
[[rule.condition]]
field = "duration_ms"
operator = ">="
value = ${slowMs}
[[rule]]
name = "ordinary"
SampleRate = ${oneIn}
`,
  );
  const started = await startService({
    name: 'Refinery',
    command: binary,
    arguments: ['-c', config, '-r', rules],
    directory: folder,
    environment: {},
    logFile: join(folder, 'refinery.log'),
    healthUrl: `http://${listens}/alive`,
  });
  return {
    ...started,
    url: `http://${listens}/v1/traces`,
    headers: { 'x-honeycomb-team': 'bench' },
    drained: async () => {
      const counts = await counted(`http://${metrics}/metrics`);
      const taken = counts('spans_waiting');
      const waiting = counts('trace_accepted') - counts('trace_send_kept') - counts('trace_send_dropped');
      const unsent = counts('libhoney_upstream_queued_items');
      return (
        (taken === 0 && waiting === 0 && unsent === 0) ||
        `${taken} spans are of no trace yet, ${waiting} traces wait, ${unsent} spans are unsent`
      );
    },
  };
}

async function counted(url: string): Promise<(name: string) => number> {
  const text = await (await fetch(url)).text();
  return (name) => Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}
