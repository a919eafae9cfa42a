import { allowlist, defineEnvironment } from 'harbourline';
import { gateways, organisation } from './organisation';

/** Acceptance: the leased line, and IPsec over the internet for the hours in which it is away. */
export const uat = defineEnvironment({
  environment: 'uat',
  organisation,
  account: '666666666662',
  network: {
    cidr: '10.11.0.0/16',
    serviceVpcPrefixes: ['10.31.0.0/16'],
  },
  mainland: {
    prefixes: ['10.21.0.0/16'],
    hostSuffixes: ['.cn-uat.example.internal'],
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
    readerRoleArns: ['arn:aws:iam::666666666662:role/trace-readers'],
  },
  link: {
    transitGatewayId: gateways.uat.transitGatewayId,
    // The leased line, and IPsec over the internet for the hours in which it is away.
    transports: ['directConnect', 'siteToSiteVpn'],
    directConnect: {
      connectionId: 'dxcon-fg1staga',
      vlan: 301,
      peerCidr: '169.254.30.0/30',
      probeAddress: '10.21.255.3',
    },
    siteToSiteVpn: {
      customerGatewayAddress: '203.0.113.20',
      insideCidrs: ['169.254.20.0/30', '169.254.21.0/30'],
      probeAddresses: ['10.21.255.1', '10.21.255.2'],
      internetAcknowledged:
        'Backup of the leased line for acceptance without production data, approved in NET-2200 to June 2027',
    },
    farEnd: { asn: 65011, prefixes: ['10.21.1.0/24', '10.21.2.0/24', '10.21.8.0/24'] },
    allowlist: allowlist('config/allowlists/uat.txt'),
    serviceAttachments: [{ attachmentId: 'tgw-attach-1123456789abcdef0', prefix: '10.31.4.0/24' }],
    services: ['payment', 'settlement'],
    receiver: { address: '10.21.8.10', name: 'receiver.uat.cn.example.internal' },
    relay: {
      instanceType: 'm7g.medium',
      volumeGiB: 30,
      certificate: {
        secretArn: 'arn:aws:secretsmanager:ap-east-1:666666666662:secret:link-relay-a1B2c3',
        keyArn: 'arn:aws:kms:ap-east-1:666666666662:key/00000000-0000-4000-8000-666666666662',
      },
    },
    probe: { rttMs: 60 },
    analysis: {
      account: '666666666663',
      vpcId: 'vpc-01123456789abcdef',
      vpcCidr: '10.21.8.0/24',
      subnetId: 'subnet-01123456789abcdef',
      availabilityZone: 'cn-north-1a',
      instanceType: 'm7g.medium',
      certificate: {
        secretArn: 'arn:aws-cn:secretsmanager:cn-north-1:666666666663:secret:link-receiver-a1B2c3',
        keyArn: 'arn:aws-cn:kms:cn-north-1:666666666663:key/00000000-0000-4000-8000-666666666663',
      },
    },
  },
  observe: {
    notify: { page: { email: 'platform-uat@example.com' } },
    objectives: { p99Ms: { 'hk-cn': 500, 'cn-hk': 300, none: 800 } },
  },
});
