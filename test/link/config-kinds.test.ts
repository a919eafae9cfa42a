/** Neighbours of what was once taken wrongly: the same kinds with other values. */
import type { ConfigError } from '../../config/errors';
import { parseEnvironments } from '../../config/parse';
import { dev } from '../../harness/environments/dev';
import { edited } from '../../harness/environments/edited';
import { prod } from '../../harness/environments/prod';
import { staging } from '../../harness/environments/staging';

type Change = (environments: { dev: any; staging: any; prod: any }) => void;

/** Places and reasons of what three environments get with a change. */
function problems(change: Change): string[] {
  const environments: any = structuredClone({ dev, staging, prod });
  change(environments);
  try {
    parseEnvironments(
      Object.fromEntries(Object.entries(environments).map(([name, input]) => [`config/${name}.ts`, input])),
    );
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map(({ file, path, why }) => `${file} ${path}: ${why}`);
  }
}

const set =
  (name: 'dev' | 'staging' | 'prod', path: string, value: unknown): Change =>
  (environments) => {
    environments[name] = edited(environments[name], { [`link.${path}`]: value });
  };

test.each([
  // Addresses that nobody can have, and such that meet.
  ['dev', 'siteToSiteVpn.customerGatewayAddress', '01.1.1.1', 'some read them as octal'],
  ['dev', 'siteToSiteVpn.customerGatewayAddress', '198.18.0.1', 'not of the internet (reserved)'],
  ['dev', 'siteToSiteVpn.customerGatewayAddress', '0.1.2.3', 'not of the internet (unspecified)'],
  ['dev', 'siteToSiteVpn.behindNat', '0.0.0.0', 'No router can have this address (unspecified)'],
  ['dev', 'siteToSiteVpn.behindNat', '127.0.0.1', 'No router can have this address (loopback)'],
  ['dev', 'siteToSiteVpn.behindNat', '239.1.1.1', 'No router can have this address (multicast)'],
  ['dev', 'siteToSiteVpn.behindNat', '203.0.113.10', 'nothing would be translated'],
  ['dev', 'siteToSiteVpn.behindNat', '10.10.0.9', 'an address of this side'],
  ['prod', 'vpnOverDirectConnect.behindNat', '10.42.0.5', 'transitGatewayCidr'],
  ['prod', 'vpnOverDirectConnect.customerGatewayAddress', '10.22.255.1', 'tunnels end there'],
  [
    'prod',
    'vpnOverDirectConnect.customerGatewayAddress',
    '10.22.8.10',
    'It is the router of link.vpnOverDirectConnect',
  ],
  ['prod', 'vpnOverDirectConnect.customerGatewayAddress', '10.22.1.254', 'would lead into them'],
  ['prod', 'farEnd.prefixes', ['10.22.0.0/16'], 'would lead into them'],
  ['prod', 'directConnect.second.peerCidr', '10.22.255.0/30', 'the line has it as it comes up'],
  ['prod', 'directConnect.second.peerCidr', '10.42.0.4/30', "AWS's ends of the tunnels"],
  ['prod', 'directConnect.second.peerCidr', '169.254.32.0/31', 'Another session has it, or a part of it'],
  ['prod', 'directConnect.second.peerCidr', '169.254.30.2/31', 'Another session has it, or a part of it'],
  ['prod', 'directConnect.second.peerCidr', '169.254.169.254/31', 'AWS keeps this /30'],
  ['prod', 'directConnect.second.peerCidr', '169.254.5.2/31', 'AWS keeps this /30'],
  ['prod', 'vpnOverDirectConnect.transitGatewayCidr', '10.10.0.0/24', 'config/dev.ts › network.cidr'],
  ['dev', 'receiver.address', '10.20.8.1', 'AWS keeps it for itself'],
  ['dev', 'receiver.address', '10.20.8.255', 'AWS keeps it for itself'],
  ['dev', 'receiver.address', '10.20.255.1', 'announced over one path alone'],
  ['dev', 'receiver.continuityPort', 4318, 'would not start'],
  ['dev', 'receiver.name', 'receiver..cn', 'not a DNS name'],
  ['dev', 'receiver.name', '10.20.8.10', 'not a DNS name'],
  ['dev', 'receiver.name', `${'a'.repeat(40)}.${'b'.repeat(40)}`, 'not a DNS name'],
  // Numbers.
  ['staging', 'farEnd.asn', 65_551, 'reserved, or none'],
  ['staging', 'farEnd.asn', 4_294_967_295, 'reserved, or none'],
  ['staging', 'farEnd.asn', 0, 'reserved, or none'],
  [
    'dev',
    'transitGatewayId',
    'arn:aws:ec2:ap-east-1:999999999999:transit-gateway/tgw-0123456789abcdef0',
    'owners alone',
  ],
  ['dev', 'transitGatewayId', 'tgw-attach-0123456789abcdef0', 'not the id of a transit gateway'],
  ['dev', 'serviceAttachments', [{ prefix: '10.30.4.0/24', account: '111111111112' }], 'partition aws-cn'],
  // Checks of traceparent.
  ['dev', 'continuityChecks', [{ name: 'receiver', url: 'http://10.20.1.20:8080/x' }], 'every link has'],
  ['dev', 'continuityChecks', [{ name: 'a', url: 'http://10.20.1.20:8080/x' }], 'a check of traceparent goes there'],
  ['dev', 'continuityChecks', [{ name: 'a', url: 'https://settlement.cn/x' }], 'not such a URL'],
  ['dev', 'continuityChecks', [{ name: 'a', url: 'https://010.20.1.20/x' }], 'some read them as octal'],
  ['dev', 'continuityChecks', [{ name: 'a', url: 'https://10.20.1.20:99999/x' }], '99999 is not a TCP port'],
  [
    'dev',
    'continuityChecks',
    [{ name: 'a', url: 'https://10.20.1.20/x', proxy: 'https://10.20.1.5:1' }],
    'not such a URL',
  ],
  ['dev', 'continuityChecks', [{ name: 'a', url: 'http://10.20.8.10:4318/x', serverName: 'a.b' }], 'Without TLS'],
  [
    'dev',
    'continuityChecks',
    ['http://10.20.8.10:4318/x', 'http://10.20.8.10:8088/x'].map((url) => ({ name: 'a', url })),
    'metrics could not tell',
  ],
  // Orders that are asymmetric for good.
  ['staging', 'transports', ['siteToSiteVpn', 'vpnOverDirectConnect'], 'come back by the internet'],
  // Names that say more than a service.
  ['prod', 'services', ['other'], 'All services that are not listed'],
  ['prod', 'services', ['payment', 'payment'], 'link.services'],
  ['prod', 'services', ['unknown_service:python'], 'not the name of a service'],
  ['prod', 'services', ['unknown_service'], 'could have it'],
  ['prod', 'services', ['zhang.wei.1988-03-12'], '8 digits'],
  ['prod', 'services', ['hkid-a12345.6-7'], '7 digits'],
  ['prod', 'services', ['tel-138-0013-8000'], '11 digits'],
  ['prod', 'services', ['card-4111-1111-1111-1111'], '16 digits'],
  ['prod', 'services', ['svc-deadbeefcafefade'], '16 hexadecimal digits'],
  ['prod', 'services', ['payment.'], 'not the name of a service'],
  ['prod', 'services', ['pay.*'], 'not the name of a service'],
  ['prod', 'services', Array.from({ length: 400 }, (_, at) => `service-number-${at}`), 'user data of relays'],
] as const)('%s with link.%s = %j is refused', (name, path, value, reason) => {
  expect(problems(set(name, path, value))).toContainEqual(expect.stringContaining(reason));
});

