/** What may leave, or come in: kinds that no earlier case has. */
import { after, edit, type Graded } from '../graded';

const network = 'lib/network/network-stack.ts';
const dns = 'lib/network/dns-firewall.ts';
const prod = 'config/prod.ts';
const allowlist = 'config/allowlists/prod.txt';
const fleet = 'lib/machine/fleet.ts';
const transit = 'lib/link/transit.ts';

export const leavesMore: readonly Graded[] = [
  {
    name: 'endpoints without a policy',
    edits: [
      edit(
        network,
        '      endpoint.addToPolicy(this.ownAccountOnly(service));\n',
        '      void [endpoint, this.ownAccountOnly];\n',
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': '*: * on *' },
  },
  {
    name: 'endpoints that answer the world',
    edits: [
      edit(
        network,
        "securityGroup.addIngressRule(Peer.ipv4(this.config.network.cidr), Port.tcp(443), 'AWS APIs from the VPC');",
        "securityGroup.addIngressRule(Peer.anyIpv4(), Port.tcp(443), 'AWS APIs from the VPC');",
      ),
    ],
    grade: 'danger',
    finds: { 'network-open-to-all': '0.0.0.0/0' },
  },
  {
    name: 'instances speak to every port',
    edits: [
      edit(
        fleet,
        'this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443),',
        'this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.allTcp(),',
      ),
    ],
    grade: 'danger',
    finds: { 'network-open-to-all': '0.0.0.0/0' },
  },
  {
    name: 'instances speak to anybody by any protocol',
    edits: [
      edit(
        fleet,
        '      description: props.description ?? `Collectors: ${tier}`,\n      allowAllOutbound: false,',
        '      description: props.description ?? `Collectors: ${tier}`,\n      allowAllOutbound: true,',
      ),
    ],
    grade: 'danger',
    finds: { 'network-open-to-all': '0.0.0.0/0' },
  },
  {
    name: 'every name is answered',
    edits: [
      edit(dns, "{ priority: 200, action: 'BLOCK', blockResponse: 'NXDOMAIN',", "{ priority: 200, action: 'ALLOW',"),
    ],
    grade: 'danger',
    finds: { 'way-out': 'FirewallRuleGroup' },
  },
  {
    name: 'one name more is answered',
    edits: [edit(dns, "      '*.in-addr.arpa',\n", "      '*.in-addr.arpa',\n      '*.vendor.example',\n")],
    grade: 'danger',
    finds: { 'way-out': 'FirewallDomainList' },
  },
  {
    name: 'whoever asks is connected',
    edits: [after(prod, '    entrance: {', '      privateLink: { acceptanceRequired: false },')],
    grade: 'danger',
    finds: { 'way-out-opened': 'AcceptanceRequired' },
  },
  {
    name: 'one account more may connect',
    edits: [after(prod, '    entrance: {', "      privateLink: { principals: ['999999999999'] },")],
    grade: 'danger',
    finds: { 'foreign-account': '999999999999' },
  },
  {
    name: 'kept traces go to a vendor, too',
    edits: [
      edit(
        prod,
        '    sampler: { instanceType',
        "    forward: { otlp: { endpoint: 'https://otlp.vendor.example:4318', prefix: '10.32.9.0/28' } },\n    sampler: { instanceType",
      ),
    ],
    grade: 'danger',
    finds: { 'collector-sends': 'vendor.example' },
  },
  {
    name: 'metrics of the account are streamed on',
    edits: [
      after(
        network,
        '    this.addEndpoints();\n    this.addFlowLogs();',
        "    new (require('aws-cdk-lib/aws-cloudwatch').CfnMetricStream)(this, 'Stream', { firehoseArn: 'arn:aws:firehose:ap-east-1:333333333333:deliverystream/out', outputFormat: 'json', roleArn: 'arn:aws:iam::333333333333:role/out' });",
      ),
    ],
    grade: 'danger',
    finds: { 'way-out': 'MetricStream' },
  },
  {
    name: 'a bucket that notifies of its objects',
    edits: [after('lib/machine/handover-bucket.ts', '      versioned: false,', '      eventBridgeEnabled: true,')],
    grade: 'caution',
  },
  {
    name: 'everybody publishes alarms',
    edits: [
      edit(
        'lib/observe/topics.ts',
        "      principals: [alarms],\n      actions: ['sns:Publish'],",
        "      principals: [new (require('aws-cdk-lib/aws-iam').AnyPrincipal)()],\n      actions: ['sns:Publish'],",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': 'sns:Publish' },
  },
  {
    name: 'alarms go to a queue of another account',
    edits: [
      after(
        'lib/observe/topics.ts',
        '  if (email) own.addSubscription(new EmailSubscription(email));',
        "  if (id === 'Topic') new (require('aws-cdk-lib/aws-sns').CfnSubscription)(stack, 'Copy', { topicArn: own.topicArn, protocol: 'sqs', endpoint: 'arn:aws:sqs:ap-east-1:999999999999:copy' });",
      ),
    ],
    grade: 'danger',
    finds: { 'foreign-account': '999999999999' },
  },
  {
    name: 'the far end announces a prefix more',
    edits: [edit(prod, "'10.22.2.0/24', '10.22.8.0/24'] },", "'10.22.2.0/24', '10.22.8.0/24', '10.22.9.0/24'] },")],
    grade: 'caution',
    finds: { 'far-end-otherwise': '10.22.9.0/24' },
  },
  {
    name: 'a default route into the transit gateway',
    edits: [
      edit(
        'lib/link/link-subnets.ts',
        '        destinationPrefixListId: all.attrPrefixListId,\n',
        "        destinationCidrBlock: '0.0.0.0/0',\n",
      ),
    ],
    grade: 'danger',
    finds: { 'network-open-to-all': '0.0.0.0/0' },
  },
  {
    name: 'attachments learn of each other by default',
    edits: [edit(transit, "defaultRouteTablePropagation: 'disable'", "defaultRouteTablePropagation: 'enable'")],
    grade: 'danger',
    finds: { 'way-out-opened': 'DefaultRouteTablePropagation' },
  },
  {
    name: 'gateways on the internet',
    edits: [edit('lib/collect/gateways.ts', 'internetFacing: false,', 'internetFacing: true,')],
    grade: 'danger',
    finds: { 'network-open-to-all': '0.0.0.0/0' },
  },
  {
    name: 'a flow of the allow-list with another port',
    edits: [edit(allowlist, '10.22.2.16/28   10.32.4.40/32    8443', '10.22.2.16/28   10.32.4.40/32    6379')],
    grade: 'caution',
    finds: { 'flow-added': '6379 (Redis)' },
  },
  {
    name: 'a flow of the allow-list is gone',
    edits: [
      edit(
        allowlist,
        '10.22.2.16/28   10.32.4.40/32    8443   settlement       NET-3205   2027-03-31   # settlement notifies payment\n',
        '',
      ),
    ],
    grade: 'caution',
    finds: { 'flow-gone': '10.32.4.40/32' },
  },
  {
    name: 'an answer of the firewall of the far end to everybody',
    edits: [
      edit(
        'lib/link/far-end-linux.ts',
        '    ct state established,related accept',
        '    ct state new,established,related accept',
      ),
    ],
    grade: 'caution',
    finds: { 'far-end-otherwise': 'ct state new' },
  },
  {
    name: 'the waiting function calls a web address',
    edits: [
      after(
        'lib/machine/settled.handler.ts',
        "import type { CdkCustomResourceResponse } from 'aws-lambda';",
        "void fetch('http://198.51.100.7/x');",
      ),
    ],
    grade: 'danger',
    finds: { 'program-reckless': '198.51.100.7' },
  },
];
