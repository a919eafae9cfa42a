import { GetRegionOptStatusCommand } from '@aws-sdk/client-account';
import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type Answer, type Aws, answer, type Check, failsWith } from '../check';

/** Of the stage that is planned, whosever account it is in. */
export const identity: Check = {
  name: 'account',
  asks: ['sts:GetCallerIdentity'],
  because: 'credentials of another account would deploy this there',
  async run({ sts }, { config, stage: { account } }) {
    const { Account: found = 'none' } = await sts.send(new GetCallerIdentityCommand({}));
    return [
      answer(
        found === account,
        `account ${account}`,
        found,
        `Use credentials of ${account}, or fix the account in config/${config.environment}.ts.`,
      ),
    ];
  },
};

/** Whether a role is there. */
export async function roleAnswer(iam: Aws['iam'], name: string, remedy: string): Promise<Answer> {
  const missing = await failsWith(
    ['NoSuchEntityException', 'NoSuchEntity'],
    iam.send(new GetRoleCommand({ RoleName: name })),
  );
  return answer(!missing, `role ${name}`, missing ? 'missing' : 'there', remedy);
}

/** Whether an account has the region. */
export async function regionAnswer({ account }: Pick<Aws, 'account'>, name: string): Promise<Answer> {
  const { RegionOptStatus: status = 'unknown' } = await account.send(
    new GetRegionOptStatusCommand({ RegionName: name }),
  );
  return answer(
    status === 'ENABLED' || status === 'ENABLED_BY_DEFAULT',
    `${name} is enabled`,
    status,
    `aws account enable-region --region-name ${name}   # can take hours`,
  );
}

export const region: Check = {
  name: 'region',
  asks: ['account:GetRegionOptStatus', 'ec2:DescribeAvailabilityZones'],
  because: 'a region such as Hong Kong is off until an account opts in; every call fails until then',
  async run({ account, ec2 }, { config }) {
    const enabled = await regionAnswer({ account }, config.region);
    if (!enabled.ok) return [enabled];
    const { AvailabilityZones: zones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
    const available = zones.filter(({ State }) => State === 'available').map(({ ZoneName }) => ZoneName);
    const missing = config.network.availabilityZones.filter((zone) => !available.includes(zone));
    return [
      enabled,
      answer(
        missing.length === 0,
        `zones ${config.network.availabilityZones.join(', ')}`,
        missing.length === 0 ? 'available' : `${missing.join(', ')} not available`,
        'Wait until AWS has them back, or take them out of `network.availabilityZones` of a new environment.',
      ),
    ];
  },
};

/** Service → the role that must exist before the first deployment. Creating one that exists fails, so no resource does. */
const linkedRoles = {
  'opensearchservice.amazonaws.com': 'AWSServiceRoleForAmazonOpenSearchService',
  'autoscaling.amazonaws.com': 'AWSServiceRoleForAutoScaling',
};

export const serviceLinkedRoles: Check = {
  name: 'service-linked roles',
  asks: ['iam:GetRole'],
  because: 'the domain is refused, and instances die because their key does not know the role',
  run: ({ iam }) =>
    Promise.all(
      Object.entries(linkedRoles).map(async ([service, role]) => {
        const missing = await failsWith(
          ['NoSuchEntityException', 'NoSuchEntity'],
          iam.send(new GetRoleCommand({ RoleName: role })),
        );
        return answer(
          !missing,
          role,
          missing ? 'missing' : 'there',
          `aws iam create-service-linked-role --aws-service-name ${service}`,
        );
      }),
    ),
};
