/** What an organisation has, and every stack of ours refers to. */
import { GetPolicyCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { regionalService } from '../../../lib/contract/partition';
import { validityDays } from '../../../lib/machine/certificates.issue';
import { answer, type Check, failsWith, type Plan, unlessFails } from '../check';

/** ARN of the boundary, as the CDK resolves it. */
function boundaryArn({ environment, stage: { account, region, kind } }: Plan): string | undefined {
  const roles = Object.values(environment).flatMap(({ resources }) => Object.values(resources));
  const found = roles.find(({ Properties }) => Properties?.PermissionsBoundary)?.Properties?.PermissionsBoundary;
  if (!found) return undefined;
  const partition = kind === 'mainland' ? 'aws-cn' : 'aws';
  const text = typeof found === 'string' ? found : (found['Fn::Sub'] ?? found['Fn::Join']?.[1]?.map(plain).join(''));
  return `${text}`
    .replaceAll('${AWS::AccountId}', account)
    .replaceAll('${AWS::Partition}', partition)
    .replaceAll('${AWS::Region}', region);
}

const plain = (part: string | { Ref: string }): string => (typeof part === 'string' ? part : `\${${part.Ref}}`);

export const boundary: Check = {
  name: 'permissions boundary',
  asks: ['iam:GetPolicy'],
  because: 'no role is made with a boundary that does not exist',
  async run({ iam }, planned) {
    const arn = boundaryArn(planned);
    if (arn === undefined) return [];
    const missing = await failsWith(
      ['NoSuchEntityException', 'NoSuchEntity'],
      iam.send(new GetPolicyCommand({ PolicyArn: arn })),
    );
    return [
      answer(
        !missing,
        arn,
        missing ? 'missing' : 'there',
        `Ask for its name, and fix permissionsBoundary in config/${planned.config.environment}.ts.`,
      ),
    ];
  },
};

export const archive: Check = {
  name: 'log archive',
  asks: ['s3:ListBucket'],
  because: 'a flow log to a bucket that does not exist is refused, with the whole network',
  async run({ s3 }, { config: { environment, organisation } }) {
    const bucket = organisation.flowLogArchiveArn?.split(':::')[1]?.split('/')[0];
    if (!bucket) return [];
    let found = 'there';
    // A bucket of another account answers that it may not be looked into: it exists.
    const missing = await failsWith(
      ['NotFound', 'NoSuchBucket'],
      s3.send(new HeadBucketCommand({ Bucket: bucket })).catch((error: Error) => {
        if (!/^(Forbidden|AccessDenied|403)$/.test(error.name)) throw error;
        found = 'there, of another account: its policy must admit delivery.logs.amazonaws.com';
      }),
    );
    return [
      answer(
        !missing,
        `bucket ${bucket}`,
        missing ? 'not there' : found,
        `Fix organisation.flowLogArchiveArn in config/${environment}.ts.`,
      ),
    ];
  },
};

export const authority: Check = {
  name: 'authority of the certificates',
  asks: ['acm-pca:DescribeCertificateAuthority'],
  because: 'the first certificates are signed while the collectors are deployed, which fails without them',
  async run({ privateCa }, { config: { environment, organisation } }) {
    const { certificateAuthorityArn: arn } = organisation;
    if (!arn) return [];
    const described = await unlessFails(
      ['ResourceNotFoundException'],
      privateCa.ask('DescribeCertificateAuthority', { CertificateAuthorityArn: arn }),
    );
    const { Status, NotAfter = 0, UsageMode } = described?.CertificateAuthority ?? { Status: 'not there' };
    const days = Math.floor((NotAfter * 1000 - Date.now()) / 86_400_000);
    const wrong = [
      ...(Status === 'ACTIVE' ? [] : [Status]),
      ...(UsageMode === 'SHORT_LIVED_CERTIFICATE' ? ['it signs for seven days at most'] : []),
      ...(Status !== 'ACTIVE' || days >= validityDays
        ? []
        : [`it ends in ${days} days, certificates in ${validityDays}`]),
    ];
    return [
      answer(
        wrong.length === 0,
        arn,
        wrong.join('; ') || `active for ${days} days`,
        `Have it shared with this account, or given a new certificate; or name another as organisation.certificateAuthorityArn in config/${environment}.ts.`,
      ),
    ];
  },
};

/** Whom, of services and their roles, the policy of a key must name. */
const users = (region: string) => ({
  logs: regionalService('logs', region),
  volumes: 'AWSServiceRoleForAutoScaling',
  secrets: undefined,
  topics: 'cloudwatch.amazonaws.com',
});

export const keys: Check = {
  name: 'keys of the organisation',
  asks: ['kms:DescribeKey', 'kms:GetKeyPolicy'],
  because: 'log groups are refused by a key that does not know them, and instances die at their start',
  async run({ kms }, { config: { environment, organisation, store, region } }) {
    const { logs, volumes, secrets, topics } = organisation.keyArns;
    const given = Object.entries({ logs, volumes, secrets, topics }).map(([purpose, arn]) => ({
      setting: `organisation.keyArns.${purpose}`,
      arn,
      user: users(region)[purpose as keyof typeof organisation.keyArns],
    }));
    const judged = async (setting: string, KeyId: string, user?: string) => {
      const described = await unlessFails(['NotFoundException'], kms.send(new DescribeKeyCommand({ KeyId })));
      const { KeyState = 'not there', KeySpec } = described?.KeyMetadata ?? {};
      const { Policy = '' } =
        user && described ? await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' })) : {};
      const wrong = [
        ...(KeyState === 'Enabled' ? [] : [KeyState]),
        ...(!described || KeySpec === 'SYMMETRIC_DEFAULT' ? [] : [`of kind ${KeySpec}`]),
        ...(!described || !user || Policy.includes(user) ? [] : [`its policy does not name ${user}`]),
      ];
      return answer(
        wrong.length === 0,
        `${setting}: ${KeyId}`,
        wrong.join('; ') || 'enabled, symmetric',
        `docs/adopt.md says what its policy must; or name another as ${setting} in config/${environment}.ts.`,
      );
    };
    return Promise.all(
      [{ setting: 'store.keyArn', arn: store.keyArn, user: undefined }, ...given].flatMap(({ setting, arn, user }) =>
        arn ? [judged(setting, arn, user)] : [],
      ),
    );
  },
};
