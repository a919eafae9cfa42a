import { CfnPrefixList } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { namesIn } from '../common/names';

export interface PrefixListProps {
  readonly environment: string;
  /** File of the allow-list, for people who read a rule in the console. */
  readonly allowlistFile: string;
}

/**
 * A prefix list of some lines of the allow-list. EC2 refuses to change a list's entries and its size in one request
 * (ModifyManagedPrefixList), so the size goes in steps and belongs to the id: a list that outgrows its step is another list, made
 * and referred to before the old one goes.
 *
 * @param name within the environment: `4318`, `services-to-8443`
 */
export function prefixList(
  scope: Construct,
  { environment, allowlistFile }: PrefixListProps,
  name: string,
  prefixes: readonly string[],
): CfnPrefixList {
  const maxEntries = prefixListSize(prefixes.length);
  return new CfnPrefixList(scope, `PrefixList${name}Of${maxEntries}`, {
    prefixListName: `${namesIn(scope, environment).system}-mainland-${name}`, // required by AWS, shown in rules that refer to it
    addressFamily: 'IPv4',
    maxEntries,
    entries: [...prefixes].sort().map((cidr) => ({ cidr, description: allowlistFile })),
  });
}

/**
 * Sizes of prefix lists: few, so that a list seldom outgrows one. The quota of a security group, 60 rules, counts a list by its
 * size, not by its entries (Amazon VPC user guide, prefix lists).
 */
const prefixListSizes = [5, 10, 20, 40, 80, 160, 320, 640];

/** The smallest step that holds so many, and one more: a new address is let in before an old one goes. */
function prefixListSize(prefixes: number): number {
  const size = prefixListSizes.find((each) => each > prefixes);
  if (size === undefined) throw new Error(`A prefix list of ${prefixes} addresses: join some into wider prefixes.`);
  return size;
}
