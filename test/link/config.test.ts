/** The messages about a wrong section `link`. */
import { refuseDates } from '../../config/dates';
import type { ConfigError } from '../../config/errors';
import { parseEnvironment, parseEnvironments } from '../../config/parse';
import { dev } from '../../harness/environments/dev';
import { edited } from '../../harness/environments/edited';
import { prod } from '../../harness/environments/prod';
import { staging } from '../../harness/environments/staging';

const environments = { dev, staging, prod };

/** Places and reasons that an environment gets with one place of its link changed. */
function problems(name: keyof typeof environments, path: string, value: unknown): string[] {
  try {
    parseEnvironment(`config/${name}.ts`, edited(environments[name], { [`link.${path}`]: value }));
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map((problem) => `${problem.path}: ${problem.why}`);
  }
}

test.each([
  ['dev', 'siteToSiteVpn.internetAcknowledged', 'yes', 'is the exception'],
  ['dev', 'siteToSiteVpn.internetAcknowledged', undefined, 'It is missing'],
  ['dev', 'siteToSiteVpn.insideCidrs', ['169.254.5.0/30', '169.254.11.0/30'], 'AWS keeps this /30 for itself'],
  ['dev', 'siteToSiteVpn.insideCidrs', ['169.254.10.0/30', '169.254.10.0/30'], 'Another session has it'],
  ['dev', 'siteToSiteVpn.insideCidrs', ['10.0.0.0/30', '169.254.11.0/30'], 'only for the inside of a session'],
  ['dev', 'siteToSiteVpn.insideCidrs', ['169.254.10.0/30'], 'too short'],
  ['dev', 'siteToSiteVpn', undefined, 'Transport siteToSiteVpn needs it'],
  ['dev', 'transports', ['siteToSiteVpn', 'siteToSiteVpn'], 'cannot take over from itself'],
  ['dev', 'farEnd.asn', 64_512, 'three ASNs'],
  ['dev', 'farEnd.prefixes', ['10.99.0.0/24'], 'It is not in mainland.prefixes'],
  ['dev', 'bgp', { keepaliveSeconds: 10, holdSeconds: 20 }, 'One lost keepalive'],
  [
    'dev',
    'serviceAttachments',
    [{ attachmentId: 'tgw-attach-0123456789abcdef0', prefix: '10.99.0.0/24' }],
    'not in network.serviceVpcPrefixes',
  ],
  ['dev', 'relay.volumeGiB', 12, '24 hours at half of 1000000 bit/s fill 5.0 GiB'],
  ['dev', 'relay.instanceType', 'c7gn.large', 'EC2 in Hong Kong has no c7gn'],
  [
    'dev',
    'relay.certificate.secretArn',
    'arn:aws:secretsmanager:eu-west-1:111111111111:secret:a-a1B2c3',
    'own account and region',
  ],
  [
    'dev',
    'analysis.certificate.secretArn',
    'arn:aws:secretsmanager:ap-east-1:111111111112:secret:a-a1B2c3',
    'own partition',
  ],
  ['dev', 'analysis.availabilityZone', 'cn-northwest-1a', 'It is not of cn-north-1'],
  ['dev', 'receiver.address', '10.20.99.9', 'No line of config/allowlists/dev.txt admits it'],
  ['dev', 'probe.port', 9, 'the probe measures a path with it'],
  ['staging', 'transports', ['directConnect', 'vpnOverDirectConnect'], 'they would fail together'],
  ['staging', 'directConnect.mtu', 9001, 'not taken here'],
  ['staging', 'directConnect.peerCidr', '169.254.20.0/30', 'Another session has it'],
  ['prod', 'vpnOverDirectConnect.transitGatewayCidr', '10.12.9.0/24', 'shares addresses'],
  ['prod', 'directConnect', undefined, 'Transport vpnOverDirectConnect needs it'],
  // Kinds of addresses.
  ['dev', 'siteToSiteVpn.customerGatewayAddress', '0.0.0.0', 'not of the internet (unspecified)'],
  ['dev', 'siteToSiteVpn.customerGatewayAddress', '127.0.0.1', 'not of the internet (loopback)'],
  ['dev', 'siteToSiteVpn.customerGatewayAddress', '169.254.10.1', 'not of the internet (linkLocal)'],
  ['dev', 'siteToSiteVpn.customerGatewayAddress', '224.0.0.1', 'not of the internet (multicast)'],
  ['dev', 'siteToSiteVpn.customerGatewayAddress', '255.255.255.255', 'not of the internet (broadcast)'],
  ['dev', 'siteToSiteVpn.customerGatewayAddress', '240.0.0.1', 'not of the internet (reserved)'],
  ['dev', 'siteToSiteVpn.customerGatewayAddress', '10.20.9.1', 'not of the internet (private)'],
  ['dev', 'siteToSiteVpn.customerGatewayAddress', '100.64.0.1', 'not of the internet (carrierGradeNat)'],
  ['dev', 'siteToSiteVpn.customerGatewayAddress', '10.10.0.5', 'an address of this side: network.cidr'],
  ['prod', 'vpnOverDirectConnect.customerGatewayAddress', '203.0.113.9', 'this one is not private'],
  ['prod', 'vpnOverDirectConnect.customerGatewayAddress', '10.42.0.9', 'transitGatewayCidr (10.42.0.0/24) holds it'],
  ['prod', 'vpnOverDirectConnect.customerGatewayAddress', '10.32.4.9', 'an address of this side'],
  ['dev', 'receiver.address', '127.0.0.1', 'No host can have this address'],
  ['dev', 'receiver.address', '10.10.3.4', 'an address of this side'],
  // Addresses that meet.
  ['dev', 'siteToSiteVpn.probeAddresses', ['10.20.255.1', '10.20.255.1'], 'two paths would be measured as one'],
  ['dev', 'siteToSiteVpn.probeAddresses', ['10.20.1.1', '10.20.255.2'], 'which every path announces'],
  ['dev', 'siteToSiteVpn.probeAddresses', ['224.0.0.9', '10.20.255.2'], 'No host can have this address'],
  ['dev', 'farEnd.prefixes', ['10.20.1.0/24', '10.20.2.0/24', '10.20.8.0/24', '10.20.1.0/24'], 'farEnd.prefixes[0]'],
  ['dev', 'farEnd.prefixes', ['10.20.0.0/16', '10.20.2.0/24'], 'the longer one wins'],
  [
    'dev',
    'farEnd.prefixes',
    Array.from({ length: 100 }, (_, index) => `10.20.${index}.0/24`),
    'AWS ends a BGP session that announces more than 100',
  ],
  [
    'dev',
    'serviceAttachments',
    [
      { attachmentId: 'tgw-attach-0123456789abcdef0', prefix: '10.30.4.0/24' },
      { attachmentId: 'tgw-attach-0123456789abcdef0', prefix: '10.30.5.0/24' },
    ],
    'has the same id',
  ],
  [
    'dev',
    'serviceAttachments',
    [
      { attachmentId: 'tgw-attach-0123456789abcdef0', prefix: '10.30.4.0/24' },
      { attachmentId: 'tgw-attach-0123456789abcdef1', prefix: '10.30.4.0/25' },
    ],
    'no route can tell the two VPCs apart',
  ],
  ['staging', 'directConnect.peerCidr', '10.31.4.0/30', 'shares addresses with a VPC'],
  ['staging', 'directConnect.peerCidr', '8.8.8.0/30', 'or private ones'],
  ['staging', 'transports', ['siteToSiteVpn', 'directConnect'], 'AWS prefers a leased line, and a VPN over it'],
  ['prod', 'transports', ['directConnect'], 'Production would send over the leased line in clear'],
  // Reasons.
  ['dev', 'siteToSiteVpn.internetAcknowledged', 'x x x x x x x x', 'it lacks why'],
  [
    'dev',
    'siteToSiteVpn.internetAcknowledged',
    'because because because because because because because',
    'it lacks why',
  ],
  [
    'dev',
    'siteToSiteVpn.internetAcknowledged',
    'The leased line is ordered and will be there in spring 2027',
    'it lacks the ticket of its approval',
  ],
  ['dev', 'siteToSiteVpn.internetAcknowledged', 'Trial without any production data, approved in NET-1200', 'the year'],
  // Machines and keys.
  ['dev', 'analysis.instanceType', 'm7i.large', 'EC2 in Beijing has no m7i'],
  [
    'dev',
    'relay.certificate.keyArn',
    'arn:aws:kms:eu-west-1:111111111111:key/00000000-0000-4000-8000-111111111111',
    'a key of its own partition and region',
  ],
  [
    'dev',
    'analysis.certificate.keyArn',
    'arn:aws-cn:kms:cn-northwest-1:111111111112:key/00000000-0000-4000-8000-111111111112',
    'a key of its own partition and region',
  ],
  // Two of everything.
  ['prod', 'directConnect.second', undefined, 'Production has one line'],
  ['prod', 'directConnect.second.connectionId', 'dxcon-fg1proda', 'It is the first line'],
  ['prod', 'directConnect.second.peerCidr', '169.254.32.0/30', 'Another session has it'],
  [
    'staging',
    'directConnect.second',
    { connectionId: 'dxcon-fg1stagb', vlan: 301, peerCidr: '169.254.35.0/30' },
    'measured by itself',
  ],
  ['prod', 'inspection', { by: 'none' }, 'Production would hold no port of a service'],
  ['prod', 'inspection', { zones: 1 }, 'One endpoint is one zone to lose'],
  ['dev', 'inspection', { by: 'none' }, 'the far end alone holds ports'],
  ['dev', 'siteToSiteVpn.profile', 'dh14', 'protected by less than AES-256-GCM'],
  ['dev', 'farEnd.asn', 23_456, 'reserved, or none'],
  ['dev', 'farEnd.asn', 65_535, 'reserved, or none'],
  ['dev', 'farEnd.asn', 7224, 'reserved, or none'],
  ['dev', 'amazonAsn', 4134, 'private ASNs only'],
] as const)('%s with link.%s = %j is refused', (name, path, value, reason) => {
  expect(problems(name, path, value)).toContainEqual(expect.stringContaining(reason));
});

