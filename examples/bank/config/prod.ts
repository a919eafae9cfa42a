import { allowlist, defineEnvironment } from 'harbourline';
import { gateways, organisation } from './organisation';

/** Production, on gateways that the bank has. */
export const prod = defineEnvironment({
  environment: 'prod',
  repositoryUrl: 'https://git.example.com/harbourline/blob/main',
  organisation,
  account: '777777777773',
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
    readerRoleArns: ['arn:aws:iam::777777777773:role/trace-readers'],
  },
  link: {
    transitGatewayId: gateways.prod.transitGatewayId,
    transports: ['vpnOverDirectConnect'],
    directConnect: {
      gatewayId: gateways.prod.gatewayId,
      connectionId: 'dxcon-fg1proda',
      vlan: 302,
      peerCidr: '169.254.32.0/30',
      // At another location than the first.
      second: { connectionId: 'dxcon-fg1prodb', vlan: 302, peerCidr: '169.254.33.0/30' },
    },
    vpnOverDirectConnect: {
      customerGatewayAddress: '10.22.254.1',
      insideCidrs: ['169.254.30.0/30', '169.254.31.0/30'],
      probeAddresses: ['10.22.255.1', '10.22.255.2'],
      transitGatewayCidr: '10.42.0.0/24',
    },
    farEnd: { asn: 65012, prefixes: ['10.22.1.0/24', '10.22.2.0/24', '10.22.8.0/24'] },
    allowlist: allowlist('config/allowlists/prod.txt'),
    serviceAttachments: [{ attachmentId: 'tgw-attach-2123456789abcdef0', prefix: '10.32.4.0/24' }],
    services: ['payment', 'settlement'],
    receiver: { address: '10.22.8.10', name: 'receiver.prod.cn.example.internal' },
    relay: {
      instanceType: 'm7g.medium',
      volumeGiB: 60,
      certificate: {
        secretArn: 'arn:aws:secretsmanager:ap-east-1:777777777773:secret:link-relay-a1B2c3',
        keyArn: 'arn:aws:kms:ap-east-1:777777777773:key/00000000-0000-4000-8000-777777777773',
      },
    },
    probe: { rttMs: 50, lossPercent: 1 },
    analysis: {
      account: '777777777774',
      vpcId: 'vpc-02123456789abcdef',
      vpcCidr: '10.22.8.0/24',
      subnetId: 'subnet-02123456789abcdef',
      availabilityZone: 'cn-north-1a',
      instanceType: 'm7g.large',
      certificate: {
        secretArn: 'arn:aws-cn:secretsmanager:cn-north-1:777777777774:secret:link-receiver-a1B2c3',
        keyArn: 'arn:aws-cn:kms:cn-north-1:777777777774:key/00000000-0000-4000-8000-777777777774',
      },
    },
  },
  observe: {
    logRetentionDays: 400,
    notify: { page: { email: 'platform-on-call@example.com' }, inform: { email: 'platform@example.com' } },
    objectives: { p99Ms: { 'hk-cn': 400, 'cn-hk': 250, none: 600 }, errorPercent: 0.5, minimumSamples: 50 },
  },
});
