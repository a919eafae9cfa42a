/** Files of the far end's devices: from one model, each with what its device has, read by a parser where one is available. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LinkParameters, linked, linkParameters, tunnelsOf } from '../../lib/contract/link-parameters';
import { devices } from '../../lib/link/devices';
import { farEndFiles } from '../../lib/link/far-end';
import { parametersOf as readFrom } from '../../lib/link/far-end-read';
import { type ProfileName, tunnelProfile, weaknesses } from '../../lib/link/profile';
import { describedVpn, type TunnelSpecification } from '../../rehearsal/stage/link/described';
import { configOf, environmentNames } from '../support/app';

/** `cnsa` → `CNSA`, as CloudFormation spells the properties of a template. */
const spelled = (profile: object): TunnelSpecification =>
  Object.fromEntries(
    Object.entries(profile).map(([name, value]) => [
      name
        .replace(/^ike/, 'IKE')
        .replace(/^dpd/, 'DPD')
        .replace(/Dh/, 'DH')
        .replace(/^[a-z]/, (letter) => letter.toUpperCase()),
      Array.isArray(value) ? value.map(({ value: Value }) => ({ Value })) : value,
    ]),
  ) as unknown as TunnelSpecification;

function parametersOf(environment: string, profile: ProfileName = 'cnsa'): LinkParameters {
  const config = linked(configOf(environment));
  const { siteToSiteVpn, vpnOverDirectConnect } = config.link;
  const describe = (cidrs: readonly string[] = []) =>
    describedVpn({ VpnTunnelOptionsSpecifications: cidrs.map((cidr) => spelled(tunnelProfile(cidr, profile, true))) }, [
      '198.51.100.1',
      '198.51.100.2',
    ]);
  return linkParameters(config, {
    siteToSiteVpn: describe(siteToSiteVpn?.insideCidrs),
    vpnOverDirectConnect: describe(vpnOverDirectConnect?.insideCidrs),
  });
}

const filesFor = (profile: ProfileName) =>
  Object.keys(farEndFiles(parametersOf('dev', profile))).filter((name) => name.startsWith('devices/'));

test('a device has a file exactly where it has the algorithms', () => {
  const file = (name: string) => `devices/${name}`;
  expect(filesFor('cnsa').sort()).toEqual(['cisco-ios-xe.cfg', 'fortios.conf', 'huawei-cloud.tf.json'].map(file));
  expect(filesFor('cbcIke').sort()).toEqual(
    ['cisco-ios-xe.cfg', 'fortios.conf', 'h3c-comware.cfg', 'huawei-cloud.tf.json', 'huawei-vrp.cfg'].map(file),
  );
  expect(filesFor('dh14').sort()).toEqual(devices.map((device) => file(device.file)).sort());
});

test('what is weaker is found by the rule, property by property', () => {
  expect(weaknesses('cnsa')).toEqual([]);
  expect(weaknesses('cbcIke')).toEqual([
    'Harbourline-VpnCipher[1.Phase1EncryptionAlgorithms]',
    'Harbourline-VpnCipher[2.Phase1EncryptionAlgorithms]',
  ]);
  expect(weaknesses('dh14')).toHaveLength(12);
});

