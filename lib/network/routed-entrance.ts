import {
  AclTraffic,
  Action,
  CfnRoute,
  CfnTransitGatewayVpcAttachment,
  type IVpc,
  NetworkAcl,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { gatewayPorts } from '../contract/ports';
import { band, entriesOf } from './acl-entries';

export interface RoutedEntranceProps {
  readonly vpc: IVpc;
  /** The way that exists, and who comes over it. */
  readonly routed: NonNullable<EnvironmentConfig['collect']['entrance']['routed']>;
  /** Decides which ports gateways listen on. */
  readonly legacyClients: EnvironmentConfig['collect']['legacyClients'];
  /** Backends that samplers forward to: the ACL must not stand in their way. */
  readonly forward: EnvironmentConfig['collect']['forward'];
  /** Prefix of the VPC, or the block of one that exists. */
  readonly cidr: string;
  /** Of a VPC that exists, all of its addresses: those that are not ours are refused. Empty otherwise. */
  readonly existingCidrs: readonly string[];
  /** Prefixes of the collectors' subnets, where the load balancer is. */
  readonly collectCidrs: readonly string[];
}

/** Ports that answers to a service's node come back to: all that a system may choose (Amazon VPC user guide, ephemeral ports). */
const clientPorts = AclTraffic.tcpPortRange(1_024, 65_535);

/** Ports that answers to machines of ours come back to: Linux's default range, which AL2023 leaves as it is. */
const ownPorts = AclTraffic.tcpPortRange(32_768, 60_999);

const reason =
  'Routes join this VPC with those of services: a second, stateless wall lets through what the gateways listen on, and nothing else that a route would.';

/**
 * A route for services, where there is a transit gateway or a peering: from the collectors' subnets to their prefixes, back from
 * route tables that this account has, and ACLs that let through the gateways' ports alone. Other accounts' routes are in
 * their clients' stages.
 */
export class RoutedEntrance extends Construct {
  constructor(scope: Construct, id: string, props: RoutedEntranceProps) {
    super(scope, id);
    const { vpc, routed } = props;
    const way = routed.transitGatewayId
      ? { transitGatewayId: routed.transitGatewayId }
      : { vpcPeeringConnectionId: routed.peeringId };
    // Routes can name a transit gateway only once the VPC is attached.
    const attachment = routed.transitGatewayId ? this.attach(props, routed.transitGatewayId) : undefined;
    const route = (name: string, routeTableId: string, destinationCidrBlock: string): void => {
      const made = new CfnRoute(this, name, { routeTableId, destinationCidrBlock, ...way });
      if (attachment) made.addResourceDependency(attachment);
    };
    for (const { routeTable, availabilityZone } of vpc.selectSubnets({ subnetGroupName: 'collect' }).subnets) {
      for (const prefix of routed.prefixes) {
        route(`Route${idOf(availabilityZone)}To${idOf(prefix)}`, routeTable.routeTableId, prefix);
      }
    }
    for (const table of routed.routeTableIds) {
      for (const cidr of props.collectCidrs) route(`From${idOf(table)}To${idOf(cidr)}`, table, cidr);
    }
    this.collectAcl(props);
  }

  /** In subnets of their own: ACLs do not judge what comes from a transit gateway that is attached in the same subnet. */
  private attach({ vpc, collectCidrs, legacyClients }: RoutedEntranceProps, transitGatewayId: string) {
    const selection = { subnetGroupName: 'entrance' };
    const { ingress, egress } = entriesOf(new NetworkAcl(this, 'Acl', { vpc, subnetSelection: selection }), reason);
    for (const cidr of collectCidrs) {
      for (const { port } of gatewayPorts(legacyClients)) {
        egress(band.listed, Action.ALLOW, cidr, AclTraffic.tcpPort(port));
      }
      ingress(band.listed, Action.ALLOW, cidr, clientPorts);
    }
    return new CfnTransitGatewayVpcAttachment(this, 'Attachment', {
      transitGatewayId,
      vpcId: vpc.vpcId,
      subnetIds: vpc.selectSubnets(selection).subnetIds,
    });
  }

  private collectAcl({ vpc, routed, legacyClients, forward, cidr, existingCidrs }: RoutedEntranceProps): void {
    const acl = new NetworkAcl(this, 'CollectAcl', { vpc, subnetSelection: { subnetGroupName: 'collect' } });
    const { ingress, egress } = entriesOf(acl, reason);
    for (const prefix of routed.prefixes) {
      for (const { port } of gatewayPorts(legacyClients)) {
        ingress(band.listed, Action.ALLOW, prefix, AclTraffic.tcpPort(port));
      }
      egress(band.listed, Action.ALLOW, prefix, clientPorts);
    }
    const backends = [forward.otlp, forward.zipkin].flatMap((each) => each ?? []);
    const targets = new Set(backends.map(({ prefix, endpoint }) => `${prefix} ${new URL(endpoint).port}`));
    for (const [prefix = '', port] of [...targets].map((target) => target.split(' '))) {
      egress(band.listed, Action.ALLOW, prefix, AclTraffic.tcpPort(Number(port)));
    }
    for (const prefix of new Set(backends.map((backend) => backend.prefix))) {
      ingress(band.listed, Action.ALLOW, prefix, ownPorts);
    }
    // Before anything wider is allowed.
    for (const prefix of [...routed.prefixes, ...existingCidrs]) {
      ingress(band.refused, Action.DENY, prefix, AclTraffic.allTraffic());
      egress(band.refused, Action.DENY, prefix, AclTraffic.allTraffic());
    }
    const own = existingCidrs.length > 0 ? band.listed : band.open;
    ingress(own, Action.ALLOW, cidr, AclTraffic.allTraffic());
    egress(own, Action.ALLOW, cidr, AclTraffic.allTraffic());
    // S3 has public addresses; the only route to any is that of its gateway endpoint.
    egress(band.open, Action.ALLOW, '0.0.0.0/0', AclTraffic.tcpPort(443));
    ingress(band.open, Action.ALLOW, '0.0.0.0/0', ownPorts);
  }
}

const idOf = (text: string): string => text.replace(/\W/g, 'x');