test('production does not prefer the public internet', () => {
  expect(problems('prod', 'transports', ['siteToSiteVpn', 'vpnOverDirectConnect'])).toContainEqual(
    expect.stringContaining('evenings lose packets'),
  );
});

test('a malformed place hides no other problem of the file', () => {
  const input: any = structuredClone(dev);
  input.link.probe.rttMs = 'fast';
  input.network.availabilityZones = ['ap-east-1a', 'ap-east-1a'];
  expect(() => parseEnvironment('config/dev.ts', input)).toThrow(/link\.probe\.rttMs[\s\S]*A zone is named twice/);
});

test.each([
  ['staging', 'directConnect.peerCidr', '192.168.40.0/30'],
  ['staging', 'directConnect.peerCidr', '10.250.0.2/31'],
  ['staging', 'directConnect.peerCidr', '169.254.40.2/31'],
  ['staging', 'directConnect.connectionId', 'dxlag-fg1proda'],
  ['staging', 'directConnect.hostedInterfaceId', 'dxvif-fg1stag1'],
  ['dev', 'siteToSiteVpn.behindNat', '192.168.7.2'],
  ['dev', 'farEnd.asn', 4134],
  ['dev', 'farEnd.asn', 45_102],
  ['dev', 'farEnd.asn', 4_200_000_010],
  ['dev', 'amazonAsn', 4_200_000_001],
  [
    'dev',
    'siteToSiteVpn.internetAcknowledged',
    '专线交付之前的试用环境，不含任何生产数据，由 NET-1200 批准，至2027年6月',
  ],
] as const)('%s with link.%s = %j is taken', (name, path, value) => {
  expect(problems(name, path, value)).toEqual([]);
});

