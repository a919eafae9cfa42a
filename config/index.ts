import type { EnvironmentConfig } from './schema';
export function loadEnvironments(): EnvironmentConfig[] {
  return [{ environment: 'dev', production: false, account: '111111111111', region: 'ap-east-1',
    network: { cidr: '10.10.0.0/16', availabilityZones: ['ap-east-1a','ap-east-1b','ap-east-1c'], serviceVpcPrefixes: ['10.30.0.0/16'] },
    mainland: { prefixes: ['10.20.0.0/16'], hostSuffixes: [] },
    collect: { gateway: { instanceType: 't4g.medium', minInstances: 2, maxInstances: 4, volumeGiB: 20 }, sampler: { instanceType: 't4g.medium', instances: 2, volumeGiB: 20 } },
    sampling: { floorPercent: 10, ceilingPercent: 30, bytesPerSecond: 20000, errorBytesPerSecond: 200000, slowThresholdMs: 2000, decisionWaitSeconds: 10 },
    store: { engineVersion: 'OpenSearch_3.3', dataNodes: { instanceType: 'r7g.large.search', count: 3, volumeGiB: 50 }, standby: false, replicas: 1, shards: 1, codec: 'best_compression', refreshIntervalSeconds: 10, retentionDays: 14, readerRoleArns: [] },
    observe: { metricsRegion: 'ap-east-1', logRetentionDays: 90, notify: {}, objectives: { p99Ms: { 'hk-cn': 500, 'cn-hk': 300, none: 300 }, errorPercent: 1, minimumSamples: 20 } } }];
}
