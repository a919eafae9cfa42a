import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linked, linkParameters } from '../../../../lib/contract/link-parameters';
import { farEndFiles } from '../../../../lib/link/far-end';
import { describedVpn, type TunnelSpecification } from '../../../../rehearsal/stage/link/described';
import { missingPrerequisites } from '../../../../rehearsal/stage/link/prerequisites';
import { configOf, templateOf } from '../../../support/app';
import type { Seen } from './network.program';

const missing = missingPrerequisites();
const where = missing.length === 0 ? test : test.skip;

where(
  `two tunnels of the template come up between namespaces with BGP in them, and let through what is listed${missing.length > 0 ? `: SKIPPED, this machine lacks ${missing.join('; ')}` : ''}`,
  async () => {
    const connections = Object.values(templateOf('dev', 'Link').findResources('AWS::EC2::VPNConnection'));
    const vpn = describedVpn(connections[0]?.Properties as { VpnTunnelOptionsSpecifications: TunnelSpecification[] }, [
      '198.51.100.1',
      '198.51.100.2',
    ]);
    const parameters = linkParameters(linked(configOf('dev')), { siteToSiteVpn: vpn });
    const [firewall] = Object.values(templateOf('dev', 'Link').findResources('AWS::NetworkFirewall::RuleGroup'));
    const seen = await openIn({ parameters, farEnd: farEndFiles(parameters), firewall: firewall?.Properties });

    expect(seen.tunnels).toEqual(
      ['vpn-1', 'vpn-2'].map((name) =>
        expect.objectContaining({
          name,
          version: 2,
          state: 'ESTABLISHED',
          encryption: 'AES_GCM_16-256',
          prf: 'PRF_HMAC_SHA2_384',
          group: 'ECP_384',
        }),
      ),
    );
    expect(seen.sessions).toEqual(['Established', 'Established']);
    expect(seen.preferred).toBe('169.254.10.2');
    // Both ways of 5 ms, and of 9 on the second path, whose answer would come back in 14 if it took the first: light does not
    // overtake itself.
    expect(seen.listedMs[0]).toBeGreaterThanOrEqual(10);
    expect(seen.listedMs[1]).toBeGreaterThanOrEqual(18);
    expect(seen.unlistedMs).toBeUndefined();
    expect(seen.dropped.hongKong).toBeGreaterThan(0);
    expect(seen.dropped.farEnd).toBeGreaterThan(0);
    expect(seen.left).toEqual([]);
  },
  180_000,
);

/** Runs the program in a network of its own. */
async function openIn(given: object): Promise<Seen> {
  const directory = mkdtempSync(join(tmpdir(), 'harbourline-link-'));
  try {
    const file = join(directory, 'given.json');
    writeFileSync(file, JSON.stringify(given));
    const program = join(__dirname, 'network.program.ts');
    const inside = ['sh', '-c', 'ip link set lo up && mount -t tmpfs tmpfs /run && exec "$@"', 'sh'];
    const child = spawn('unshare', ['--net', '--mount', ...inside, 'npx', 'tsx', program, file, directory]);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (errors += chunk));
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (code !== 0) throw new Error(errors);
    return JSON.parse(output) as Seen;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
