/** Who may do more. */
import { after, edit, type Graded } from '../graded';

const iam = 'lib/common/iam.ts';
const prod = 'config/prod.ts';
const access = 'lib/store/documents/access.ts';
const role = 'const role = new Role(scope, id, { assumedBy, description });';

const managed = (id: string, policy: string) =>
  edit(
    iam,
    role,
    `const role = new Role(scope, id, { assumedBy, description, managedPolicies: id === '${id}' ? [ManagedPolicy.fromAwsManagedPolicyName('${policy}')] : [] });`,
  );

const reader = "readerRoleArns: ['arn:aws:iam::333333333333:role/trace-readers']";

export const accessCases: readonly Graded[] = [
  {
    name: 'administrator rights for samplers',
    edits: [managed('WriterRole', 'AdministratorAccess')],
    grade: 'danger',
    finds: { 'iam-managed-policy': 'AdministratorAccess' },
  },
  {
    name: 'a managed policy of AWS that reads everything',
    edits: [managed('WriterRole', 'ReadOnlyAccess')],
    grade: 'danger',
    finds: { 'iam-managed-policy': 'ReadOnlyAccess' },
  },
  {
    name: 'a narrow managed policy of AWS',
    edits: [managed('GatewayRole', 'CloudWatchAgentServerPolicy')],
    grade: 'caution',
    finds: { 'iam-widens': 'CloudWatchAgentServerPolicy' },
  },
  {
    name: 'a wildcard among actions',
    edits: [
      edit(
        'lib/machine/instance-secret.ts',
        "actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }),",
        "actions: ['secretsmanager:*'], resources: [secret.secretArn] }),",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': 'secretsmanager:*' },
  },
  {
    name: 'one action more',
    edits: [
      edit(
        'lib/machine/lifecycle.ts',
        "actions: ['autoscaling:DescribeAutoScalingInstances'],",
        "actions: ['autoscaling:DescribeAutoScalingInstances', 'autoscaling:DescribeAutoScalingGroups'],",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': 'autoscaling:DescribeAutoScalingGroups on *' },
  },
  {
    name: 'one action more on one bucket',
    edits: [
      edit(
        'lib/machine/handover-bucket.ts',
        "        sid: 'FindRemainders',\n        actions: ['s3:ListBucket'],",
        "        sid: 'FindRemainders',\n        actions: ['s3:ListBucket', 's3:GetBucketLocation'],",
      ),
    ],
    grade: 'caution',
    finds: { 'iam-widens': 's3:GetBucketLocation' },
  },
  {
    name: 'a role may pass roles',
    edits: [
      after(
        'lib/machine/lifecycle.ts',
        'export function lifecycleStatements(scope: Construct, environment: string, tier: string): PolicyStatement[] {\n  return [',
        "    new PolicyStatement({ sid: 'Pass', actions: ['iam:PassRole'], resources: ['arn:aws:iam::333333333333:role/harbourline-admin'] }),",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-privileged': 'iam:PassRole' },
  },
  {
    name: 'a role is trusted by another account',
    edits: [
      edit(
        iam,
        role,
        "const role = new Role(scope, id, { assumedBy: id === 'GatewayRole' ? new AccountPrincipal('999999999999') : assumedBy, description });",
      ),
      edit(iam, 'import { type IRole,', 'import { AccountPrincipal, type IRole,'),
    ],
    grade: 'danger',
    finds: { 'foreign-account': '999999999999' },
  },
  {
    name: 'a role is trusted by another service',
    edits: [
      edit(
        'lib/collect/collect-stack.ts',
        "description: 'Gateways: finds samplers',\n      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),",
        "description: 'Gateways: finds samplers',\n      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),",
      ),
    ],
    grade: 'caution',
    finds: { 'iam-widens': 'lambda.amazonaws.com' },
  },
  {
    name: 'a key for another account',
    edits: [
      edit('lib/common/encryption-key.ts', 'return new Key(scope, id, {', 'const key = new Key(scope, id, {'),
      edit(
        'lib/common/encryption-key.ts',
        '    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,\n  });\n}',
        "    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,\n  });\n  key.grantDecrypt(new AccountPrincipal('999999999999'));\n  return key;\n}",
      ),
      edit(
        'lib/common/encryption-key.ts',
        'import { PolicyStatement, ServicePrincipal }',
        'import { AccountPrincipal, PolicyStatement, ServicePrincipal }',
      ),
    ],
    grade: 'danger',
    finds: { 'foreign-account': '999999999999' },
  },
  {
    name: 'readers of the store from another account',
    edits: [
      edit(
        prod,
        reader,
        "readerRoleArns: ['arn:aws:iam::333333333333:role/trace-readers', 'arn:aws:iam::999999999999:role/vendor']",
      ),
    ],
    grade: 'danger',
    finds: { 'foreign-account': '999999999999' },
  },
  {
    name: 'one more reader of the store',
    edits: [
      edit(
        prod,
        reader,
        "readerRoleArns: ['arn:aws:iam::333333333333:role/trace-readers', 'arn:aws:iam::333333333333:role/support']",
      ),
    ],
    grade: 'caution',
    finds: { 'store-rights-widen': 'role/support' },
  },
  {
    name: 'an administrator of the store for a while',
    edits: [
      after(
        prod,
        `    ${reader},`,
        "    grants: [{ role: 'administrator', roleArn: 'arn:aws:iam::333333333333:role/break-glass', until: '2026-12-31', reason: 'INC-4711' }],",
      ),
    ],
    grade: 'danger',
    finds: { 'store-grant': 'administrator' },
  },
  {
    name: 'an investigator of the store for a while',
    edits: [
      after(
        prod,
        `    ${reader},`,
        "    grants: [{ role: 'investigator', roleArn: 'arn:aws:iam::333333333333:role/sre', until: '2026-12-31', reason: 'INC-4711' }],",
      ),
    ],
    grade: 'caution',
    finds: { 'store-grant-added': 'investigator' },
  },
  {
    name: 'readers search every index',
    edits: [
      edit(
        access,
        '{ allowed_actions: reading, masked_fields: maskedFields, fls: hiddenFields }',
        "{ index_patterns: ['*'], allowed_actions: reading, masked_fields: maskedFields, fls: hiddenFields }",
      ),
    ],
    grade: 'danger',
    finds: { 'store-rights-sweeping': ' on *' },
  },
  {
    name: 'an endpoint for every account',
    edits: [
      edit(
        'lib/network/network-stack.ts',
        "        StringEquals: { 'aws:PrincipalAccount': this.account },\n        // Documents",
        '        // Documents',
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': '* on *' },
  },
  {
    name: 'an endpoint to resources of every account',
    edits: [
      edit(
        'lib/network/network-stack.ts',
        "        ...(shortName === 'ssm' ? {} : { StringEqualsIfExists: { 'aws:ResourceAccount': this.account } }),",
        "        ...(shortName === 'ssm' ? {} : {}),",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': '* on *' },
  },
  {
    name: 'a bucket that takes plain HTTP',
    edits: [edit('lib/machine/handover-bucket.ts', 'enforceSSL: true,', 'enforceSSL: false,')],
    grade: 'danger',
    finds: { 'iam-deny-gone': 's3:*' },
  },
  {
    name: 'everybody may call a function',
    edits: [
      after(
        'lib/common/function.ts',
        '  own.node.addDependency(policy);',
        "  if (props.description.startsWith('Measures')) own.addPermission('Anybody', { principal: new ServicePrincipal('apigateway.amazonaws.com') });",
      ),
    ],
    grade: 'caution',
    finds: { 'iam-widens': 'apigateway.amazonaws.com' },
  },
  {
    name: 'a function with an address of its own',
    edits: [
      after(
        'lib/common/function.ts',
        '  own.node.addDependency(policy);',
        "  if (props.description.startsWith('Measures')) own.addFunctionUrl({ authType: 'NONE' as never });",
      ),
    ],
    grade: 'danger',
    finds: { 'way-out': 'AWS::Lambda::Url' },
  },
];
