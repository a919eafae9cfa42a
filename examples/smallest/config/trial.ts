import { defineEnvironment } from 'harbourline';

/** No link yet, one zone: traces of services in Hong Kong, while the line to the mainland is ordered. */
export const trial = defineEnvironment({
  environment: 'trial',
  account: '444444444444',
  network: { cidr: '10.40.0.0/20', availabilityZones: ['ap-east-1a'], serviceVpcPrefixes: ['10.41.0.0/16'] },
  mainland: { prefixes: ['10.42.0.0/16'] },
  collect: {
    gateway: { instanceType: 't4g.small', minInstances: 2, maxInstances: 2, volumeGiB: 20 },
    sampler: { instanceType: 't4g.medium', minInstances: 2, maxInstances: 2, volumeGiB: 20 },
  },
  sampling: { bytesPerSecond: 20_000, errorBytesPerSecond: 200_000 },
  store: { dataNodes: { instanceType: 'r7g.large.search', count: 2, volumeGiB: 50 } },
  observe: { objectives: { p99Ms: { 'hk-cn': 500, 'cn-hk': 300, none: 800 } } },
});
