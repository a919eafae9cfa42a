import { defineEnvironment } from 'harbourline';

/** With a list of attribute keys of its own: what is not on it, nor of the semantic conventions, is masked. */
export const dev = defineEnvironment({
  environment: 'dev',
  account: '555555555555',
  network: { cidr: '10.50.0.0/16', serviceVpcPrefixes: ['10.51.0.0/16'] },
  mainland: { prefixes: ['10.52.0.0/16'] },
  collect: {
    gateway: { instanceType: 't4g.medium', minInstances: 2, maxInstances: 4, volumeGiB: 20 },
    sampler: { instanceType: 't4g.medium', minInstances: 2, maxInstances: 2, volumeGiB: 20 },
  },
  redaction: { allowedKeys: ['card.scheme', 'card.country'], pseudonymKeys: ['merchant.id'] },
  sampling: { bytesPerSecond: 20_000, errorBytesPerSecond: 200_000 },
  store: { dataNodes: { instanceType: 'r7g.large.search', count: 3, volumeGiB: 50 } },
  observe: {
    notify: { inform: { email: 'cards@example.com' } },
    objectives: { p99Ms: { 'hk-cn': 500, 'cn-hk': 300, none: 800 } },
  },
});
