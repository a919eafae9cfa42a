import { AclTraffic, Action, type IVpc, NetworkAcl, PrivateSubnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { type SubnetGroup, subnetCidrs } from '../contract/addresses';
import { band, entriesOf } from './acl-entries';

export interface ExistingVpcProps {
  readonly config: EnvironmentConfig;
  readonly existing: NonNullable<EnvironmentConfig['network']['existing']>;
  /** Groups of subnets that are made in it. */
  readonly groups: readonly SubnetGroup[];
}

const reason =
  'Fleets may call any address at 443, since those of S3 are public: in a VPC with other subnets a second wall keeps what is in them apart.';

/**
 * Subnets of ours in a VPC that exists, each with a route table of its own: what its owner routes elsewhere in it is not theirs.
 * They are seen as those of a VPC that is made here are, by their group. Nothing of ours reaches what else is in the VPC, and nothing of it reaches ours.
 */
export class ExistingVpc extends Construct {
  readonly vpc: IVpc;

  constructor(scope: Construct, id: string, { config, existing, groups }: ExistingVpcProps) {
    super(scope, id);
    const { availabilityZones } = config.network;
    const made = groups.flatMap((group) =>
      subnetCidrs(config, group).map(
        (cidrBlock, index) =>
          new PrivateSubnet(this, `${group}Subnet${index + 1}`, {
            vpcId: existing.vpcId,
            cidrBlock,
            availabilityZone: availabilityZones[index] as string,
            mapPublicIpOnLaunch: false,
          }),
      ),
    );
    this.vpc = Vpc.fromVpcAttributes(this, 'Imported', {
      vpcId: existing.vpcId,
      availabilityZones: [...availabilityZones],
      isolatedSubnetIds: made.map(({ subnetId }) => subnetId),
      isolatedSubnetNames: [...groups],
      isolatedSubnetRouteTableIds: made.map(({ routeTable }) => routeTable.routeTableId),
      isolatedSubnetIpv4CidrBlocks: made.map(({ ipv4CidrBlock }) => ipv4CidrBlock),
    });
    this.wall(config, existing.cidrs);
  }

  /** Subnets of relays and of attachments have walls of their own; those of collectors do where services come by a route. */
  private wall({ network, collect }: EnvironmentConfig, cidrs: readonly string[]): void {
    const groups = ['store', ...(collect.entrance.via === 'routed' ? [] : ['collect'])];
    const subnets = groups.flatMap((subnetGroupName) => this.vpc.selectSubnets({ subnetGroupName }).subnets);
    const acl = new NetworkAcl(this, 'Acl', { vpc: this.vpc, subnetSelection: { subnets } });
    for (const entry of Object.values(entriesOf(acl, reason))) {
      entry(band.listed, Action.ALLOW, network.cidr, AclTraffic.allTraffic());
      for (const cidr of cidrs) entry(band.refused, Action.DENY, cidr, AclTraffic.allTraffic());
      entry(band.open, Action.ALLOW, '0.0.0.0/0', AclTraffic.allTraffic());
    }
  }
}
