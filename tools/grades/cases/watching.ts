/** What protects, what is noticed, and who judges: a third round of kinds. */
import { after, edit, type Graded } from '../graded';

const prod = 'config/prod.ts';
const access = 'lib/store/documents/access.ts';
const inspection = 'lib/link/inspection.ts';
const recovery = 'lib/observe/recovery.ts';
const alarms = 'lib/observe/alarms/index.ts';
const workflow = '.github/workflows/deploy-stack.yml';

export const watching: readonly Graded[] = [
  {
    name: 'a queue in clear',
    edits: [
      edit(
        recovery,
        '      encryption: QueueEncryption.SQS_MANAGED,\n',
        '      encryption: QueueEncryption.UNENCRYPTED,\n',
      ),
    ],
    grade: 'danger',
    finds: { 'encryption-weakens': 'SqsManagedSseEnabled' },
  },
  {
    name: 'a queue that takes plain HTTP',
    edits: [edit(recovery, '      enforceSSL: true,\n', '')],
    grade: 'danger',
    finds: { 'iam-deny-gone': 'sqs:*' },
  },
  {
    name: 'the store takes plain HTTP',
    edits: [
      after(
        'lib/store/domain.ts',
        "    // OpenSearch Service asks at the domain's creation whether it may write.",
        "    (this.domain.node.defaultChild as CfnDomain).addPropertyOverride('DomainEndpointOptions.EnforceHTTPS', false);",
      ),
    ],
    grade: 'danger',
    finds: { 'encryption-weakens': 'EnforceHTTPS' },
  },
  {
    name: 'a shorter secret of the pseudonyms',
    edits: [edit('lib/machine/pseudonyms.ts', 'passwordLength: 64', 'passwordLength: 8')],
    grade: 'danger',
    finds: { 'secret-made-otherwise': 'PasswordLength: 64 → 8' },
  },
  {
    name: 'weaker tunnels',
    edits: [
      edit(
        'lib/link/profile.ts',
        "ike: { encryption: 'AES256-GCM-16', integrity: 'SHA2-384' },\n    esp: { encryption: 'AES256-GCM-16', integrity: 'SHA2-384' },\n    dhGroup: 20,\n  },\n  cbcIke",
        "ike: { encryption: 'AES128', integrity: 'SHA1' },\n    esp: { encryption: 'AES128', integrity: 'SHA1' },\n    dhGroup: 2,\n  },\n  cbcIke",
      ),
    ],
    grade: 'danger',
    finds: { 'vpn-tunnel': 'VpnTunnelOptionsSpecifications' },
  },
  {
    name: 'the firewall of the link may be deleted',
    edits: [edit(inspection, '      deleteProtection: production,\n', '      deleteProtection: false,\n')],
    grade: 'danger',
    finds: { 'encryption-weakens': 'DeleteProtection' },
  },
  {
    name: 'packets pass the firewall of the link unseen',
    edits: [
      edit(inspection, "statelessDefaultActions: ['aws:forward_to_sfe'],", "statelessDefaultActions: ['aws:pass'],"),
    ],
    grade: 'danger',
    finds: { 'guard-gone': 'aws:pass' },
  },
  {
    name: 'the firewall of names may be taken off by hand',
    edits: [
      edit(
        'lib/network/dns-firewall.ts',
        "mutationProtection: production ? 'ENABLED' : 'DISABLED'",
        "mutationProtection: 'DISABLED'",
      ),
    ],
    grade: 'danger',
    finds: { 'encryption-weakens': 'MutationProtection' },
  },
  {
    name: 'every key of an attribute is let through',
    edits: [
      edit(
        prod,
        "redaction: { allowedKeys: ['payment'], pseudonymKeys",
        "redaction: { allowedKeys: 'deny-list', pseudonymKeys",
      ),
    ],
    grade: 'danger',
    finds: { 'redaction-weakens': 'every key is let through' },
  },
  {
    name: 'an incident that never comes',
    edits: [
      edit(
        alarms,
        "incident === 'border' ? AlarmRule.allOf(symptoms, this.notOfHongKong()) : symptoms,",
        'AlarmRule.allOf(symptoms, AlarmRule.fromBoolean(false)),',
      ),
    ],
    grade: 'danger',
    finds: { 'nobody-paged': 'never' },
  },
  {
    name: 'some pages are filtered out',
    edits: [
      edit(
        'lib/observe/topics.ts',
        'own.addSubscription(new EmailSubscription(email));',
        "own.addSubscription(new EmailSubscription(email, { filterPolicy: { none: require('aws-cdk-lib/aws-sns').SubscriptionFilter.existsFilter() } }));",
      ),
    ],
    grade: 'danger',
    finds: { 'pager-filters': 'FilterPolicy' },
  },
  {
    name: 'nobody is notified in working hours',
    edits: [edit(prod, ", inform: { email: 'platform@example.com' } }", ' }')],
    grade: 'danger',
    finds: { 'nobody-paged': 'nobody listens' },
  },
  {
    name: 'a filter of the firewall counts nothing',
    edits: [edit(inspection, `'{ $.event.alert.action = "blocked" }'`, `'{ $.event.alert.action = "none" }'`)],
    grade: 'caution',
    finds: { 'watch-otherwise': 'FilterPattern' },
  },
  {
    name: 'the audit log is off',
    edits: [edit(access, '  enabled: true,\n  audit: {', '  enabled: false,\n  audit: {')],
    grade: 'danger',
    finds: { 'store-audit-weakens': 'enabled' },
  },
  {
    name: 'compliance is not written down',
    edits: [edit(access, '    internal_config: true,', '    internal_config: false,')],
    grade: 'danger',
    finds: { 'store-audit-weakens': 'internal_config' },
  },
  {
    name: 'spans that nothing deletes',
    edits: [
      edit(
        'lib/store/documents/retention.ts',
        "transitions: [{ state_name: 'deleted', conditions: { min_rollover_age: `${retentionDays}d` } }],",
        'transitions: [],',
      ),
    ],
    grade: 'caution',
    finds: { 'kept-longer': 'indefinitely' },
  },
  {
    name: 'the store is checked once a month',
    edits: [edit('lib/store/check.ts', 'Schedule.rate(Duration.hours(1))', 'Schedule.rate(Duration.days(30))')],
    grade: 'caution',
    finds: { 'schedule-otherwise': 'rate(30 days)' },
  },
  {
    name: 'an action of strangers in a workflow',
    edits: [
      edit(
        workflow,
        '      - uses: ./.github/actions/tools\n',
        '      - uses: ./.github/actions/tools\n      - uses: vendor/look@main\n',
      ),
    ],
    grade: 'danger',
    finds: { 'workflow-may-more': 'vendor/look@main' },
  },
  {
    name: 'packages run scripts where credentials are',
    edits: [
      edit(
        workflow,
        '      - run: npm ci --ignore-scripts --no-audit --no-fund',
        '      - run: npm ci --no-audit --no-fund',
      ),
    ],
    grade: 'danger',
    finds: { 'workflow-may-more': 'npm ci --no-audit' },
  },
  {
    name: 'nobody approves a deployment',
    edits: [
      edit(
        workflow,
        '    # Its required reviewers are the approval, and it holds ROLE_TO_EXECUTE.\n    environment: ${{ inputs.environment }}\n',
        '',
      ),
    ],
    grade: 'danger',
    finds: { 'workflow-may-more': 'no longer' },
  },
  {
    name: 'any branch is deployed',
    edits: [edit(workflow, "  prepare:\n    if: github.ref == 'refs/heads/main'\n", '  prepare:\n')],
    grade: 'danger',
    finds: { 'workflow-may-more': 'refs/heads/main' },
  },
  {
    name: 'packages from another registry',
    edits: [
      edit(
        'package.json',
        '"license": "Apache-2.0",',
        '"license": "Apache-2.0",\n  "publishConfig": { "registry": "https://npm.vendor.example" },',
      ),
    ],
    grade: 'danger',
    finds: { 'workflow-may-more': 'npm.vendor.example' },
  },
  {
    name: 'a package that comes from elsewhere',
    edits: [
      edit(
        'package-lock.json',
        '    "node_modules/yaml": {\n      "version": "2.9.1",\n',
        '    "node_modules/yaml": {\n      "version": "2.9.1",\n      "resolved": "https://npm.vendor.example/yaml/-/yaml-2.9.1.tgz",\n',
      ),
    ],
    grade: 'danger',
    finds: { 'packages-from-elsewhere': 'npm.vendor.example' },
  },
  {
    name: 'a feature flag of the CDK',
    edits: [edit('cdk.json', '"@aws-cdk/core:checkSecretUsage": true', '"@aws-cdk/core:checkSecretUsage": false')],
    grade: 'caution',
    finds: { 'judge-changes': 'is changed' },
  },
  {
    name: 'receivers of the mainland are open to others',
    edits: [
      after(
        'lib/analysis/receivers.ts',
        "    instances.connections.allowFrom(entrance, Port.tcp(ports.health), 'Health checks');",
        "    entrance.addIngressRule(Peer.ipv4('10.0.0.0/8'), Port.tcp(4318), 'Others');",
      ),
    ],
    grade: 'caution',
    finds: { 'network-opens': '10.0.0.0/8' },
  },
];
