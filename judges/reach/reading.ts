/** Subnets of an environment with their routes and ACLs: what hosts, attachments and firewalls stand in. */
import { type Block, block } from '../blocks';
import { type Deployed, deployed, type StagesOf } from './deployed';
import { type Outside, type Route, type Subnet, s3 } from './network';
import { aclEntries, listed, prefixLists } from './read-filters';
import { NotUnderstood } from './understood';

/** One reading of an environment: resources by type, and what is made of them. */
export class Reading {
  readonly all: readonly Deployed[];
  readonly lists: ReadonlyMap<string, readonly Block[]>;
  readonly subnets = new Map<string, Subnet>();
  readonly vpcs = new Map<string, readonly Block[]>();

  constructor(
    stages: StagesOf,
    environment: string,
    readonly outside: Outside,
  ) {
    this.all = deployed(stages, environment);
    this.lists = prefixLists(this.all);
    for (const { at, properties } of this.of('EC2::VPC')) this.vpcs.set(at, [block(properties.CidrBlock)]);
    for (const [id, cidrs] of Object.entries(outside.vpcs)) this.vpcs.set(id, cidrs.map(block));
    const acls = new Map(this.of('EC2::NetworkAcl').map(({ at }) => [at, { at, entries: aclEntries(this.all, at) }]));
    for (const { at, properties } of this.of('EC2::Subnet')) {
      const by = (type: string) => this.of(type).find((each) => each.properties.SubnetId === at)?.properties;
      const table = by('EC2::SubnetRouteTableAssociation')?.RouteTableId ?? `the main table of ${properties.VpcId}`;
      this.subnets.set(at, {
        at,
        vpc: properties.VpcId,
        block: block(properties.CidrBlock),
        zone: properties.AvailabilityZone,
        table,
        routes: [...this.local(properties.VpcId), ...this.routes(table)],
        acl: acls.get(by('EC2::SubnetNetworkAclAssociation')?.NetworkAclId),
        foreign: false,
      });
    }
  }

  of(type: string): Deployed[] {
    return this.all.filter((each) => each.type === `AWS::${type}`);
  }

  private local(vpc: string): Route[] {
    return (this.vpcs.get(vpc) ?? []).map((each) => ({ at: vpc, block: each, target: { kind: 'local', id: vpc } }));
  }

  private routes(table: string): Route[] {
    const written = this.of('EC2::Route')
      .filter(({ properties }) => properties.RouteTableId === table)
      .flatMap(({ at, properties }): Route[] => {
        const { DestinationCidrBlock, DestinationPrefixListId: list } = properties;
        const blocks = list ? listed(this.lists, at, list) : [block(DestinationCidrBlock)];
        const { TransitGatewayId, VpcEndpointId, VpcPeeringConnectionId, NatGatewayId, GatewayId } = properties;
        const target: Route['target'] = TransitGatewayId
          ? { kind: 'transit', id: TransitGatewayId }
          : VpcEndpointId
            ? { kind: 'endpoint', id: VpcEndpointId.replace(/^.*:/, '') }
            : VpcPeeringConnectionId
              ? { kind: 'peering', id: VpcPeeringConnectionId }
              : { kind: 'internet', id: NatGatewayId ?? GatewayId };
        return blocks.map((each) => ({ at, block: each, target }));
      });
    const services = this.of('EC2::VPCEndpoint')
      .filter(({ properties }) => properties.RouteTableIds?.includes(table))
      .map(({ at, properties }): Route => {
        if (!/\.s3$/.test(properties.ServiceName))
          throw new NotUnderstood(`${at}: a gateway endpoint of ${properties.ServiceName}.`);
        return { at, block: s3, target: { kind: 'endpoint', id: at } };
      });
    return [...written, ...services];
  }

  /** A subnet of a VPC that stands in no template has its addresses, and nothing that could be judged. */
  subnet(id: string, vpc: string): Subnet {
    const known = this.subnets.get(id);
    if (known) return known;
    const [whole] = this.vpcs.get(vpc) ?? [];
    if (!whole) throw new NotUnderstood(`${id}: a subnet of ${vpc}, of which the model knows no addresses.`);
    const foreign = { at: id, vpc, block: whole, zone: '', table: '', routes: this.local(vpc), foreign: true };
    this.subnets.set(id, foreign);
    return foreign;
  }
}
