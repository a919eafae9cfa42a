/** Who may do more: kinds that no earlier case has. */
import { after, edit, type Graded } from '../graded';

const iam = 'lib/common/iam.ts';
const access = 'lib/store/documents/access.ts';
const store = 'lib/store/domain.ts';
const role = 'const role = new Role(scope, id, { assumedBy, description });';
const only = 'const role = new Role(scope, id, { assumedBy, description,';
const key = '    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,\n  });\n}';
const ownKey = (statement: string) => [
  edit('lib/common/encryption-key.ts', 'return new Key(scope, id, {', 'const key = new Key(scope, id, {'),
  edit(
    'lib/common/encryption-key.ts',
    key,
    `${key.slice(0, -1)}  key.addToResourcePolicy(${statement});\n  return key;\n}`,
  ),
];

export const accessMore: readonly Graded[] = [
  {
    name: 'sessions of a role for twelve hours',
    edits: [edit(iam, role, `${only} maxSessionDuration: require('aws-cdk-lib').Duration.hours(12) });`)],
    grade: 'caution',
    finds: { 'lives-longer': 'MaxSessionDuration' },
  },
  {
    name: 'a policy in a role itself',
    edits: [
      edit(
        iam,
        role,
        `${only} inlinePolicies: id === 'GatewayRole' ? { ops: require('aws-cdk-lib/aws-iam').PolicyDocument.fromJson({ Statement: [{ Effect: 'Allow', Action: 'ec2:*', Resource: '*' }] }) } : {} });`,
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': 'ec2:*' },
  },
  {
    name: 'all but some actions',
    edits: [
      edit(
        'lib/machine/instance-secret.ts',
        "new PolicyStatement({ sid, actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }),",
        "new PolicyStatement({ sid, notActions: ['iam:*'], resources: [secret.secretArn] }),",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': 'all but' },
  },
  {
    name: 'a user with rights of its own',
    edits: [
      after(
        iam,
        '  if (statements) attach(scope, `${id}Policy`, role, statements);',
        "  if (id === 'GatewayRole') new (require('aws-cdk-lib/aws-iam').User)(scope, 'Support');",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-long-lived': 'AWS::IAM::User' },
  },
  {
    name: 'flow logs of any account may take the role',
    edits: [
      edit(
        'lib/network/network-stack.ts',
        "      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com').withConditions({\n        StringEquals: { 'aws:SourceAccount': this.account },\n      }),",
        "      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com'),",
      ),
    ],
    grade: 'caution',
    finds: { 'iam-widens': 'vpc-flow-logs.amazonaws.com' },
  },
  {
    name: 'a key for everybody',
    edits: ownKey(
      "new PolicyStatement({ principals: [new (require('aws-cdk-lib/aws-iam').AnyPrincipal)()], actions: ['kms:Decrypt'], resources: ['*'] })",
    ),
    grade: 'danger',
    finds: { 'iam-sweeping': 'kms:Decrypt' },
  },
  {
    name: 'a key that a role may give away',
    edits: ownKey(
      "new PolicyStatement({ principals: [new (require('aws-cdk-lib/aws-iam').ArnPrincipal)('arn:aws:iam::333333333333:role/support')], actions: ['kms:CreateGrant', 'kms:PutKeyPolicy'], resources: ['*'] })",
    ),
    grade: 'danger',
    finds: { 'iam-privileged': 'kms:CreateGrant' },
  },
  {
    name: 'a key outside the service that used it',
    edits: [
      edit(
        'lib/machine/instance-secret.ts',
        "    conditions: {\n      StringEquals: { 'kms:ViaService': `secretsmanager.${key.stack.region}.amazonaws.com` },\n      StringLike: { 'kms:EncryptionContext:SecretARN': secretArn },\n    },",
        '',
      ),
    ],
    grade: 'caution',
    finds: { 'iam-widens': 'kms:Decrypt' },
  },
  {
    name: 'every role of a client reads the pseudonyms',
    edits: [
      edit(
        'lib/machine/instance-secret.ts',
        "const roles = { ArnEquals: { 'aws:PrincipalArn': [...roleArns] } };",
        'const roles = {}; void roleArns;',
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': 'secretsmanager:GetSecretValue' },
  },
  {
    name: 'instances read every parameter',
    edits: [
      edit(
        'lib/machine/fleet.ts',
        "      'ssm:UpdateInstanceInformation',\n",
        "      'ssm:UpdateInstanceInformation',\n      'ssm:GetParameters',\n",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': 'ssm:GetParameters on *' },
  },
  {
    name: 'instances answer hooks of other tiers',
    edits: [edit('lib/machine/lifecycle.ts', "          'aws:ResourceTag/harbourline:tier': tier,\n", '')],
    grade: 'caution',
    finds: { 'iam-widens': 'CompleteLifecycleAction' },
  },
  {
    name: 'a tier reads what others handed over',
    edits: [edit('lib/machine/handover-bucket.ts', '[`${tier}/*`, `claims/${tier}/*`]', '[`*`, `claims/${tier}/*`]')],
    grade: 'caution',
    finds: { 'iam-widens': 's3:GetObject' },
  },
  {
    name: 'a bucket that a service of AWS writes to',
    edits: [
      edit(
        'lib/machine/handover-bucket.ts',
        '    acknowledge(\n      this.bucket,\n      {',
        "    this.bucket.addToResourcePolicy(new PolicyStatement({ principals: [new (require('aws-cdk-lib/aws-iam').ServicePrincipal)('logging.s3.amazonaws.com')], actions: ['s3:PutObject'], resources: [this.bucket.arnForObjects('*')] }));\n    acknowledge(\n      this.bucket,\n      {",
      ),
    ],
    grade: 'caution',
    finds: { 'iam-widens': 'logging.s3.amazonaws.com' },
  },
  {
    name: 'writers of the store may delete',
    edits: [
      edit(
        access,
        "'indices:data/write/bulk*', 'indices:admin/mapping/put'] },",
        "'indices:data/write/bulk*', 'indices:data/write/delete', 'indices:admin/mapping/put'] },",
      ),
    ],
    grade: 'danger',
    finds: { 'store-rights-sweeping': 'indices:data/write/delete' },
  },
  {
    name: 'readers change what is shared',
    edits: [
      edit(
        access,
        "const sharedObjects = [{ tenant_patterns: [dashboardsTenant], allowed_actions: ['kibana_all_read'] }];",
        "const sharedObjects = [{ tenant_patterns: [dashboardsTenant], allowed_actions: ['kibana_all_write'] }];",
      ),
    ],
    grade: 'caution',
    finds: { 'store-rights-widen': 'kibana_all_write' },
  },
  {
    name: 'one field less is masked',
    edits: [
      edit(
        access,
        "  'status.message',\n  'harbourline.personal',\n];\n\n/** What only",
        "  'harbourline.personal',\n];\n\n/** What only",
      ),
    ],
    grade: 'danger',
    finds: { 'store-unmasked': 'status.message' },
  },
  {
    name: 'every user of the store is a reader',
    edits: [edit(access, '({ backend_roles, hosts: [], users: [],', "({ backend_roles, hosts: [], users: ['*'],")],
    grade: 'danger',
    finds: { 'store-rights-sweeping': 'user *' },
  },
  {
    name: 'a master by name and password',
    edits: [edit(store, '        masterUserArn: props.master.roleArn,\n', "        masterUserName: 'admin',\n")],
    grade: 'danger',
    finds: { 'store-master': 'InternalUserDatabaseEnabled' },
  },
  {
    name: 'the domain speaks with everybody',
    edits: [
      edit(
        store,
        '            ...props.principals.map((role) => role.grantPrincipal),\n',
        '            ...props.principals.map((role) => role.grantPrincipal),\n            new AnyPrincipal(),\n',
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': '*' },
  },
  {
    name: 'a function acts as another role',
    edits: [
      edit(
        'lib/common/function.ts',
        "  const role = given ?? lambdaRole(scope, 'Role', props.description);",
        "  const role = given ?? (props.description.startsWith('Measures') ? require('aws-cdk-lib/aws-iam').Role.fromRoleArn(scope, 'Role', 'arn:aws:iam::333333333333:role/ops') : lambdaRole(scope, 'Role', props.description));",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-other-role': 'role/ops' },
  },
];
