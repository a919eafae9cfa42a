import type { EnvironmentConfigInput } from './schema';

/** As production in kind, smaller in number: dedicated managers, machines of fixed performance. */
export const staging: EnvironmentConfigInput = {
  environment: 'staging',
  account: '222222222222',
  network: {
    cidr: '10.11.0.0/16',
    serviceVpcPrefixes: ['10.31.0.0/16'],
  },
  mainland: {
    prefixes: ['10.21.0.0/16'],
    hostSuffixes: ['.cn-staging.example.internal'],
  },
  collect: {
    gateway: { instanceType: 'm7g.medium', minInstances: 2, maxInstances: 6, volumeGiB: 50 },
    sampler: { instanceType: 'm7g.large', minInstances: 2, maxInstances: 4, volumeGiB: 50 },
  },
  sampling: {
    bytesPerSecond: 200_000,
    errorBytesPerSecond: 400_000,
  },
  store: {
    dataNodes: { instanceType: 'r7g.large.search', count: 3, volumeGiB: 200 },
    managerNodes: { instanceType: 'm7g.medium.search', count: 3 },
    load: { spansPerSecond: 2_000 },
    readerRoleArns: ['arn:aws:iam::222222222222:role/trace-readers'],
  },
  observe: {
    notify: { email: 'platform-staging@example.com' },
    objectives: { p99Ms: { 'hk-cn': 500, 'cn-hk': 300, none: 300 } },
  },
};
