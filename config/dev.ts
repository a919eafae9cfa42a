import { allowlist, defineEnvironment } from '../index';

/** For trials: the smallest that is still redundant, burstable machines, a budget small enough to see it work. */
export const dev = defineEnvironment({
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
    entrance: {
      privateLink: { acceptanceRequired: false },
      handedOver: {
        serviceName: 'com.amazonaws.vpce.ap-east-1.vpce-svc-00123456789abcdef',
        certificate: {
          secretArn: 'arn:aws:secretsmanager:ap-east-1:111111111111:secret:agent-certificate-a1B2c3',
          keyArn: 'arn:aws:kms:ap-east-1:111111111111:key/00000000-0000-4000-8000-111111111113',
        },
      },
    },
    gateway: { instanceType: 't4g.medium', minInstances: 2, maxInstances: 4, volumeGiB: 20 },
    sampler: { instanceType: 't4g.medium', minInstances: 2, maxInstances: 2, volumeGiB: 20 },
  },
  clients: [
    {
      name: 'payments',
      account: '111111111113',
      vpcs: [
        {
          vpcId: 'vpc-00123456789abcde0',
          prefixes: ['10.30.4.0/24'],
          subnetIds: ['subnet-00123456789abcde0', 'subnet-00123456789abcde1'],
        },
      ],
      nodeRoleArns: ['arn:aws:iam::111111111113:role/service-node'],
    },
  ],
  agent: { servers: true },
  sampling: {
    bytesPerSecond: 20_000,
    errorBytesPerSecond: 200_000,
  },
  store: {
    dataNodes: { instanceType: 'r7g.large.search', count: 3, volumeGiB: 50 },
    load: { spansPerSecond: 200 },
    readerRoleArns: ['arn:aws:iam::111111111111:role/trace-readers'],
  },
  link: {
    transports: ['siteToSiteVpn'],
    siteToSiteVpn: {
      customerGatewayAddress: '203.0.113.10',
      insideCidrs: ['169.254.10.0/30', '169.254.11.0/30'],
      probeAddresses: ['10.20.255.1', '10.20.255.2'],
      internetAcknowledged:
        'Trial without production data until the leased line is ordered, approved in NET-1200 to June 2027',
    },
    farEnd: { asn: 65010, prefixes: ['10.20.1.0/24', '10.20.2.0/24', '10.20.8.0/24'] },
    allowlist: allowlist('config/allowlists/dev.txt'),
    // Not attached yet: the first deployment makes the gateway. Then: attachmentId: 'tgw-attach-…'.
    serviceAttachments: [{ prefix: '10.30.4.0/24' }],
    services: ['payment', 'settlement'],
    receiver: { address: '10.20.8.10', name: 'receiver.dev.cn.example.internal' },
    relay: {
      instanceType: 't4g.small',
      volumeGiB: 30,
      certificate: {
        secretArn: 'arn:aws:secretsmanager:ap-east-1:111111111111:secret:link-relay-a1B2c3',
        keyArn: 'arn:aws:kms:ap-east-1:111111111111:key/00000000-0000-4000-8000-111111111111',
      },
    },
    probe: { rttMs: 80 },
    analysis: {
      account: '111111111112',
      vpcId: 'vpc-00123456789abcdef',
      vpcCidr: '10.20.8.0/24',
      subnetId: 'subnet-00123456789abcdef',
      availabilityZone: 'cn-north-1a',
      instanceType: 't4g.small',
      certificate: {
        secretArn: 'arn:aws-cn:secretsmanager:cn-north-1:111111111112:secret:link-receiver-a1B2c3',
        keyArn: 'arn:aws-cn:kms:cn-north-1:111111111112:key/00000000-0000-4000-8000-111111111112',
      },
    },
  },
  observe: {
    objectives: { p99Ms: { 'hk-cn': 500, 'cn-hk': 300, none: 800 } },
  },
});