test.each([
  ['dev', 'siteToSiteVpn.behindNat', '192.168.7.2'],
  ['prod', 'vpnOverDirectConnect.customerGatewayAddress', '100.64.9.9'],
  // Beside an announced prefix, and a router's own address behind a translation: AWS has no route to that.
  ['prod', 'vpnOverDirectConnect.customerGatewayAddress', '10.22.3.1'],
  ['prod', 'vpnOverDirectConnect.behindNat', '10.22.1.254'],
  // It stands in a certificate alone: no name server is asked, and no span has it.
  ['dev', 'receiver.name', 'receiver'],
  ['prod', 'receiver.name', 'receiver.elsewhere.example'],
  ['prod', 'vpnOverDirectConnect.transitGatewayCidr', '100.64.0.0/24'],
  ['prod', 'directConnect.second.peerCidr', '169.254.33.2/31'],
  ['prod', 'services', ['Payment', 'payment_service', 'settlement-v2', 'fx.rates.2']],
  ['staging', 'farEnd.asn', 65_552],
  ['staging', 'farEnd.asn', 4_294_967_294],
] as const)('%s with link.%s = %j is taken', (name, path, value) => {
  expect(problems(set(name, path, value))).toEqual([]);
});

test('a check of traceparent by a proxy needs a line to the proxy alone', () => {
  expect(
    problems(({ dev: { link } }) => {
      link.allowlist.text += '\nrelay 10.20.1.5/32 3128 payments NET-1209 2027-03-31\n';
      link.continuityChecks = [
        { name: 'settlement', url: 'https://10.20.1.20:8443/traceparent', proxy: 'http://10.20.1.5:3128' },
      ];
    }),
  ).toEqual([]);
});

