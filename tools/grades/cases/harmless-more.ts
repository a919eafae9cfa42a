/** What must not be a finding: more of it. A note at most. */
import { after, edit, type Graded } from '../graded';

const prod = 'config/prod.ts';
const key = 'lib/common/encryption-key.ts';
const fleet = 'lib/machine/fleet.ts';
const network = 'lib/network/network-stack.ts';
const iam = 'lib/common/iam.ts';

export const harmlessMore: readonly Graded[] = [
  {
    name: 'keys that rotate twice a year',
    edits: [
      edit(
        key,
        '    enableKeyRotation: true,\n',
        "    enableKeyRotation: true,\n    rotationPeriod: require('aws-cdk-lib').Duration.days(180),\n",
      ),
    ],
    grade: 'note',
    finds: { 'key-safer': 'RotationPeriodInDays' },
  },
  {
    name: 'the default of a key, written down',
    edits: [
      edit(
        key,
        '    enableKeyRotation: true,\n',
        "    enableKeyRotation: true,\n    pendingWindow: require('aws-cdk-lib').Duration.days(30),\n",
      ),
    ],
    grade: 'note',
    finds: { 'key-safer': 'PendingWindowInDays' },
  },
  {
    name: 'an output more',
    edits: [
      after(
        network,
        '    this.addEndpoints();\n    this.addFlowLogs();',
        "    new (require('aws-cdk-lib').CfnOutput)(this, 'Zones', { value: `${network.availabilityZones.length}` });",
      ),
    ],
    grade: 'note',
    finds: { 'output-otherwise': 'is added' },
  },
  {
    name: 'certificates are renewed more often',
    edits: [
      edit(
        'lib/machine/certificates.ts',
        'Schedule.rate(Duration.days(renewalDays))',
        'Schedule.rate(Duration.days(renewalDays / 2))',
      ),
    ],
    grade: 'note',
    finds: { 'schedule-more-often': '15 days' },
  },
  {
    name: 'instances live shorter',
    edits: [edit(fleet, 'maxInstanceLifetime: Duration.days(lifetimeDays)', 'maxInstanceLifetime: Duration.days(7)')],
    grade: 'note',
    finds: { 'lives-shorter': 'MaxInstanceLifetime' },
  },
  {
    name: 'more gateways at most',
    edits: [edit(prod, 'maxInstances: 12,', 'maxInstances: 15,')],
    grade: 'note',
    finds: { 'fleet-grows': 'MaxSize: 12 → 15', 'alarm-follows': 'MaxSize of the group, 12 → 15' },
  },
  {
    name: 'another name that people read of a topic',
    edits: [edit('lib/observe/topics.ts', "'Harbourline alarms'", "'Harbourline: alarms'")],
    grade: 'nothing',
  },
  {
    name: 'rules of a security group in another order',
    edits: [
      edit(
        'lib/collect/gateways.ts',
        'for (const prefix of props.clientPrefixes) {',
        'for (const prefix of [...props.clientPrefixes].reverse()) {',
      ),
    ],
    grade: 'nothing',
  },
  {
    name: 'something is denied that nobody could',
    edits: [
      after(
        'lib/machine/lifecycle.ts',
        'tier: string): PolicyStatement[] {\n  return [',
        "    new PolicyStatement({ effect: 'Deny' as never, actions: ['iam:*'], resources: ['*'] }),",
      ),
    ],
    grade: 'note',
    finds: { 'iam-narrows': 'now denies iam:*' },
  },
  {
    name: 'a role that is trusted under one condition more',
    edits: [
      edit(
        iam,
        'const role = new Role(scope, id, { assumedBy, description });',
        "const role = new Role(scope, id, { assumedBy: id === 'FlowLogsRole' ? (assumedBy as import('aws-cdk-lib/aws-iam').ServicePrincipal).withConditions({ ArnLike: { 'aws:SourceArn': 'arn:aws:ec2:ap-east-1:333333333333:vpc-flow-log/*' } }) : assumedBy, description });",
      ),
    ],
    grade: 'note',
    finds: { 'iam-narrows': 'no longer allows' },
  },
  {
    name: 'a function with more memory',
    edits: [edit('lib/common/function.ts', 'memorySize: 256,', 'memorySize: 512,')],
    grade: 'note',
    finds: { 'function-has-more': 'MemorySize' },
  },
  {
    name: 'a description of a function and of a role',
    edits: [
      edit(
        'lib/store/check.ts',
        "description: 'Measures the age of what the trace store holds,",
        "description: 'Says the age of what the trace store holds,",
      ),
      edit(
        'lib/collect/collect-stack.ts',
        "description: 'Gateways: finds samplers'",
        "description: 'Gateways: find samplers'",
      ),
    ],
    grade: 'nothing',
  },
  {
    name: 'types of a function',
    edits: [
      edit(
        'lib/machine/certificates.issue.ts',
        'const trustedAuthorities = 3;',
        'const trustedAuthorities: number = 3;',
      ),
    ],
    grade: 'nothing',
  },
  {
    name: 'names of constants in the sources',
    edits: [
      edit(
        'lib/collect/gateways.ts',
        'const deregistrationSeconds = 60;',
        'const leavingSeconds = 60;\nconst deregistrationSeconds = leavingSeconds;',
      ),
    ],
    grade: 'nothing',
  },
  {
    name: 'packages of instances in another order',
    edits: [edit(fleet, "packages: ['jq', 'unzip',", "packages: ['unzip', 'jq',")],
    grade: 'note',
    finds: { 'machine-comments': 'written otherwise' },
  },
  {
    name: 'a description of a parameter',
    edits: [
      edit(
        'lib/collect/agent.ts',
        "'host:port of the gateways', gatewayEndpoint)",
        "'Host and port of the gateways', gatewayEndpoint)",
      ),
    ],
    grade: 'nothing',
  },
  {
    name: 'a comment in the configuration',
    edits: [edit(prod, '    shards: 3,\n', '    shards: 3,\n    // Three nodes each.\n')],
    grade: 'nothing',
  },
  {
    name: 'the name of a firewall rule group for people',
    edits: [
      edit(
        'lib/link/inspection.ts',
        'description: link.allowlist.file,',
        'description: `Lines of ${link.allowlist.file}`,',
      ),
    ],
    grade: 'nothing',
  },
];
