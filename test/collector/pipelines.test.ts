import { parse } from 'yaml';
import { agentConfiguration } from '../../lib/collector/agent';
import { env, renderConfiguration, variables, variablesIn } from '../../lib/collector/blocks/render';
import { gatewayConfiguration } from '../../lib/collector/gateway';
import { hops } from '../../lib/contract/limits';
import { testSampler } from './support';

const sampling = {
  floorPercent: 10,
  ceilingPercent: 30,
  bytesPerSecond: 100_000,
  errorBytesPerSecond: 50_000,
  slowThresholdMs: 2000,
  decisionWaitSeconds: 10,
};
const texts = {
  agent: agentConfiguration({ environment: 'dev' }),
  gateway: gatewayConfiguration({
    region: 'ap-east-1',
    environment: 'dev',
    instanceType: 't4g.medium',
    volumeGiB: 20,
    services: 50,
    samplers: { namespace: 'n', service: 's' },
  }),
  sampler: testSampler({
    instanceType: 't4g.medium',
    instances: 2,
    mainland: { prefixes: ['10.20.0.0/16'], hostSuffixes: ['.cn.example.internal'] },
    sampling,
  }),
};
const parsed = Object.fromEntries(Object.entries(texts).map(([tier, text]) => [tier, parse(text)])) as Record<
  string,
  any
>;