const router = '203.0.113.10';
const one = '11111111-2222-4333-8444-555555555555';
const tgw = 'tgw-0123456789abcdef0';

test.each<[what: string, change: Change, reason: string]>([
  [
    'one interface of a carrier',
    (of) => {
      of.prod.link.directConnect.hostedInterfaceId = 'dxvif-aaaaaaaa';
      of.staging.link.directConnect.hostedInterfaceId = 'dxvif-aaaaaaaa';
    },
    'an interface belongs to one gateway',
  ],
  [
    'one transit gateway with two ASNs',
    (of) => {
      of.dev.link.transitGatewayId = of.staging.link.transitGatewayId = tgw;
      of.staging.link.amazonAsn = 64_700;
    },
    'another ASN, and it has one',
  ],
  [
    'one inside of tunnels on one transit gateway, of two routers',
    (of) => {
      of.dev.link.transitGatewayId = of.staging.link.transitGatewayId = tgw;
      of.staging.link.siteToSiteVpn.insideCidrs = of.dev.link.siteToSiteVpn.insideCidrs;
    },
    'the inside of each tunnel is unique',
  ],
  [
    'one Direct Connect gateway with two ASNs',
    (of) => {
      of.prod.link.directConnect.gatewayId = of.staging.link.directConnect.gatewayId = one;
      of.staging.link.directConnect.gatewayAsn = 64_555;
    },
    'another ASN, and it has one',
  ],
  [
    'one association of two gateways',
    (of) => {
      of.prod.link.directConnect.gatewayId = of.staging.link.directConnect.gatewayId = one;
      of.prod.link.transitGatewayId = of.staging.link.transitGatewayId = tgw;
    },
    'one association of two gateways',
  ],
  [
    'one customer gateway of one account',
    (of) => {
      of.staging.account = of.dev.account;
      of.staging.link.siteToSiteVpn.customerGatewayAddress = router;
      of.staging.link.farEnd.asn = of.dev.link.farEnd.asn;
    },
    'EC2 gives that one back',
  ],
  [
    'one address of a router to measure two paths by',
    (of) => {
      of.staging.mainland.prefixes = ['10.21.0.0/16', '10.20.255.0/24'];
      of.staging.link.siteToSiteVpn.customerGatewayAddress = router;
      of.staging.link.siteToSiteVpn.probeAddresses = of.dev.link.siteToSiteVpn.probeAddresses;
    },
    'answers leave by one path',
  ],
])('two environments do not share %s', (_what, change, reason) => {
  expect(problems(change)).toContainEqual(expect.stringContaining(reason));
});

test('two environments of two accounts may share a router', () => {
  expect(
    problems((of) => {
      of.staging.link.siteToSiteVpn.customerGatewayAddress = router;
      of.staging.link.farEnd.asn = of.dev.link.farEnd.asn;
    }),
  ).toEqual([]);
});

test('two environments may share a transit gateway and a Direct Connect gateway that each says is the same', () => {
  expect(
    problems((of) => {
      of.dev.link.transitGatewayId = of.staging.link.transitGatewayId = tgw;
      of.prod.link.directConnect.gatewayId = of.staging.link.directConnect.gatewayId = one;
    }),
  ).toEqual([]);
});

