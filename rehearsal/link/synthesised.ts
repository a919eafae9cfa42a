/** The link, taken out of the synthesised environment. */
import type { EnvironmentConfig } from '../../config/schema';
import { farEndFiles } from '../../lib/link/far-end';
import { type LinkParameters, linked, linkParameters } from '../../lib/link/parameters';
import type { Environment } from '../template';
import { describedVpn, type TunnelSpecification } from './described';

export interface SynthesisedLink {
  readonly parameters: LinkParameters;
  /** What the far end is handed, by name. */
  readonly farEnd: Readonly<Record<string, string>>;
}

/** Addresses that AWS might choose for its tunnel ends: of those for documentation (RFC 5737). */
const outside = ['198.51.100.1', '198.51.100.2'];

type Vpn = Parameters<typeof describedVpn>[0] & {
  readonly Options?: never;
  readonly VpnTunnelOptionsSpecifications: readonly TunnelSpecification[];
};

/** @returns nothing where the environment has no link */
export function synthesisedLink(environment: Environment, config: EnvironmentConfig): SynthesisedLink | undefined {
  if (!config.link) return undefined;
  const described = (part: string) => {
    const [vpn] = environment.resources<Vpn>('AWS::EC2::VPNConnection', part);
    return vpn ? { [part]: describedVpn(vpn.properties, outside) } : {};
  };
  const parameters = linkParameters(linked(config), {
    ...described('SiteToSiteVpn'),
    ...described('VpnOverDirectConnect'),
  });
  return { parameters, farEnd: farEndFiles(parameters) };
}