test('production in clear over a leased line takes a written reason', () => {
  const input: any = structuredClone(prod);
  input.link.transports = ['directConnect'];
  input.link.directConnect.probeAddress = '10.22.255.3';
  delete input.link.directConnect.second;
  input.link.directConnect.oneLineAcknowledged =
    'The second line is ordered and not delivered by its carrier, approved in SEC-2101, to June 2027';
  input.link.directConnect.unencryptedAcknowledged =
    'The carrier encrypts the line end to end until ours does, approved in SEC-2100, to June 2027';
  input.link.allowlist.text = input.link.allowlist.text.replaceAll('10.22.255.1/32', '10.22.255.3/32');
  input.link.allowlist.text = input.link.allowlist.text.replace(/^.*10\.22\.255\.2.*$/m, '');
  expect(() => parseEnvironment('config/prod.ts', input)).not.toThrow();
});

describe('two environments', () => {
  const both = (change: (one: any, other: any) => void): string => {
    const [one, other]: any[] = [structuredClone(dev), structuredClone(staging)];
    change(one, other);
    try {
      parseEnvironments({ 'config/dev.ts': one, 'config/staging.ts': other });
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('do not use one session of a router', () => {
    const message = both((one, other) => {
      other.link.siteToSiteVpn.customerGatewayAddress = one.link.siteToSiteVpn.customerGatewayAddress;
      other.link.siteToSiteVpn.insideCidrs = one.link.siteToSiteVpn.insideCidrs;
    });
    expect(message).toContain('link.siteToSiteVpn.insideCidrs[1]');
    expect(message).toContain('cannot tell the two sessions apart');
  });

  test('do not use one VLAN of a connection', () => {
    const message = both((one, other) => {
      one.link.transports = ['directConnect'];
      one.link.directConnect = { ...other.link.directConnect, peerCidr: '169.254.77.0/30', gatewayAsn: 64_600 };
    });
    expect(message).toContain('which takes each VLAN once');
  });

  test('do not name one attachment', () => {
    expect(
      both((one, other) => {
        one.link.serviceAttachments[0].attachmentId = 'tgw-attach-0123456789abcdef0';
        other.link.serviceAttachments[0].attachmentId = 'tgw-attach-0123456789abcdef0';
      }),
    ).toContain('names the same attachment');
  });

  test('are compared while one of them has an error elsewhere', () => {
    const message = both((one, other) => {
      one.observe.objectives.p99Ms.none = 'slow';
      other.network.cidr = one.network.cidr;
    });
    expect(message).toContain('p99Ms.none');
    expect(message).toContain('It shares addresses with config/dev.ts');
  });
});

describe('an allow-list', () => {
  const lines = (...more: string[]) => [dev.link!.allowlist.text, ...more].join('\n');

  test.each([
    ['10.30.4.1/32 10.20.1.9/32 8443 payments NET-1209', 'expires is missing'],
    ['10.30.4.1/32 10.20.1.9/32 8443 NET-1209 2027-03-31', 'owner is missing'],
    ['10.30.4.1/32 10.20.1.9/32 8443 payments 2027-03-31', 'ticket is missing'],
    ['10.30.4.1/32 10.20.1.9/32 payments NET-1209 2027-03-31', 'port is missing'],
    ['010.030.004.001/32 10.20.1.9/32 8443 payments NET-1209 2027-03-31', 'some read them as octal'],
    ['10.30.4.1/32 10.20.1.9/32 99999 payments NET-1209 2027-03-31', 'not a TCP port'],
  ])('%s: %s', (line, why) => {
    expect(problems('dev', 'allowlist.text', lines(line))).toContainEqual(expect.stringContaining(why));
  });

  test.each(['支付平台', 'payments/settlement', 'team.payments@example.com'])('%s is an owner', (owner) => {
    expect(
      problems('dev', 'allowlist.text', lines(`10.30.4.8/32 10.20.1.9/32 8080 ${owner} CHG0031234 2027-03-31`)),
    ).toEqual([]);
  });

  test('of more prefixes than a gateway announces or a stack holds is refused, in words', () => {
    const many = (count: number) =>
      Array.from(
        { length: count },
        (_, index) => `10.30.4.${index % 256}/32 10.20.1.20/32 ${9000 + index} payments NET-1204 2027-03-31`,
      );
    const input: any = structuredClone(dev);
    input.network.serviceVpcPrefixes = ['10.30.0.0/16'];
    input.link.serviceAttachments = [{ attachmentId: 'tgw-attach-0123456789abcdef0', prefix: '10.30.0.0/16' }];
    input.link.allowlist.text = lines(
      ...many(256),
      ...Array.from(
        { length: 100 },
        (_, index) => `10.30.5.${index}/32 10.20.1.20/32 ${9500 + index} payments NET-1204 2027-03-31`,
      ),
    );
    expect(() => parseEnvironment('config/dev.ts', input)).toThrow('resources, and CloudFormation takes 500');
  });

  test('is judged at the day of the commit: ended lines, and lines without an end in sight', () => {
    const [config] = parseEnvironments({ 'config/dev.ts': dev });
    expect(() => refuseDates([config!], '2026-11-29')).not.toThrow();
    expect(() => refuseDates([config!], '2027-04-01')).toThrow('It ended on 2027-03-31, before 2027-04-01');
    const input: any = structuredClone(dev);
    input.link.allowlist.text = lines(
      '10.30.4.8/32 10.20.1.9/32 8080 payments NET-1209 9999-12-31',
      '10.30.4.8/32 10.20.1.9/32 8081 payments NET-1209 0001-01-01',
    );
    const wrong = () => refuseDates(parseEnvironments({ 'config/dev.ts': input }), '2026-11-29');
    expect(wrong).toThrow(/366 are the most[\s\S]*ended on 0001-01-01/);
  });
});
