/** The `organisation` section: what an organisation asks of everything in its accounts. Each is optional, and does nothing by default. */
import { z } from 'zod';
import { keyArn, section, text } from './fields';

/** Placeholders that CDK resolves in a boundary: developer guide, "Permissions boundaries". */
const placeholder = '\\$\\{(?:Qualifier|AWS::Partition|AWS::Region|AWS::AccountId)\\}';
const policyName = `(?:[\\w+=,.@/-]|${placeholder})+`;
const account = '(?:\\d{12}|\\$\\{AWS::AccountId\\})';
const partition = '(?:[a-z-]+|\\$\\{AWS::Partition\\})';

/** Of a stage: each side of the border has a bootstrap and boundaries of its own. */
export const ofAccount = {
  /**
   * Permissions boundary of every role, those that the CDK makes included: the name of a managed policy of the account, or its
   * ARN. `${Qualifier}`, `${AWS::Partition}`, `${AWS::Region}` and `${AWS::AccountId}` are resolved in it. @default none
   */
  permissionsBoundary: text(
    'HL-ORG-004',
    new RegExp(`^(?:arn:${partition}:iam::${account}:policy/)?${policyName}$`),
    'This is neither the name of a managed policy nor its ARN.',
    'Write a name such as developer-boundary, or the whole ARN. Of placeholders, ${Qualifier}, ${AWS::Partition}, ${AWS::Region} and ${AWS::AccountId} are known.',
  ).optional(),
  /**
   * Qualifier of the bootstrap (`cdk bootstrap --qualifier`). Instances fetch from its bucket, and the VPC's endpoint admits it.
   * @default that of the context in cdk.json, or CDK's own
   */
  bootstrapQualifier: text(
    'HL-ORG-005',
    /^[a-z0-9]{1,10}$/,
    'This is not the qualifier of a bootstrap.',
    'Use up to ten lower-case letters and digits, as given to cdk bootstrap --qualifier.',
  ).optional(),
};

export const organisation = section({
  ...ofAccount,
  /**
   * What names of resources begin with, instead of `harbourline-`: `bank-trc-`. Stacks have it too, in front, and with them all that
   * CloudFormation names. With the environment's name at most 28 characters: the domain has no more. docs/adopt.md lists what
   * cannot have it. On what is deployed it cannot be changed: other stacks are made. @default none: `harbourline-`, and stacks by their environment
   */
  namePrefix: text(
    'HL-ORG-011',
    /^(?!aws|amazon|amzn|ssm|xn--|sthree-)(?=.{2,20}$)[a-z][a-z0-9]*(-[a-z0-9]+)*-$/,
    'Names of buckets, parameters and domains cannot begin like this.',
    'Use 2 to 20 lower-case letters, digits and single hyphens, a letter first and a hyphen last; not aws, amazon, amzn, ssm or sthree- in front.',
  ).optional(),
  /**
   * Tags of every resource that takes tags, such as the cost centre. At most 40: AWS takes 50, and some are CDK's and ours.
   * Keys of `aws:` and `harbourline:` are taken. @default none
   */
  tags: z
    .record(
      text(
        'HL-ORG-006',
        /^(?!aws:|harbourline:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/iu,
        'This cannot be the key of a tag of your own.',
        'Use up to 128 letters, digits, spaces and _ . : / = + - @, without aws: or harbourline: in front.',
      ),
      text(
        'HL-ORG-007',
        /^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u,
        'This cannot be the value of a tag.',
        'Use up to 256 letters, digits, spaces and _ . : / = + - @.',
      ),
    )
    .refine((tags) => Object.keys(tags).length <= 40, {
      error: 'These are more tags than fit: AWS takes 50 of a resource, and some are not yours.',
      params: { code: 'HL-ORG-008', fix: 'Name 40 or fewer.' },
    })
    .default({}),
  /**
   * Bucket of a log archive that gets the VPC's flow logs too, in any account of the organisation. Its policy must admit
   * `delivery.logs.amazonaws.com` for this account. @default none: the account's own log group alone
   */
  flowLogArchiveArn: text(
    'HL-ORG-009',
    /^arn:[a-z-]+:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w./-]+)?$/,
    'This is not the ARN of a bucket.',
    'Write arn:aws:s3::: and the name of the bucket, with a folder if you like.',
  ).optional(),
  /**
   * Keys that exist and encrypt what is not the domain (`store.keyArn`): symmetric, of the environment's account and region. The
   * stack makes none for what has one. Their policies are their owners', and say what docs/adopt.md lists. @default keys of the stacks
   */
  keyArns: section({
    /** Log groups. */
    logs: keyArn.optional(),
    /** Disks of gateways, samplers and relays, and the bucket of what an instance leaves when it goes. */
    volumes: keyArn.optional(),
    /** Secrets: certificates, and what pseudonyms are made of. */
    secrets: keyArn.optional(),
    /** Topics of alarms that the stack makes: not those that `observe.notify` names. */
    topics: keyArn.optional(),
  }).prefault({}),
  /**
   * Authority in AWS Private CA that signs the certificates of gateways, samplers, relays and agents: of this region, of this account
   * or shared with it by Resource Access Manager, in general-purpose mode. Its key is RSA, or ECDSA over P-256, P-384 or P-521.
   * Collectors admit whoever has a certificate of it, so it should sign for nothing else. @default none: one of our own, whose key is
   * forgotten when it has signed (ADR 6)
   */
  certificateAuthorityArn: text(
    'HL-ORG-010',
    /^arn:[a-z-]+:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[0-9a-f-]{36}$/,
    'This is not the ARN of an authority in AWS Private CA.',
    'Write the ARN as acm-pca list-certificate-authorities prints it.',
  ).optional(),
});
