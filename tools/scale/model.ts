/** Which limit a load meets first, and what takes over: arithmetic over measured figures and quotas, each with its source. */
import { capacityFor } from '../../config/capacity';
import { crossings } from '../../lib/contract/metrics/spans';
import { sizesOf } from '../../lib/contract/sizing';
import { dataNodesFor, fleetsFor, type Plan } from '../size/plan';
import { aggregatesKilobitsPerService, linkLimitKilobits, seriesPerService, spansPerTrace } from './measured';

export interface Step {
  readonly spansPerSecond: number;
  readonly services: number;
  readonly zones: number;
}

/** What a step needs of one thing, against what there is of it. */
export interface Use {
  readonly limit: string;
  readonly needed: number;
  readonly most: number;
  readonly unit: string;
  readonly source: string;
  /** What is done when it is met. */
  readonly takesOver: string;
}

/** Instances that carry the largest steps: production's own types, a size that Hong Kong has. */
const types = { node: 'r7g.4xlarge.search', gateway: 'm7g.2xlarge', sampler: 'm7g.2xlarge' } as const;

/** The plan behind a step, with the defaults of `npm run size`. */
const planOfStep = ({ spansPerSecond, zones }: Step): Plan => ({
  spansPerSecond,
  zones,
  bytesPerSpan: 400,
  peak: 3,
  kept: 0.3,
  retentionDays: 14,
  codec: 'best_compression',
  replicas: 1,
  ...types,
});

/** Seconds that a trace waits for its root and then for stragglers: the default of `sampling.decisionWaitSeconds`, and as much under way. */
const waitSeconds = 20;

/** Every limit, in the order of the pipeline. */
export function usesOf(step: Step): Use[] {
  const plan = planOfStep(step);
  const { gateways, samplers } = fleetsFor(plan);
  const nodes = dataNodesFor(plan);
  const { shards } = capacityFor(plan);
  const tracesASecond = (step.spansPerSecond * plan.peak) / spansPerTrace;
  return [
    {
      limit: 'gateways',
      needed: gateways,
      most: 100,
      unit: types.gateway,
      source: 'collect.gateway.maxInstances; a Network Load Balancer has 500 targets for each zone',
      takesOver: 'larger instances, then a second load balancer and another entrance for half of the accounts',
    },
    {
      limit: 'samplers in one ring',
      needed: samplers,
      most: 99,
      unit: types.sampler,
      source: 'load_balancing asks Cloud Map for at most 100 hosts; one more comes before another goes',
      takesOver: 'cells: gateways, samplers and a ring of their own for each group of services that call each other',
    },
    {
      limit: 'waiting traces of a sampler',
      needed: (tracesASecond * waitSeconds) / samplers,
      most: sizesOf('sampler', types.sampler).traces,
      unit: 'traces',
      source: 'half of its memory at 20 KiB a trace of ten spans (lib/contract/sizing.ts)',
      takesOver: 'more samplers, or more memory for each',
    },
    {
      limit: 'data nodes of one domain',
      needed: nodes,
      most: 80,
      unit: types.node,
      source: 'quota of OpenSearch Service, 80 for each domain unless raised',
      takesOver:
        'a lower ceiling of sampling, or a domain for each cell; a stream (Kinesis, MSK) in front of the writers where load comes in bursts',
    },
    {
      limit: 'shards of one data node',
      needed: ((plan.retentionDays + 1) * shards * (1 + plan.replicas)) / nodes,
      most: 1000,
      unit: 'shards',
      source: 'cluster.max_shards_per_node',
      takesOver: 'larger shards, or more nodes',
    },
    {
      limit: 'series of metrics by service',
      needed: step.services * seriesPerService(crossings.length),
      most: 100_000,
      unit: 'series',
      source: 'what a firm pays for: npm run cost; every set of dimensions is a paid metric',
      takesOver: 'metrics by service only for listed services, the others as one',
    },
    {
      limit: 'the link',
      needed: step.services * aggregatesKilobitsPerService,
      most: linkLimitKilobits,
      unit: 'kbit/s',
      source: 'aggregates by zstd in a rehearsal, at most; the promise is below 1 Mbps',
      takesOver: 'fewer names in link.services: the others cross as one',
    },
  ];
}

/** The limit that a step is closest to, as a share of it. */
export function first(step: Step): Use & { readonly share: number } {
  const [closest] = usesOf(step)
    .map((use) => ({ ...use, share: use.needed / use.most }))
    .sort((one, other) => other.share - one.share);
  return closest as Use & { share: number };
}

/** Spans a second at which a limit is met, where load alone meets it; found by halving, to 1 %. */
export function spansAtLimit(limit: string, zones: number): number | undefined {
  const exceeded = (spansPerSecond: number): boolean => {
    const use = usesOf({ spansPerSecond, services: 1, zones }).find((each) => each.limit === limit);
    return use !== undefined && use.needed > use.most;
  };
  let [low, high] = [1, 100_000_000];
  if (!exceeded(high) || exceeded(low)) return undefined;
  while (high / low > 1.01) {
    const middle = Math.sqrt(low * high);
    if (exceeded(middle)) high = middle;
    else low = middle;
  }
  return low;
}
