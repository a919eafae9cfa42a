/**
 * A client's way in, out of what was synthesised for it: the name that its zone answers to, the parameters that its agents read, the
 * ports that its endpoint lets in. On one machine the endpoint is a stand-in that passes TCP through, and the zone is looked up here.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { EnvironmentConfig } from '../../config/schema';
import { ResolvedEnvironment } from '../../judges/assembly/resolved-environment';
import { namesOf } from '../../lib/contract/names';

/** What an agent of a client is given. */
export interface ClientEntrance {
  /** Name of the client. */
  readonly client: string;
  /** Name that it dials, which the gateways' certificate carries. */
  readonly host: string;
  readonly port: number;
  /** Ports that the endpoint lets its addresses use. */
  readonly ports: readonly number[];
  /** Content of the agent's document, as State Manager of the client's account runs it. */
  readonly document: unknown;
}

interface Group {
  readonly SecurityGroupIngress?: readonly { readonly FromPort: number; readonly ToPort: number }[];
}

/**
 * The entrance of the first client. `undefined` where the environment has none, or services come by a route.
 *
 * @param certificateNames names in the gateways' certificate
 * @throws Error where the pieces do not fit: an agent there would not get in
 */
export function clientEntrance(
  assembly: CloudAssembly,
  config: EnvironmentConfig,
  certificateNames: readonly string[],
): ClientEntrance | undefined {
  const [client] = config.clients;
  const { via, handedOver } = config.collect.entrance;
  if (!client || !handedOver || via !== 'privateLink') return undefined;
  const stage = new ResolvedEnvironment(assembly, client.account, client.region);
  const { properties: zone } = stage.resource<{ Name: string }>('AWS::Route53::HostedZone');
  const { properties: record } = stage.resource<{ Name: string; AliasTarget: unknown }>('AWS::Route53::RecordSet');
  const endpoint = stage
    .resources<{ ServiceName: string }>('AWS::EC2::VPCEndpoint')
    .find(({ properties }) => properties.ServiceName === handedOver.serviceName);
  const gateway = stage
    .resources<{ Name: string; Value: string }>('AWS::SSM::Parameter')
    .find(({ properties }) => properties.Name === `${namesOf(config).parameters}/agent/gateway-endpoint`);
  const [host = '', port = ''] = gateway?.properties.Value.split(':') ?? [];
  const ports = stage
    .resources<Group>('AWS::EC2::SecurityGroup', 'Endpoint')
    .flatMap(({ properties }) => properties.SecurityGroupIngress ?? [])
    .map(({ FromPort }) => FromPort);
  const wrong = [
    ...(zone.Name === `${host}.` && record.Name === zone.Name
      ? []
      : [`its zone ${zone.Name} does not answer to ${host}`]),
    ...(endpoint && JSON.stringify(record.AliasTarget).includes(endpoint.id)
      ? []
      : ['its name does not lead to an endpoint of the gateways']),
    ...(ports.includes(Number(port)) ? [] : [`its endpoint does not let port ${port} in`]),
    ...(certificateNames.includes(host) ? [] : [`the gateways' certificate does not carry ${host}`]),
  ];
  if (wrong.length > 0) throw new Error(`An agent of client ${client.name} would not get in: ${wrong.join('; ')}.`);
  const { properties: document } = stage.resource('AWS::SSM::Document', 'Agent');
  return { client: client.name, host, port: Number(port), ports: [...new Set(ports)], document };
}

/** The endpoint: listens where the client's name leads to, on what it lets in, and passes on to the load balancer. @returns what ends it */
export async function openEndpoint({ ports }: ClientEntrance, address: string, balancer: string): Promise<() => void> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const close = (): void => {
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  };
  for (const port of ports) {
    const server = createServer((client) => {
      const onward = connect({ host: balancer, port });
      for (const [one, other] of [
        [client, onward],
        [onward, client],
      ] as const) {
        sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      }
      client.pipe(onward).pipe(client);
    });
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: address, port, exclusive: true }, resolve);
    });
  }
  return close;
}
