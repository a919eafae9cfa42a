/** What follows from `collect.entrance`. */
import type { EnvironmentConfig } from './schema';
import { tierName } from './tier-names';

/** Names that the gateways' certificate carries: the first is what collectors verify, whatever address they dial. */
export const gatewayNames = ({ environment, collect }: EnvironmentConfig): string[] => [
  tierName('gateway', environment),
  ...collect.entrance.certificateNames,
];

/** Name of the endpoint in the VPCs of clients. */
export const privateName = ({ environment, collect }: EnvironmentConfig): string =>
  collect.entrance.privateLink.privateName ?? tierName('gateway', environment);

/** Clients in accounts of their own: what they read of ours crosses an account's border. */
export const foreignClients = ({ account, clients }: EnvironmentConfig): EnvironmentConfig['clients'] =>
  clients.filter((client) => client.account !== account);

/** Stage of a client: `dev-client-payments`. */
export const clientStage = (environment: string, name: string): string => `${environment}-client-${name}`;
