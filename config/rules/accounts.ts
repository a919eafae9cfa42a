/** Accounts and keys: what is of one partition and region is nothing in another. */
import { must, type Rule, rule } from './rule';

/** A key of a bootstrap's bucket, which must be where the bucket is. */
const bucketKey = (path: string, keyArn: string | undefined, partition: string, region: string) =>
  must(
    'HL-ACCOUNT-001',
    keyArn === undefined || keyArn.startsWith(`arn:${partition}:kms:${region}:`),
    path,
    keyArn,
    "S3 encrypts with a key of the bucket's own partition and region: this one cannot be of that bucket.",
    `Name the key of the bucket: it begins with arn:${partition}:kms:${region}:`,
  );

export const accountRules: readonly Rule[] = [
  rule(['environment', 'organisation.namePrefix'], ({ environment, organisation: { namePrefix = '' } }) =>
    must(
      'HL-ORG-012',
      namePrefix === '' || namePrefix.length + environment.length <= 28,
      'organisation.namePrefix',
      namePrefix,
      `With ${environment} it has ${namePrefix.length + environment.length} characters, and the name of a domain has room for 28.`,
      `Use ${28 - environment.length} characters or fewer, or a shorter name of the environment.`,
    ),
  ),
  rule(['assetsKeyArn', 'clients', 'region', 'link.analysis'], ({ assetsKeyArn, clients, region, link }) => [
    ...bucketKey('assetsKeyArn', assetsKeyArn, 'aws', region),
    ...clients.flatMap((client, index) =>
      bucketKey(`clients[${index}].assetsKeyArn`, client.assetsKeyArn, 'aws', client.region),
    ),
    ...(link?.analysis
      ? bucketKey('link.analysis.assetsKeyArn', link.analysis.assetsKeyArn, 'aws-cn', link.analysis.region)
      : []),
  ]),
  rule(
    ['organisation.certificateAuthorityArn', 'region'],
    ({ organisation: { certificateAuthorityArn: arn }, region }) =>
      must(
        'HL-ACCOUNT-003',
        arn === undefined || arn.startsWith(`arn:aws:acm-pca:${region}:`),
        'organisation.certificateAuthorityArn',
        arn,
        'Resource Access Manager shares an authority within its own region, and machines here could not renew while another region is away.',
        `Name an authority that begins with arn:aws:acm-pca:${region}: or leave it out.`,
      ),
  ),
  rule(['organisation.keyArns', 'account', 'region'], ({ organisation: { keyArns }, account, region }) =>
    Object.entries(keyArns).flatMap(([purpose, arn]) =>
      must(
        'HL-ACCOUNT-004',
        arn === undefined || arn.startsWith(`arn:aws:kms:${region}:${account}:`),
        `organisation.keyArns.${purpose}`,
        arn,
        'What a key encrypts is in its own region; one of another account was never tried.',
        `Name a key that begins with arn:aws:kms:${region}:${account}:`,
      ),
    ),
  ),
  rule(['account', 'link.analysis'], ({ account, link }) =>
    must(
      'HL-ACCOUNT-002',
      link?.analysis?.account !== account,
      'link.analysis.account',
      link?.analysis?.account,
      "It is the environment's own account: no account is in both partitions, and raw traces would be where aggregates go.",
      'Name the account of partition aws-cn.',
    ),
  ),
];
