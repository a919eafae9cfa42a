// PLACEHOLDER until the real one lands
export interface EnvironmentConfig {
  environment: string; production: boolean; account: string; region: string;
  network: { cidr: string; availabilityZones: string[]; serviceVpcPrefixes: string[] };
  mainland: { prefixes: string[]; hostSuffixes: string[] };
  collect: { imageId?: string; gateway: { instanceType: string; minInstances: number; maxInstances: number; volumeGiB: number }; sampler: { instanceType: string; instances: number; volumeGiB: number } };
  sampling: { floorPercent: number; ceilingPercent: number; bytesPerSecond: number; errorBytesPerSecond: number; slowThresholdMs: number; decisionWaitSeconds: number };
  store: { engineVersion: string; dataNodes: { instanceType: string; count: number; volumeGiB: number }; managerNodes?: { instanceType: string; count: 3 | 5 }; standby: boolean; replicas: number; shards: number; codec: 'default' | 'best_compression' | 'zstd_no_dict'; refreshIntervalSeconds: number; retentionDays: number; readerRoleArns: string[] };
  observe: { metricsRegion: string; logRetentionDays: number; notify: { email?: string; topicArn?: string }; objectives: { p99Ms: { 'hk-cn': number; 'cn-hk': number; none: number }; errorPercent: number; minimumSamples: number } };
}
