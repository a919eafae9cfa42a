/** What may leave, or come in. */
import { after, edit, type Graded } from '../graded';

const network = 'lib/network/network-stack.ts';
const prod = 'config/prod.ts';
const allowlist = 'config/allowlists/prod.txt';
const sampler = 'lib/collector/sampler.ts';
const observed = '  if (email) own.addSubscription(new EmailSubscription(email));';

export const leaves: readonly Graded[] = [
  {
    name: 'a peering',
    edits: [
      edit(
        network,
        '  GatewayVpcEndpointAwsService,\n',
        '  CfnVPCPeeringConnection,\n  GatewayVpcEndpointAwsService,\n',
      ),
      after(
        network,
        '    this.addEndpoints();\n    this.addFlowLogs();',
        "    new CfnVPCPeeringConnection(this, 'Peering', { vpcId: this.vpc.vpcId, peerVpcId: 'vpc-0123456789abcdef0' });",
      ),
    ],
    grade: 'danger',
    finds: { 'way-out': 'VPCPeeringConnection' },
  },
  {
    name: 'an internet gateway and a NAT',
    edits: [
      edit(network, '      natGateways: 0,', '      natGateways: 1,'),
      edit(
        network,
        '        cidrMask: subnetMask(this.config, name),\n      })),',
        "        cidrMask: subnetMask(this.config, name),\n      })).concat({ name: 'out', subnetType: SubnetType.PUBLIC, cidrMask: 28 } as never),",
      ),
    ],
    grade: 'danger',
    finds: { 'network-open-to-all': '0.0.0.0/0' },
  },
  {
    name: 'SSH from the service VPCs',
    edits: [
      after(
        'lib/collect/gateways.ts',
        "    this.fleet.securityGroup.connections.allowFrom(securityGroup, Port.tcp(ports.health), 'Health checks');",
        "    this.fleet.securityGroup.addIngressRule(Peer.ipv4('10.32.0.0/16'), Port.tcp(22), 'Support');",
      ),
    ],
    grade: 'danger',
    finds: { 'network-opens-control': 'tcp 22' },
  },
  {
    name: 'more VPCs may send',
    edits: [edit(prod, "serviceVpcPrefixes: ['10.32.0.0/16'],", "serviceVpcPrefixes: ['10.32.0.0/15'],")],
    grade: 'caution',
    finds: { 'network-opens': '10.32.0.0/15' },
  },
  {
    name: 'a wider line of the allow-list',
    edits: [edit(allowlist, '10.32.4.0/28    10.22.1.20/32 ', '10.32.4.0/28    10.22.1.0/24  ')],
    grade: 'caution',
    finds: { 'flow-added': 'a flow is wider than' },
  },
  {
    name: 'a line of the allow-list for longer',
    edits: [edit(allowlist, 'NET-3204   2027-03-31', 'NET-3204   2027-09-30')],
    grade: 'caution',
    finds: { 'flow-terms': 'until 2027-09-30' },
  },
  {
    name: 'ACLs refuse nothing any more',
    edits: [
      edit(
        'lib/link/link-subnets.ts',
        '      egress(refused, Action.DENY, prefix, AclTraffic.allTraffic());\n      ingress(refused, Action.DENY, prefix, AclTraffic.allTraffic());',
        '      void [refused, prefix];',
      ),
    ],
    grade: 'danger',
    finds: { 'network-refusal-gone': '10.22.0.0/16' },
  },
  {
    name: 'the transit gateway accepts whoever asks',
    edits: [
      edit('lib/link/transit.ts', "autoAcceptSharedAttachments: 'disable'", "autoAcceptSharedAttachments: 'enable'"),
    ],
    grade: 'danger',
    finds: { 'way-out-opened': 'AutoAcceptSharedAttachments' },
  },
  {
    name: 'the firewall of the far end lets everything pass',
    edits: [edit('lib/link/far-end-linux.ts', '    counter name dropped drop\n', '    counter name dropped accept\n')],
    grade: 'caution',
    finds: { 'far-end-otherwise': 'counter name dropped accept' },
  },
  {
    name: 'tunnels of the far end with other timers',
    edits: [
      edit(
        'lib/link/far-end.ts',
        ' neighbor ${inside.amazon} timers connect 10`',
        ' neighbor ${inside.amazon} timers connect 60`',
      ),
    ],
    grade: 'caution',
    finds: { 'far-end-otherwise': 'timers connect 60' },
  },
  {
    name: 'spans to one place more',
    edits: [
      edit(
        sampler,
        "      ...relays,\n      'otlp_http/writer': {",
        "      ...relays,\n      'otlp_http/vendor': { endpoint: 'https://otlp.vendor.example' },\n      'otlp_http/writer': {",
      ),
      edit(
        sampler,
        "exporters: ['otlp_http/writer', ...Object.keys(forward)],",
        "exporters: ['otlp_http/writer', 'otlp_http/vendor', ...Object.keys(forward)],",
      ),
    ],
    grade: 'danger',
    finds: { 'collector-sends': 'otlp_http/vendor' },
  },
  {
    name: 'alarms are shown to a web address',
    edits: [
      edit('lib/observe/topics.ts', 'import { EmailSubscription }', 'import { EmailSubscription, UrlSubscription }'),
      after(
        'lib/observe/topics.ts',
        observed,
        "  if (id === 'Topic') own.addSubscription(new UrlSubscription('https://hooks.vendor.example/x'));",
      ),
    ],
    grade: 'caution',
    finds: { 'pager-changes': 'https https://hooks.vendor.example/x' },
  },
  {
    name: 'events go to the bus of another account',
    edits: [
      edit(
        'lib/observe/recovery.ts',
        'targets: [new SqsQueue(waiting)],',
        "targets: [new SqsQueue(waiting), { bind: () => ({ arn: 'arn:aws:events:ap-east-1:999999999999:event-bus/default' }) }],",
      ),
    ],
    grade: 'danger',
    finds: { 'foreign-account': '999999999999' },
  },
  {
    name: 'a bucket is copied to another',
    edits: [
      after(
        'lib/machine/handover-bucket.ts',
        '      versioned: false,',
        "      replicationRules: [{ destination: Bucket.fromBucketName(this, 'Copy', 'harbourline-copy') }],",
      ),
      edit('lib/machine/handover-bucket.ts', '      versioned: false,\n', '      versioned: true,\n'),
    ],
    grade: 'danger',
    finds: { 'way-out-opened': 'ReplicationConfiguration' },
  },
  {
    name: 'an output that shows a secret',
    edits: [
      edit(
        'lib/machine/pseudonyms.ts',
        "import { Construct } from 'constructs';",
        "import { CfnOutput } from 'aws-cdk-lib';\nimport { Construct } from 'constructs';",
      ),
      edit(
        'lib/machine/pseudonyms.ts',
        '    super(scope, id);',
        "    super(scope, id);\n    new CfnOutput(this, 'Shown', { value: '{{resolve:secretsmanager:pseudonyms:SecretString}}' });",
      ),
    ],
    grade: 'danger',
    finds: { 'output-reveals': 'resolve:secretsmanager' },
  },
  {
    name: 'a subnet whose machines get public addresses',
    edits: [
      after(
        network,
        '    this.addEndpoints();\n    this.addFlowLogs();',
        '    (this.vpc.isolatedSubnets[0]?.node.defaultChild as unknown as { mapPublicIpOnLaunch: boolean }).mapPublicIpOnLaunch = true;',
      ),
    ],
    grade: 'danger',
    finds: { 'network-open-to-all': 'opens everything to 0.0.0.0/0' },
  },
];
