/** Entries of network ACLs whose numbers survive a change of the list that they come from. */
import { createHash } from 'node:crypto';
import { AclCidr, type AclTraffic, Action, type NetworkAcl, TrafficDirection } from 'aws-cdk-lib/aws-ec2';
import { acknowledge } from '../compliance/acknowledge';

/** Where entries of an ACL stand: the first that matches decides, so what is listed comes before what is refused. */
export const band = { listed: 1_000, refused: 11_000, open: 21_000 } as const;

/** Numbers in a band, less one that stays free before the next. */
const bandWidth = 9_973;

/**
 * Appends entries. Number and id of each come from what it says, not from its place: two entries of a list can neither swap
 * their numbers nor take a number that an entry on its way out still has. Two that hash to the same number take neighbours.
 *
 * @param reason why there is an ACL beside security groups
 */
export function entriesOf(acl: NetworkAcl, reason: string) {
  acknowledge(acl, { id: 'AwsSolutions-VPC3', reason });
  const appender = (direction: TrafficDirection) => {
    const taken = new Set<number>();
    return (from: number, ruleAction: Action, prefix: string, traffic: AclTraffic) => {
      const { portRange: { from: first, to: last } = {}, icmp } = traffic.toTrafficConfig();
      const what = icmp ? `icmp ${icmp.type} ${icmp.code}` : `${first ?? 'all'} ${last ?? 'all'}`;
      const says = `${ruleAction === Action.ALLOW ? 'Allow' : 'Deny'} ${prefix} ${what}`;
      let ruleNumber = from + (createHash('sha256').update(says).digest().readUInt32BE() % bandWidth);
      while (taken.has(ruleNumber)) ruleNumber++;
      taken.add(ruleNumber);
      const id = `${direction === TrafficDirection.EGRESS ? 'Egress' : 'Ingress'}${says.replace(/\W/g, 'x')}`;
      acl.addEntry(id, { ruleNumber, direction, ruleAction, cidr: AclCidr.ipv4(prefix), traffic });
    };
  };
  return { ingress: appender(TrafficDirection.INGRESS), egress: appender(TrafficDirection.EGRESS) };
}