describe.each(['cnsa', 'cbcIke', 'dh14'] as const)('files for %s', (profile) => {
  const parameters = parametersOf('staging', profile);
  const files = Object.entries(farEndFiles(parameters)).filter(([name]) => name.startsWith('devices/'));

  test.each(files)('%s: every session, every key in its tunnel, nothing unfilled', (_name, text) => {
    for (const { name, outside, inside } of tunnelsOf(parameters)) {
      expect(text).toContain(outside.amazon);
      expect(text).toContain(inside.farEnd);
      // A key that is mixed up with another tunnel's is the fault that takes a day to find.
      expect(text).toMatch(new RegExp(`KEY-OF-${name}|key_of_${name.replace('-', '_')}`));
    }
    expect(text).not.toMatch(/undefined|NaN|\[object/);
    expect(text).not.toMatch(/0\.0\.0\.0 0\.0\.0\.0|permit 0\.0\.0\.0/);
  });

  test.each(files.filter(([name]) => !name.endsWith('.json')))(
    '%s: preference, filters and a bound for each session; probes answered by their own path',
    (name, text) => {
      for (const path of parameters.paths) {
        expect(text).toMatch(/local-preference 2\d\d|local-preference 1\d\d/);
        expect(text).toContain(`${path.receives.length + 10}`);
        for (const prefix of path.receives) expect(text).toContain(prefix.split('/')[0]);
        if (path.probeAddress) expect(text).toContain(path.probeAddress);
      }
      if (!name.includes('fortios')) expect(text).toMatch(/ip local policy/);
      for (const { port } of parameters.allowedFlows) expect(text).toContain(`${port}`);
    },
  );

  test.each(files.filter(([name]) => name.endsWith('.json')))(
    '%s is Terraform in JSON, keys as secrets',
    (_name, text) => {
      const { resource, variable } = JSON.parse(text);
      const connections = Object.entries(resource).find(([type]) => type.endsWith('vpn_connection'))?.[1] as object;
      expect(Object.keys(connections).length).toBeGreaterThan(0);
      const secrets = Object.entries(variable).filter(([, value]) => (value as { sensitive?: boolean }).sensitive);
      expect(secrets.map(([key]) => key)).toEqual(
        tunnelsOf(parameters).map(({ name }) => `key_of_${name.replace('-', '_')}`),
      );
      for (const [key] of secrets) expect(text.split(`var.${key}}`)).toHaveLength(2);
    },
  );
});

test('ASNs of four bytes stay whole, and a translated router speaks from its own address as the other', () => {
  const config = linked(configOf('dev'));
  const link = {
    ...config.link,
    farEnd: { ...config.link.farEnd, asn: 4_200_000_123 },
    siteToSiteVpn: { ...config.link.siteToSiteVpn, behindNat: '192.168.7.2' },
  };
  const vpn = describedVpn(
    {
      VpnTunnelOptionsSpecifications: ['169.254.10.0/30', '169.254.11.0/30'].map((cidr) =>
        spelled(tunnelProfile(cidr, 'dh14', true)),
      ),
    },
    ['198.51.100.1', '198.51.100.2'],
  );
  const files = farEndFiles(linkParameters({ ...config, link } as typeof config, { siteToSiteVpn: vpn }));
  for (const [name, text] of Object.entries(files).filter(([each]) => /^devices|frr/.test(each))) {
    if (!name.includes('huawei-cloud') && !name.includes('tencent'))
      expect([name, text]).toEqual([name, expect.stringContaining('4200000123')]);
  }
  expect(files['swanctl/conf.d/vpn-1.conf']).toContain('local_addrs = 192.168.7.2');
  expect(files['swanctl/conf.d/vpn-1.conf']).toContain('id = 203.0.113.10');
  expect(files['devices/cisco-ios-xe.cfg']).toContain('tunnel source 192.168.7.2');
  expect(files['devices/cisco-ios-xe.cfg']).toContain('identity local address 203.0.113.10');
});

test('tunnels of one VPN have one preference: AWS says by MED which one it is about to update, and of two alike the first is taken', () => {
  const files = farEndFiles(parametersOf('staging', 'cbcIke'));
  const inbound = (text: string, name: string, start: string): string => {
    const from = text.indexOf(`${start} ${name}-in permit`);
    return text.slice(from, text.indexOf(start, from + 1));
  };
  for (const [file, start, preference, added] of [
    ['frr.conf', 'route-map', 'set local-preference 200', 'set metric +1'],
    ['devices/cisco-ios-xe.cfg', 'route-map', 'set local-preference 200', 'set metric +1'],
    ['devices/huawei-vrp.cfg', 'route-policy', 'apply local-preference 200', 'apply cost + 1'],
    ['devices/h3c-comware.cfg', 'route-policy', 'apply local-preference 200', 'apply cost + 1'],
  ] as const) {
    const text = files[file] as string;
    expect(inbound(text, 'dx', start)).toContain(preference.replace('200', '250'));
    expect(inbound(text, 'vpn-1', start)).toContain(preference);
    expect(inbound(text, 'vpn-1', start)).not.toContain(added);
    expect(inbound(text, 'vpn-2', start)).toContain(preference);
    expect(inbound(text, 'vpn-2', start)).toContain(added);
  }
});

test('two-byte far ends are private and public alike', () => {
  expect(farEndFiles(parametersOf('dev'))['frr.conf']).toContain('router bgp 65010');
});

/** Parsers of the makers, where this machine has them: the rehearsal of the link needs them anyway. */
const parsers = [
  { file: 'frr.conf', command: ['vtysh', '-C', '-f'] },
  { file: 'harbourline.nft', command: ['unshare', '--map-root-user', '--net', 'nft', '-c', '-f'] },
  { file: 'source-rules.sh', command: ['sh', '-n'] },
] as const;

describe.each(environmentNames)('far end of %s', (environment) => {
  const files = farEndFiles(parametersOf(environment));
  const folder = mkdtempSync(join(tmpdir(), 'far-end-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(parsers)('$file is read by $command.0', ({ file, command: [program, ...options] }) => {
    const path = join(folder, file);
    writeFileSync(path, files[file] as string);
    const { error, status, stdout, stderr } = spawnSync(program, [...options, path], { encoding: 'utf8' });
    if (error) return; // this machine has no such parser
    if (/Operation not permitted|Invalid argument|unshare failed/.test(stderr)) return; // nor may it try
    expect([status, stdout, stderr]).toEqual([
      0,
      expect.anything(),
      expect.not.stringMatching(/error|unknown command/i),
    ]);
  });

  test('answers to probes leave by the path that they measure', () => {
    const parameters = parametersOf(environment);
    const script = files['source-rules.sh'] as string;
    for (const path of parameters.paths) {
      if (!path.probeAddress) continue;
      const [, table] = new RegExp(`ip rule add from ${path.probeAddress} lookup (\\d+)`).exec(script) ?? [];
      for (const prefix of path.receives) {
        expect(script).toMatch(new RegExp(`ip route replace ${prefix}( via [\\d.]+)? dev ${path.name} table ${table}`));
      }
    }
  });
});

describe('leased lines', () => {
  const files = farEndFiles(parametersOf('prod', 'cbcIke'));
  const interfaces = (text: string) =>
    text
      .split(/^(?=interface |[a-z].* )/m)
      .map((part) => part.split('\n'))
      .filter(([head]) => head?.startsWith('interface CARRIER'));

  test.each([
    ['cisco-ios-xe.cfg', ' ip access-group HARBOURLINE-IN in', ' permit esp host 198.51.100.1 host 10.22.254.1'],
    [
      'huawei-vrp.cfg',
      ' traffic-filter inbound acl 3998',
      ' permit 50 source 198.51.100.1 0 destination 10.22.254.1 0',
    ],
    ['h3c-comware.cfg', ' packet-filter 3998 inbound', ' permit 50 source 198.51.100.1 0 destination 10.22.254.1 0'],
  ])('%s: two lines are two interfaces, each filtered, and let the tunnels pass', (file, filter, tunnels) => {
    const text = files[`devices/${file}`] as string;
    const found = interfaces(text);
    expect(found.map(([head]) => head)).toEqual(['interface CARRIER.302', 'interface CARRIER-2.302']);
    for (const lines of found) expect(lines).toContain(filter);
    expect(text).toContain(tunnels);
    for (const connection of ['dxcon-fg1proda', 'dxcon-fg1prodb']) expect(text).toContain(connection);
  });

  test.each(['dev', 'staging'])('of %s carry no tunnels, and admit none', (environment) => {
    const text = farEndFiles(parametersOf(environment))['devices/cisco-ios-xe.cfg'];
    expect(text).not.toMatch(/permit (esp|udp)/);
  });
});

test('FortiOS: a policy to a probe leads to its loopback, and each name is one of its own', () => {
  const parameters = parametersOf('dev');
  const [flow] = parameters.allowedFlows.filter(({ fromRelay }) => !fromRelay);
  const twice = { ...flow!, ticket: 'AVERYLONGNAMEOFAPROJECT-123456789', from: ['10.30.4.77/32'] };
  const text = farEndFiles({ ...parameters, allowedFlows: [...parameters.allowedFlows, twice, twice, flow!] })[
    'devices/fortios.conf'
  ] as string;
  const names = [...text.matchAll(/^ +set name "(.*)"$/gm)].map(([, name]) => name as string);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name.length).toBeLessThanOrEqual(35);
  expect(text).toMatch(/set dstintf "vpn-1-probe"\n +set srcaddr .*\n +set dstaddr "hl-10\.20\.255\.1-32"/);
});

