/** Who may do more: a third round of kinds. */
import { after, edit, type Graded } from '../graded';

const fleet = 'lib/machine/fleet.ts';
const agent = 'lib/collect/agent.ts';
const collect = 'lib/collect/collect-stack.ts';
const prod = 'config/prod.ts';
const lifecycle = 'lib/machine/lifecycle.ts';
const gatewayRole =
  "description: 'Gateways: finds samplers',\n      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),";
const statements = 'tier: string): PolicyStatement[] {\n  return [';

/** One statement more for every instance. */
const mayAlso = (text: string) => after(lifecycle, statements, `    new PolicyStatement(${text}),`);

export const rights: readonly Graded[] = [
  {
    name: 'instances decrypt with every key',
    edits: [
      edit(
        fleet,
        "      'ssm:UpdateInstanceInformation',\n",
        "      'ssm:UpdateInstanceInformation',\n      'kms:Decrypt',\n",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': 'kms:Decrypt on *' },
  },
  {
    name: 'everybody of the account may be a gateway',
    edits: [
      edit(
        collect,
        gatewayRole,
        "description: 'Gateways: finds samplers',\n      assumedBy: new (require('aws-cdk-lib/aws-iam').AccountRootPrincipal)(),",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': 'the own account: sts:AssumeRole' },
  },
  {
    name: 'a role may pass a role, in one region',
    edits: [
      mayAlso(
        "{ actions: ['iam:PassRole'], resources: ['arn:aws:iam::333333333333:role/ops'], conditions: { StringEquals: { 'aws:RequestedRegion': 'ap-east-1' } } }",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-privileged': 'iam:PassRole' },
  },
  {
    name: 'instances delete their log',
    edits: [
      mayAlso(
        "{ actions: ['logs:DeleteLogStream'], resources: ['arn:aws:logs:ap-east-1:333333333333:log-group:/harbourline/prod/metrics:*'] }",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-privileged': 'logs:DeleteLogStream' },
  },
  {
    name: 'instances write parameters of agents',
    edits: [
      mayAlso(
        "{ actions: ['ssm:PutParameter'], resources: ['arn:aws:ssm:ap-east-1:333333333333:parameter/harbourline/prod/agent/gateway-endpoint'] }",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-privileged': 'ssm:PutParameter' },
  },
  {
    name: 'service nodes read every parameter',
    edits: [
      edit(
        agent,
        '          resources: parameters.map(({ parameterArn }) => parameterArn),',
        "          resources: ['*'],",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': 'ssm:GetParameter on *' },
  },
  {
    name: 'every node of a client reads the certificate of agents',
    edits: [
      edit(
        'lib/machine/instance-secret.ts',
        "        sid: `NodesOf${account}`,\n        principals,\n        actions: ['secretsmanager:GetSecretValue'],\n        resources: ['*'],\n        conditions: roles,",
        "        sid: `NodesOf${account}`,\n        principals,\n        actions: ['secretsmanager:GetSecretValue'],\n        resources: ['*'],",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': 'secretsmanager:GetSecretValue on itself' },
  },
  {
    name: 'everybody of the account speaks with the store',
    edits: [
      edit(
        'lib/store/domain.ts',
        '            ...props.principals.map((role) => role.grantPrincipal),\n',
        "            ...props.principals.map((role) => role.grantPrincipal),\n            new (require('aws-cdk-lib/aws-iam').AccountRootPrincipal)(),\n",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': 'the own account: es:ESHttpGet' },
  },
  {
    name: 'a boundary for every role',
    edits: [
      edit(
        prod,
        "  account: '333333333333',\n",
        "  account: '333333333333',\n  organisation: { permissionsBoundary: 'ops' },\n",
      ),
    ],
    grade: 'note',
    finds: { 'iam-bounded': 'ops' },
  },
];