describe('a line of an allow-list', () => {
  const problemsOf = (line: string) =>
    problems(({ dev: { link } }) => {
      link.allowlist.text += `\n${line}\n`;
    });

  test.each([
    ['10.30.4.8/32 10.20.1.9/32 08443 payments NET-1 2027-03-31', '08443 is not a TCP port'],
    ['10.30.4.8/32 10.20.1.9/32 00080 payments NET-1 2027-03-31', '00080 is not a TCP port'],
    ['10.30.4.8/32 10.20.1.9/032 8443 payments NET-1 2027-03-31', 'some read them as octal'],
    ['10.30.4.8/32 0x0a.20.1.9/32 8443 payments NET-1 2027-03-31', 'not an IPv4 prefix'],
    ['10.30.4.8/32 10.20.1.9/33 8443 payments NET-1 2027-03-31', 'not an IPv4 prefix'],
    ['10.30.4.8/32 relay 4317 payments NET-1 2027-03-31', 'nobody opens connections to relays'],
    ['Relay 10.20.1.9/32 8443 payments NET-1 2027-03-31', 'it is no prefix'],
    ['10.30.4.8/32;10.20.1.9/32;8443;payments;NET-1;2027-03-31', 'spaces or tabs'],
  ])('%s: %s', (line, why) => {
    expect(problemsOf(line)).toEqual([expect.stringContaining(why)]);
  });
});

describe('what AWS has no room for', () => {
  const lines = (count: number, from: (index: number) => string, port: (index: number) => number): Change => {
    const text = Array.from(
      { length: count },
      (_, index) => `${from(index)} 10.21.1.30/32 ${port(index)} team NET-1 2027-06-30`,
    );
    return ({ staging: { link } }) => {
      link.serviceAttachments = [{ attachmentId: 'tgw-attach-0123456789abcdef0', prefix: '10.31.0.0/16' }];
      link.allowlist.text += `\n${text.join('\n')}\n`;
    };
  };
  const host = (index: number) => `10.31.${5 + Math.floor(index / 256)}.${index % 256}/32`;

  test.each<[string, Change, string]>([
    ['prefixes of two transports', lines(190, host, () => 9000), 'resources, and CloudFormation takes 500'],
    [
      'ports',
      lines(
        120,
        () => '10.31.4.16/32',
        (index) => 9000 + index,
      ),
      'EC2 takes 100 in a region',
    ],
    ['prefixes of a Direct Connect gateway', lines(198, host, () => 9000), '200 are the most'],
    [
      'attachments',
      ({ staging: { link, network } }) => {
        network.serviceVpcPrefixes = ['10.31.0.0/16', '10.128.0.0/12'];
        for (let at = 0; at < 200; at++) {
          link.serviceAttachments.push({
            attachmentId: `tgw-attach-${at.toString(16).padStart(17, 'a')}`,
            prefix: `10.128.${at}.0/24`,
          });
        }
      },
      'attachments are a route and an association each',
    ],
  ])('%s', (_what, change, reason) => {
    expect(problems(change)).toContainEqual(expect.stringContaining(reason));
  });
});

describe('a malformed place', () => {
  test('hides no finding about its neighbours', () => {
    const found = problems(({ dev: { link } }) => {
      link.probe.rttMs = 'fast';
      link.siteToSiteVpn.probeAddresses = ['10.20.255.1', '10.20.255.1'];
      link.siteToSiteVpn.insideCidrs = ['169.254.10.0/30', '169.254.10.0/30'];
      link.receiver.address = '10.20.8.77';
    });
    for (const reason of ['not a number', 'measured as one', 'Another session has it', 'No line of']) {
      expect(found).toContainEqual(expect.stringContaining(reason));
    }
  });

  test('is reported once, and makes nothing up about others', () => {
    expect(problems(set('dev', 'transports', 'siteToSiteVpn'))).toEqual([expect.stringContaining('It is not a list')]);
    expect(problems(set('prod', 'transports', []))).toEqual([expect.stringContaining('too short')]);
  });
});
