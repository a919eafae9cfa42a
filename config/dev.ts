import type { EnvironmentConfigInput } from './schema';

/** For trials: the smallest that is still redundant, burstable machines, a budget small enough to see it work. */
export const dev: EnvironmentConfigInput = {
  environment: 'dev',
  account: '111111111111',
  network: {
    cidr: '10.10.0.0/16',
    serviceVpcPrefixes: ['10.30.0.0/16'],
  },
  mainland: {
    prefixes: ['10.20.0.0/16'],
  },
  collect: {
    legacyClients: ['zipkin', 'jaeger'],
    gateway: { instanceType: 't4g.medium', minInstances: 2, maxInstances: 4, volumeGiB: 20 },
    sampler: { instanceType: 't4g.medium', minInstances: 2, maxInstances: 2, volumeGiB: 20 },
  },
  sampling: {
    bytesPerSecond: 20_000,
    errorBytesPerSecond: 200_000,
  },
  store: {
    dataNodes: { instanceType: 'r7g.large.search', count: 3, volumeGiB: 50 },
    load: { spansPerSecond: 200 },
    readerRoleArns: ['arn:aws:iam::111111111111:role/trace-readers'],
  },
  observe: {
    objectives: { p99Ms: { 'hk-cn': 500, 'cn-hk': 300, none: 300 } },
  },
};
