import type { VpnConnection } from '@aws-sdk/client-ec2';
import { type LinkParameters, linked, linkParameters, tunnelsOf } from '../../lib/contract/link-parameters';
import { farEndFiles } from '../../lib/link/far-end';
import { describedVpn, type TunnelSpecification } from '../../rehearsal/stage/link/described';
import { configOf, environmentNames, templateOf } from '../support/app';

/** Parameters of an environment, as its template and addresses for documentation make them. */
function parametersOf(environment: string): LinkParameters {
  const config = linked(configOf(environment));
  const connections = Object.values(templateOf(environment, 'Link').findResources('AWS::EC2::VPNConnection'));
  const vpn: VpnConnection = describedVpn(
    connections[0]?.Properties as { VpnTunnelOptionsSpecifications: TunnelSpecification[] },
    ['198.51.100.1', '198.51.100.2'],
  );
  return linkParameters(config, { siteToSiteVpn: vpn, vpnOverDirectConnect: vpn });
}

describe.each(environmentNames)('the far end of %s', (environment) => {
  const parameters = parametersOf(environment);
  const files = farEndFiles(parameters);

  test('gets a file for each tunnel, for BGP, for the firewall, for the receiver, and the table', () => {
    // Files of devices have tests of their own.
    expect(
      Object.keys(files)
        .filter((name) => !name.startsWith('devices/'))
        .sort(),
    ).toEqual(
      [
        ...tunnelsOf(parameters).map(({ name }) => `swanctl/conf.d/${name}.conf`),
        'frr.conf',
        'harbourline.nft',
        'link.json',
        'link.md',
        'receiver/collector.yaml',
        'receiver/responder.js',
        'source-rules.sh',
      ].sort(),
    );
  });

  test('no file holds a key; each tunnel names the command that fetches it', () => {
    for (const { name, keySecretArn } of tunnelsOf(parameters)) {
      const text = files[`swanctl/conf.d/${name}.conf`];
      expect(text).toContain(`aws secretsmanager get-secret-value --secret-id ${keySecretArn} `);
      expect(text?.replace(/^#.*$/gm, '')).not.toMatch(/secret *=|secrets *\{/);
      expect(text).toContain(`include ${name}.secret`);
    }
  });

  test('tunnels ask for the hardened profile and nothing else', () => {
    for (const { name } of tunnelsOf(parameters)) {
      const text = files[`swanctl/conf.d/${name}.conf`];
      expect(text?.match(/proposals = .*/g)).toEqual([
        'proposals = aes256gcm16-prfsha384-ecp384',
        'proposals = aes256gcm16-ecp384',
      ]);
      expect(text).toContain('version = 2');
      expect(text).toContain('life_time = 3600s');
    }
  });

  test('one end opens the tunnel: AWS where it can, the far end else', () => {
    for (const { name, startedBy } of tunnelsOf(parameters)) {
      const action = startedBy === 'far-end' ? 'start' : 'none';
      expect(files[`swanctl/conf.d/${name}.conf`]).toContain(` start_action = ${action}`);
      expect(startedBy).toBe(environment === 'prod' ? 'far-end' : 'amazon');
    }
  });

  test('BGP announces what was agreed, prefers the first path, and takes nothing unasked', () => {
    const frr = files['frr.conf'] ?? '';
    const preferences = [...frr.matchAll(/set local-preference (\d+)/g)].map((match) => Number(match[1]));
    expect(preferences).toHaveLength(parameters.paths.length);
    expect([...preferences].sort((a, b) => b - a)).toEqual(preferences);
    for (const { inside, name, receives } of parameters.paths) {
      expect(frr).toContain(`neighbor ${inside.amazon} route-map ${name}-in in`);
      expect(frr).toContain(`neighbor ${inside.amazon} route-map ${name}-out out`);
      expect([...frr.matchAll(new RegExp(`ip prefix-list ${name}-in .* permit (.*)`, 'g'))].map((m) => m[1])).toEqual(
        receives,
      );
    }
    expect(frr).not.toContain('0.0.0.0/0');
  });

  test('the firewall admits each line of the allow-list, and no other flow', () => {
    const elements = [...(files['harbourline.nft'] ?? '').matchAll(/^ +([\d./]+ \. [\d./]+ \. \d+),?$/gm)].map(
      (m) => m[1],
    );
    expect(elements).toEqual(
      parameters.allowedFlows.flatMap(({ from, to, port }) => from.map((source) => `${source} . ${to} . ${port}`)),
    );
  });

  test('the table in JSON is the parameters themselves', () => {
    expect(JSON.parse(files['link.json'] ?? '')).toEqual(JSON.parse(JSON.stringify(parameters)));
    for (const { name } of parameters.paths) expect(files['link.md']).toContain(`## ${name}`);
  });
});

test('a path is known by its probe address, which is announced over it alone', () => {
  const frr = farEndFiles(parametersOf('staging'))['frr.conf'] ?? '';
  for (const [name, address] of [
    ['dx', '10.21.255.3'],
    ['vpn-1', '10.21.255.1'],
    ['vpn-2', '10.21.255.2'],
  ]) {
    expect(frr.match(new RegExp(`ip prefix-list (.*)-out .* permit ${address}/32`, 'g'))).toEqual([
      expect.stringContaining(`ip prefix-list ${name}-out`),
    ]);
  }
});

test('a leased line beneath tunnels carries their ends and nothing else', () => {
  const line = parametersOf('prod').paths.find(({ kind }) => kind === 'interface');
  expect(line).toMatchObject({ announces: ['10.22.254.1/32'], receives: ['10.42.0.0/24'], amazonAsn: 64_513 });
});

test('an algorithm that is weaker than the link may be is refused', () => {
  const parameters = parametersOf('dev');
  const weak = parameters.paths.map((path) =>
    path.kind === 'tunnel' ? { ...path, ike: { ...path.ike, encryption: ['AES128'] } } : path,
  );
  expect(() => farEndFiles({ ...parameters, paths: weak })).toThrow('AWS offers AES128 for a tunnel, which is weaker');
});
