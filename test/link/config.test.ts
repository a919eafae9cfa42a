/** What a wrong section `link` is told. */
import { dev } from '../../config/dev';
import type { ConfigError } from '../../config/errors';
import { parseEnvironment } from '../../config/parse';
import { prod } from '../../config/prod';
import { staging } from '../../config/staging';

const environments = { dev, staging, prod };

/** Places and reasons that an environment is told with one place of its link changed. */
function told(name: keyof typeof environments, path: string, value: unknown): string[] {
  const input: any = structuredClone(environments[name]);
  const way = path.split('.');
  const last = way.pop() as string;
  const place = way.reduce((at, key) => at[key], input.link);
  if (value === undefined) delete place[last];
  else place[last] = value;
  try {
    parseEnvironment(`config/${name}.ts`, input);
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
] as const)('%s with link.%s = %j is refused', (name, path, value, reason) => {
  expect(told(name, path, value)).toContainEqual(expect.stringContaining(reason));
});

test('production does not prefer the public internet', () => {
  expect(told('prod', 'transports', ['siteToSiteVpn', 'vpnOverDirectConnect'])).toContainEqual(
    expect.stringContaining('evenings lose packets'),
  );
});

test('a malformed place hides no other problem of the file', () => {
  const input: any = structuredClone(dev);
  input.link.probe.rttMs = 'fast';
  input.network.availabilityZones = ['ap-east-1a', 'ap-east-1a'];
  expect(() => parseEnvironment('config/dev.ts', input)).toThrow(/link\.probe\.rttMs[\s\S]*A zone is named twice/);
});