describe('what AWS said, from a file', () => {
  const config = linked(configOf('dev'));
  const cidrs = config.link.siteToSiteVpn?.insideCidrs ?? [];
  const vpn = describedVpn(
    { VpnTunnelOptionsSpecifications: cidrs.map((cidr) => spelled(tunnelProfile(cidr, 'cnsa', true))) },
    ['198.51.100.1', '198.51.100.2'],
  );

  test('what is deleted, or of another environment, is not taken for the link', () => {
    const others = [
      { ...vpn, VpnConnectionId: 'vpn-deleted', State: 'deleted' as const },
      { ...vpn, VpnConnectionId: 'vpn-foreign', Tags: [{ Key: 'harbourline:environment', Value: 'staging' }] },
    ];
    const [tunnel] = tunnelsOf(readFrom(config, [...others, vpn]));
    expect(tunnel?.vpnConnectionId).toBe(vpn.VpnConnectionId);
    expect(() => readFrom(config, others)).toThrow(
      /Of 2 VPN connection\(s\) none is siteToSiteVpn of dev.*169\.254\.10/,
    );
  });

  test('the command says what is wrong with the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'far-end-from-'));
    const run = (text: string) => {
      const file = join(folder, 'said.json');
      writeFileSync(file, text);
      return spawnSync('npx', ['tsx', '../../../tools/far-end.ts', '--env', 'dev', '--out', folder, '--from', file], {
        cwd: join(__dirname, '..', 'support', 'deployment'),
        encoding: 'utf8',
      });
    };
    expect(run('{')).toMatchObject({ status: 1, stderr: expect.stringContaining('is no JSON') });
    expect(run(JSON.stringify({ VpnConnections: [vpn] })).status).toBe(0);
    rmSync(folder, { recursive: true, force: true });
  });
});
