import { CfnOutput } from 'aws-cdk-lib';
import { CfnResourceShare } from 'aws-cdk-lib/aws-ram';
import { Construct } from 'constructs';
import { namesIn } from '../common/names';
import { guestAccounts, type LinkedConfig } from '../contract/link-parameters';
import { ownerRules } from '../contract/owner-rules';
import { type PrefixListProps, prefixList } from './prefix-list';

export interface OwnerListsProps extends PrefixListProps {
  readonly config: LinkedConfig;
}

/**
 * What owners of service VPCs need for rules of their security groups: prefix lists of the mainland's addresses by port, one way and the
 * other, which follow the allow-list by themselves. Shared with accounts that `link.serviceAttachments` names.
 */
export class OwnerLists extends Construct {
  constructor(scope: Construct, id: string, props: OwnerListsProps) {
    super(scope, id);
    const { config, environment } = props;
    const lists = ownerRules(config).map(({ list, mainland }) => {
      const made = prefixList(this, props, list, mainland);
      new CfnOutput(this, `${made.node.id}Id`, {
        value: made.attrPrefixListId,
        description: `For owners of services: ${list}`,
      });
      return made;
    });
    const principals = guestAccounts(config);
    if (lists.length === 0 || principals.length === 0) return;
    new CfnResourceShare(this, 'Share', {
      name: `${namesIn(this, environment).system}-allowlist`, // required by AWS
      resourceArns: lists.map(({ attrArn }) => attrArn),
      principals,
      // Of the own organisation: nobody else learns who may call the mainland.
      allowExternalPrincipals: false,
    });
  }
}
