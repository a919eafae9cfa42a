import type { DangerousCase, Draft } from '../support';
import { inDocument, one, role } from './edits';

const writer = (draft: Draft) =>
  draft.properties('Store', 'AWS::IAM::ManagedPolicy', 'AccessBootstrap').PolicyDocument.Statement[0];

/** What the policies of secrets say of nodes of other accounts. */
const certificates = (draft: Draft): any[] =>
  draft.properties('Collect', 'AWS::SecretsManager::ResourcePolicy').ResourcePolicy.Statement;

/** The statement that gives one role of another account the key of certificates. */
const shared = (draft: Draft): any =>
  draft
    .properties('Collect', 'AWS::KMS::Key', 'CertificatesKey')
    .KeyPolicy.Statement.find((each: any) => each.Condition?.ArnEquals);

/** Who may do more, and what is lived with. */
export const access: readonly DangerousCase[] = [
  {
    name: 'a role may do one thing more',
    edit: (draft) => {
      writer(draft).Action = [writer(draft).Action, 'logs:DescribeLogGroups'].flat();
    },
    finds: { 'iam-widens': 'logs:DescribeLogGroups' },
  },
  {
    name: 'a role may do everything',
    edit: (draft) => {
      writer(draft).Action = '*';
    },
    finds: { 'iam-sweeping': '* on' },
  },
  {
    name: 'a statement without its resource',
    edit: (draft) => {
      writer(draft).Resource = '*';
    },
    finds: { 'iam-sweeping': 'on *' },
  },
  {
    name: 'another account may assume a role',
    edit: (draft) => {
      draft.properties('Store', 'AWS::IAM::Role').AssumeRolePolicyDocument.Statement.push({
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::999999999999:root' },
      });
    },
    finds: { 'iam-sweeping': '999999999999', 'foreign-account': '999999999999' },
  },
  {
    name: 'everybody may speak to the domain',
    edit: (draft) => {
      draft.domain.AccessPolicies.Statement[0].Principal = { AWS: '*' };
    },
    finds: { 'iam-sweeping': '*: es:ESHttpGet' },
  },
  {
    name: 'any rule of any account may call a function',
    edit: (draft) => {
      delete draft.properties('Collect', 'AWS::Lambda::Permission').SourceArn;
    },
    finds: { 'iam-widens': 'lambda:InvokeFunction' },
  },
  {
    name: 'a condition is dropped',
    edit: (draft) => {
      delete draft.properties('Network', 'AWS::EC2::VPCEndpoint', 'VpcS3').PolicyDocument.Statement[0].Condition;
    },
    finds: { 'iam-sweeping': 's3:GetObject' },
  },
  {
    name: 'one of an account becomes anybody of it, by a wildcard',
    edit: (draft) => {
      const { Condition } = shared(draft);
      Condition.ArnLike = { 'aws:PrincipalArn': 'arn:aws:iam::333333333335:role/*' };
      delete Condition.ArnEquals;
    },
    finds: { 'iam-sweeping': 'kms:Decrypt' },
  },
  {
    name: 'one of an account becomes all but one of it',
    edit: (draft) => {
      const { Condition } = shared(draft);
      Condition.ArnNotEquals = Condition.ArnEquals;
      delete Condition.ArnEquals;
    },
    finds: { 'iam-sweeping': 'kms:Decrypt' },
  },
  {
    name: 'one role of an account becomes those whose names begin so',
    edit: (draft) => {
      const { Condition } = shared(draft);
      Condition.ArnLike = { 'aws:PrincipalArn': 'arn:aws:iam::333333333335:role/service-*' };
      delete Condition.ArnEquals;
    },
    finds: { 'iam-widens': 'kms:Decrypt' },
  },
  {
    name: 'a bucket may be reached without TLS',
    edit: (draft) => {
      draft.remove('Collect', 'AWS::S3::BucketPolicy');
    },
    finds: { 'iam-deny-gone': 'no longer denies *: s3:*' },
  },
  {
    name: 'a finding that is lived with elsewhere is lived with here, too',
    given: (draft) => {
      draft.resource('Store', 'AWS::Logs::LogGroup', 'TracesAuditLog').Metadata = {
        cdk_nag: { rules_to_suppress: [{ id: 'AwsSolutions-X1', reason: 'The audit log has to be so.' }] },
      };
    },
    edit: (draft) => {
      draft.resource('Store', 'AWS::Logs::LogGroup', 'TracesSlowSearchLog').Metadata = {
        cdk_nag: { rules_to_suppress: [{ id: 'AwsSolutions-X1', reason: 'The audit log has to be so.' }] },
      };
    },
    finds: { 'acknowledgment-added': 'AwsSolutions-X1' },
  },
  {
    name: 'another finding is lived with',
    edit: (draft) => {
      draft.resource('Store', 'AWS::OpenSearchService::Domain').Metadata = {
        cdk_nag: {
          rules_to_suppress: [{ id: 'AwsSolutions-OS5', reason: 'Nobody who is not known may connect, it is said.' }],
        },
      };
    },
    finds: { 'acknowledgment-added': 'AwsSolutions-OS5' },
  },
  one('an administrator of the store for a while', { 'store-grant': 'role/break-glass is administrator' }, (draft) => {
    draft.properties('Store', 'Custom::HarbourlineStoreDocuments').Grants = [
      { role: 'administrator', principal: 'arn:aws:iam::333333333333:role/break-glass', until: '2026-12-31' },
    ];
  }),
  one('an investigator of the store for a while', { 'store-grant-added': 'role/sre is investigator' }, (draft) => {
    draft.properties('Store', 'Custom::HarbourlineStoreDocuments').Grants = [
      { role: 'investigator', principal: 'arn:aws:iam::333333333333:role/sre', until: '2026-12-31' },
    ];
  }),
  one('the store writes down less of who did what', { 'store-audit-weakens': 'enable_rest: true → false' }, (draft) => {
    inDocument(draft, '"enable_rest":true', '"enable_rest":false');
  }),
  one(
    'a neighbour that was named by its roles may now be anybody of its account',
    { 'iam-sweeping': 'secretsmanager:GetSecretValue on itself' },
    (draft) => {
      for (const statement of certificates(draft)) delete statement.Condition;
    },
  ),
  one(
    'a role of a neighbour more: the policy of a secret speaks of that secret alone',
    { 'iam-widens': 'secretsmanager:GetSecretValue on itself if aws:PrincipalArn' },
    (draft) => {
      for (const { Condition } of certificates(draft))
        Condition.ArnEquals['aws:PrincipalArn'] = [
          ...[Condition.ArnEquals['aws:PrincipalArn']].flat(),
          'arn:aws:iam::333333333335:role/batch-node',
        ];
    },
  ),
  one('a role decrypts with every key', { 'iam-sweeping': 'kms:Decrypt on *' }, (draft) => {
    writer(draft).Action = ['kms:Decrypt'];
    writer(draft).Resource = '*';
  }),
  one(
    'tokens of others count',
    { 'iam-trust': 'https://tokens.vendor.example', replaced: 'OIDCProvider is replaced by Url' },
    (draft) => {
      draft.properties('Collect', 'AWS::IAM::OIDCProvider').Url = 'https://tokens.vendor.example';
    },
    (draft) =>
      draft.add('Collect', 'Provider', 'AWS::IAM::OIDCProvider', {
        Url: 'https://token.actions.githubusercontent.com',
      }),
  ),
  one('any branch may be a role', { 'iam-trust': 'repo:example/harbourline:*' }, (draft) => {
    role(draft).AssumeRolePolicyDocument.Statement.push({
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: { Ref: 'Provider' } },
      Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:example/harbourline:*' } },
    });
  }),
];
