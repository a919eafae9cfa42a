/** The link, taken out of the synthesised environment. */
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { EnvironmentConfig } from '../../../config/schema';
import { assetFolder } from '../../../judges/assembly/assets';
import { ResolvedEnvironment } from '../../../judges/assembly/resolved-environment';
import { fileOf, type Tier, tierOf } from '../../../judges/assembly/tier';
import { paths, variablesOf } from '../../../lib/contract/instance';
import { type LinkParameters, linked, linkParameters } from '../../../lib/contract/link-parameters';
import { farEndFiles } from '../../../lib/link/far-end';
import { describedVpn } from './described';
import type { RuleGroup } from './hong-kong-firewall';

/** A program with its environment. */
interface Program {
  /** Path of the script. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface SynthesisedLink {
  readonly parameters: LinkParameters;
  /** What the far end is handed, by name. */
  readonly farEnd: Readonly<Record<string, string>>;
  /** The rules of Hong Kong's firewall. @default there is none */
  readonly firewall: RuleGroup | undefined;
  readonly relay: Tier;
  /** Beside each relay. */
  readonly probe: Program;
  /** Bits a second that all relays together may send. */
  readonly bitsPerSecond: number;
  /** Calls of a group in a minute below which relays do not report it. */
  readonly minimumCalls: number;
  /** `undefined` where the mainland's side is not on AWS. */
  readonly mainland: Mainland | undefined;
}

interface Mainland {
  readonly region: string;
  readonly logGroup: string;
  readonly receiver: Tier;
  /** What answers the continuity check. */
  readonly responder: string;
}

/** Addresses that AWS might choose for its tunnel ends: of those for documentation (RFC 5737). */
const outside = ['198.51.100.1', '198.51.100.2'];

type Vpn = Parameters<typeof describedVpn>[0];

/** @returns nothing where the environment has no link */
export function synthesisedLink(
  assembly: CloudAssembly,
  environment: ResolvedEnvironment,
  config: EnvironmentConfig,
): SynthesisedLink | undefined {
  const { link } = config;
  if (!link) return undefined;
  const described = (part: string) => {
    const [vpn] = environment.resources<Vpn>('AWS::EC2::VPNConnection', part);
    return vpn && describedVpn(vpn.properties, outside);
  };
  const [siteToSiteVpn, vpnOverDirectConnect] = [described('SiteToSiteVpn'), described('VpnOverDirectConnect')];
  const parameters = linkParameters(linked(config), {
    ...(siteToSiteVpn ? { siteToSiteVpn } : {}),
    ...(vpnOverDirectConnect ? { vpnOverDirectConnect } : {}),
  });
  const relay = environment.instanceFiles('Relays');
  return {
    parameters,
    farEnd: farEndFiles(parameters),
    firewall: environment.resources<RuleGroup>('AWS::NetworkFirewall::RuleGroup', 'AllowList')[0]?.properties,
    relay: tierOf(relay),
    probe: {
      program: join(assetFolder(assembly, 'Link', 'Probe'), 'main.js'),
      environment: variablesOf(fileOf(relay, paths.probeEnvironment)),
    },
    bitsPerSecond: link.relay.bitsPerSecond,
    minimumCalls: link.relay.minimumCalls,
    mainland: link.analysis && mainlandOf(assembly, link.analysis),
  };
}

function mainlandOf(assembly: CloudAssembly, { account, region }: { account: string; region: string }): Mainland {
  const environment = new ResolvedEnvironment(assembly, account, region);
  return {
    region,
    logGroup: environment.resource<{ LogGroupName: string }>('AWS::Logs::LogGroup', 'Aggregates').properties
      .LogGroupName,
    receiver: tierOf(environment.instanceFiles('Receivers')),
    responder: join(assetFolder(assembly, 'Analysis', 'Responder'), 'main.js'),
  };
}
