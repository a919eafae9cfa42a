import type { EnvironmentConfigInput } from './schema';

/** Held to the rules of production: a zone in reserve, dedicated managers, a pinned image, a year of audit logs. */
export const prod: EnvironmentConfigInput = {
  environment: 'prod',
  account: '333333333333',
  network: {
    cidr: '10.12.0.0/16',
    serviceVpcPrefixes: ['10.32.0.0/16'],
  },
  mainland: {
    prefixes: ['10.22.0.0/16'],
    hostSuffixes: ['.cn.example.internal'],
  },
  collect: {
    // An example: put your own here, with each change of it a change of its own.
    imageId: 'ami-0123456789abcdef0',
    gateway: {
      instanceType: 'm7g.large',
      minInstances: 3,
      maxInstances: 12,
      volumeGiB: 100,
      tradingHours: { opens: '09:00', closes: '17:00', minInstances: 6 },
    },
    sampler: { instanceType: 'm7g.xlarge', minInstances: 3, maxInstances: 6, volumeGiB: 200 },
  },
  redaction: { allowedKeys: ['payment'], pseudonymKeys: ['enduser.id'] },
  sampling: {
    bytesPerSecond: 2_000_000,
    errorBytesPerSecond: 2_000_000,
  },
  store: {
    dataNodes: { instanceType: 'r7g.xlarge.search', count: 6, volumeGiB: 1_000 },
    managerNodes: { instanceType: 'm7g.large.search', count: 3 },
    standby: true,
    replicas: 2,
    shards: 3,
    load: { spansPerSecond: 10_000 },
    readerRoleArns: ['arn:aws:iam::333333333333:role/trace-readers'],
  },
  observe: {
    logRetentionDays: 400,
    notify: { email: 'platform-on-call@example.com' },
    objectives: { p99Ms: { 'hk-cn': 400, 'cn-hk': 250, none: 250 }, errorPercent: 0.5, minimumSamples: 50 },
  },
};