describe('rendering', () => {
  test('a literal dollar is doubled, a variable is not', () => {
    expect(parse(renderConfiguration({ a: `^x$ ${env('B')} $1` }))).toEqual({ a: '^x$$ ${env:B} $$1' });
  });

  test('only variables that the machine sets occur', () => {
    const known = new Set<string>(Object.values(variables));
    for (const text of Object.values(texts)) {
      expect(variablesIn(text).filter((name) => !known.has(name))).toEqual([]);
      expect(text).not.toMatch(/\$\{(?!env:)/);
    }
  });
});

describe('every tier', () => {
  test.each(Object.keys(texts))('%s refuses before memory runs out, and never gives up what it took', (tier) => {
    const { service, exporters } = parsed[tier];
    for (const [name, { receivers, processors }] of Object.entries<{ receivers: string[]; processors?: string[] }>(
      service.pipelines,
    )) {
      if (receivers.includes('otlp')) expect([name, processors?.[0]]).toEqual([name, 'memory_limiter']);
    }
    for (const [name, exporter] of Object.entries<Record<string, never>>(exporters)) {
      if (name === 'awsemf') continue; // has neither queue nor retries of its own
      expect(exporter).toMatchObject({
        retry_on_failure: { enabled: true, max_elapsed_time: '0s' },
        sending_queue: { enabled: true, storage: 'file_storage/queue' },
      });
    }
  });

  test('listens on every address only with TLS; without it on loopback', () => {
    const addresses = (value: object): [string, boolean][] =>
      Object.values(value).flatMap((inner) =>
        typeof inner !== 'object' || inner === null
          ? []
          : 'endpoint' in inner
            ? [[inner.endpoint as string, 'tls' in inner] as [string, boolean]]
            : addresses(inner),
      );
    const receivers = Object.values(parsed).flatMap(({ receivers: listening }) => addresses(listening));
    expect(receivers).toHaveLength(8);
    for (const [endpoint, tls] of receivers) {
      expect(endpoint).toMatch(tls ? /^\$\{env:BIND_ADDRESS\}:/ : /^\$\{env:LOOPBACK_ADDRESS\}:/);
    }
  });

  test('verifies whom it sends to', () => {
    for (const text of Object.values(texts)) expect(text).not.toMatch(/insecure/);
    expect(parsed.agent.exporters.otlp_grpc.tls.server_name_override).toBe('gateway.dev.harbourline.internal');
    const { tls } = parsed.gateway.exporters.load_balancing.protocol.otlp;
    expect(tls.server_name_override).toBe('sampler.dev.harbourline.internal');
  });
});

describe('the gateway', () => {
  test('a batch that one sampler cannot take is not sent again to those that took their part', () => {
    const { load_balancing: exporter } = parsed.gateway.exporters;
    expect(exporter.timeout).toBe('1h');
    expect(exporter.protocol.otlp.sending_queue).toEqual({ enabled: false });
    expect(exporter.protocol.otlp.retry_on_failure).toMatchObject({ enabled: true, max_elapsed_time: '60s' });
  });

  test('cuts spans, then drops those of another environment, before it does anything else with them', () => {
    for (const tier of ['agent', 'gateway']) {
      const { processors } = parsed[tier].service.pipelines.traces;
      expect(processors.slice(0, 3)).toEqual(['memory_limiter', 'harbourline_limits', 'harbourline_environment']);
    }
  });
});

describe('the sampler', () => {
  const { tail_sampling: tail } = parsed.sampler.processors;
  const policies = Object.fromEntries(tail.policies.map((policy: { name: string }) => [policy.name, policy]));

  test('budgets of the fleet are divided by its size, and stand last in their policy', () => {
    for (const [name, bytes] of [
      ['errors', 25_000],
      ['slow', 25_000],
      ['band', 50_000],
    ] as const) {
      const last = policies[name].and.and_sub_policy.at(-1);
      expect(last).toMatchObject({ type: 'bytes_limiting', bytes_limiting: { bytes_per_second: bytes } });
    }
  });

  test('one trace may weigh whatever the writer takes: budgets bound shares', () => {
    for (const name of ['errors', 'slow', 'band']) {
      const { burst_capacity } = policies[name].and.and_sub_policy.at(-1).bytes_limiting;
      expect(burst_capacity).toBeGreaterThanOrEqual(hops.samplerToWriter.messageBytes);
    }
  });

  test('a trace waits for its root longer than usual time-outs, and is decided soon after it', () => {
    expect([tail.decision_wait, tail.decision_wait_after_root_received]).toEqual(['60s', '10s']);
  });

  test('the floor is a subset of the ceiling: the same salt', () => {
    const ceiling = policies.band.and.and_sub_policy[0].probabilistic;
    expect(policies.floor.probabilistic.hash_salt).toBe(ceiling.hash_salt);
    expect([policies.floor.probabilistic.sampling_percentage, ceiling.sampling_percentage]).toEqual([10, 30]);
  });

  test('metrics see every span: they are taken before the sampling', () => {
    const { pipelines } = parsed.sampler.service;
    expect(pipelines['traces/all'].exporters).toContain('span_metrics');
    expect(pipelines['traces/all'].processors).not.toContain('tail_sampling');
  });

  test('nothing that hands metrics over in the same call as traces: its refusal would drop the traces', () => {
    const { pipelines } = parsed.sampler.service;
    expect(pipelines.metrics.receivers).toEqual(['span_metrics']);
  });

  test('a trace is split between two requests to the writer only where it is larger than a writer takes', () => {
    expect(parsed.sampler.exporters['otlp_http/writer'].sending_queue.batch.max_size).toBe(96 * 1024 ** 2);
  });

  test('no dimension can hold free text', () => {
    const allowed = [
      'crossing',
      'span.kind',
      'service.name',
      'status.code',
      'traceparent',
      'tier',
      'sampled',
      'exporter',
      // Bounded by the processor that sets them.
      'call.destination',
      'call.operation',
    ];
    const declared = parsed.sampler.exporters.awsemf.metric_declarations.flatMap(
      ({ dimensions }: { dimensions: string[][] }) => dimensions.flat(),
    );
    expect(new Set(declared)).toEqual(new Set(allowed));
    expect(parsed.sampler.connectors.span_metrics.exclude_dimensions).toContain('span.name');
    expect(parsed.sampler.processors.harbourline_crossing).toMatchObject({ destinations: 20, operations: 50 });
  });
});
