/** What is noticed less, and what is harmless: kinds that no earlier case has. */
import { after, edit, type Graded } from '../graded';

const prod = 'config/prod.ts';
const alarms = 'lib/observe/alarms';
const network = 'lib/network/network-stack.ts';
const access = 'lib/store/documents/access.ts';
const fleet = 'lib/machine/fleet.ts';
const go = 'lib/collector/distribution/crossingprocessor/processor.go';

export const noticedMore: readonly Graded[] = [
  {
    name: 'an alarm looks back longer',
    edits: [
      edit(
        `${alarms}/index.ts`,
        'const { metric, threshold, comparison, minutes = 3, of = 5, missing }',
        'const { metric, threshold, comparison, minutes = 9, of = 15, missing }',
      ),
    ],
    grade: 'caution',
    finds: { 'alarm-laxer': 'fires after' },
  },
  {
    name: 'fewer minutes until an alarm',
    edits: [edit(`${alarms}/index.ts`, 'minutes = 3, of = 5, missing }', 'minutes = 2, of = 5, missing }')],
    grade: 'note',
    finds: { 'alarm-stricter': 'fires after' },
  },
  {
    name: 'a longer period inside an expression',
    edits: [
      edit(
        `${alarms}/budget.ts`,
        "{ name: '5 minutes', length: Duration.minutes(5), minimumBad",
        "{ name: '5 minutes', length: Duration.minutes(10), minimumBad",
      ),
    ],
    grade: 'caution',
    finds: { 'alarm-laxer': 'Period' },
  },
  {
    name: 'actions of alarms are switched off',
    edits: [
      edit(
        `${alarms}/index.ts`,
        '      treatMissingData: missing,\n',
        '      treatMissingData: missing,\n      actionsEnabled: false,\n',
      ),
    ],
    grade: 'danger',
    finds: { 'nobody-paged': 'switched off' },
  },
  {
    name: 'the border pages although Hong Kong is at fault',
    edits: [
      edit(
        `${alarms}/index.ts`,
        "incident === 'border' ? AlarmRule.allOf(symptoms, this.notOfHongKong()) : symptoms,",
        "incident === 'border' ? [this.notOfHongKong(), symptoms][1]! : symptoms,",
      ),
    ],
    grade: 'caution',
    finds: { 'alarm-laxer': 'AlarmRule' },
  },
  {
    name: 'an average instead of a sum',
    edits: [
      edit(
        `${alarms}/pipeline.ts`,
        "collector(environment, collectorMetrics.notQueued, 'sampler', 'Sum')",
        "collector(environment, collectorMetrics.notQueued, 'sampler', 'Average')",
      ),
    ],
    grade: 'caution',
    finds: { 'alarm-laxer': 'Average' },
  },
  {
    name: 'pages go to a topic of somebody else',
    edits: [
      edit(
        prod,
        "page: { email: 'platform-on-call@example.com' }",
        "page: { topicArn: 'arn:aws:sns:ap-east-1:999999999999:pages' }",
      ),
    ],
    grade: 'danger',
    finds: { 'foreign-account': '999999999999' },
  },
  {
    name: 'pages go to the other topic',
    edits: [
      edit(
        `${alarms}/index.ts`,
        'const page = new SnsAction(this.props.topics.page);',
        'const page = new SnsAction(this.props.topics.inform);',
      ),
    ],
    grade: 'caution',
    finds: { 'alarm-laxer': 'who is notified' },
  },
  {
    name: 'logs for a year and no longer',
    edits: [edit(prod, 'logRetentionDays: 400', 'logRetentionDays: 365')],
    grade: 'danger',
    finds: { 'retention-shortens': '400 → 365' },
  },
  {
    name: 'flow logs every ten minutes',
    edits: [
      edit(
        network,
        'role),\n      trafficType: FlowLogTrafficType.ALL,\n      maxAggregationInterval: FlowLogMaxAggregationInterval.ONE_MINUTE,',
        'role),\n      trafficType: FlowLogTrafficType.ALL,\n      maxAggregationInterval: FlowLogMaxAggregationInterval.TEN_MINUTES,',
      ),
    ],
    grade: 'danger',
    finds: { 'watch-otherwise': '60 → 600' },
  },
  {
    name: 'no log of slow searches',
    edits: [
      edit(
        'lib/store/domain.ts',
        '        slowSearchLogEnabled: true,\n        slowSearchLogGroup: logGroups.slowSearch,\n',
        '',
      ),
    ],
    grade: 'danger',
    finds: { 'logging-weakens': 'SEARCH_SLOW_LOGS' },
  },
  {
    name: 'tunnels without a log',
    edits: [edit('lib/link/transports/vpn.ts', '            logEnabled: true,', '            logEnabled: false,')],
    grade: 'danger',
    finds: { 'logging-weakens': 'LogEnabled' },
  },
  {
    name: 'nobody logs what names are asked',
    edits: [
      edit(
        'lib/network/dns-firewall.ts',
        '    this.log(props, environment);',
        "    if (environment === 'none') this.log(props, environment);",
      ),
    ],
    grade: 'danger',
    finds: { 'watch-removed': 'ResolverQueryLogging' },
  },
  {
    name: 'no firewall of names',
    edits: [
      edit(
        'lib/network/dns-firewall.ts',
        "    new CfnFirewallRuleGroupAssociation(this, 'Association', {",
        "    if (environment !== 'prod') new CfnFirewallRuleGroupAssociation(this, 'Association', {",
      ),
    ],
    grade: 'danger',
    finds: { 'guard-gone': 'FirewallRuleGroupAssociation' },
  },
  {
    name: 'the firewall of the link lets through what Hong Kong begins',
    edits: [
      edit(
        'lib/link/firewall-rules.ts',
        "rule('DROP', 'IP', [`$${sets.hongKong}`, any]",
        "rule('PASS', 'IP', [`$${sets.hongKong}`, any]",
      ),
    ],
    grade: 'danger',
    finds: { 'guard-gone': 'PASS' },
  },
  {
    name: 'the firewall of the link writes no log',
    edits: [
      edit(
        'lib/link/inspection.ts',
        "    const logging = new CfnLoggingConfiguration(this, 'Logging', {",
        "    const logging = new (require('aws-cdk-lib').CfnWaitConditionHandle)(this, 'Logging', {",
      ),
    ],
    grade: 'danger',
    finds: { 'watch-removed': 'NetworkFirewall::LoggingConfiguration' },
  },
  {
    name: 'the audit log writes down what was sent',
    edits: [edit(access, '    log_request_body: false,', '    log_request_body: true,')],
    grade: 'danger',
    finds: { 'store-audit-reveals': 'log_request_body' },
  },
  {
    name: 'the audit log writes down credentials',
    edits: [edit(access, '    exclude_sensitive_headers: true,', '    exclude_sensitive_headers: false,')],
    grade: 'danger',
    finds: { 'store-audit-reveals': 'exclude_sensitive_headers' },
  },
  {
    name: 'reading of one field is no longer written down',
    edits: [
      edit(
        access,
        "  'status.message',\n  'harbourline.personal',\n  'harbourline.original',\n];",
        "  'harbourline.personal',\n  'harbourline.original',\n];",
      ),
    ],
    grade: 'danger',
    finds: { 'store-audit-weakens': 'read_watched_fields' },
  },
  {
    name: 'collectors say less of themselves',
    edits: [
      edit(
        'lib/collector/blocks/components.ts',
        "logs: { level: 'info', encoding: 'json' },",
        "logs: { level: 'error', encoding: 'json' },",
      ),
    ],
    grade: 'caution',
    finds: { 'collector-otherwise': 'level' },
  },
  {
    name: 'metrics of instances every five minutes',
    edits: [edit(fleet, 'detailedMonitoring: true,', 'detailedMonitoring: false,')],
    grade: 'caution',
    finds: { 'machine-guard': 'Monitoring' },
  },
  {
    name: 'nobody measures how long incidents last',
    edits: [
      edit(
        'lib/observe/recovery.ts',
        '      targets: [new SqsQueue(waiting)],',
        '      targets: [new SqsQueue(waiting)],\n      enabled: false,',
      ),
    ],
    grade: 'danger',
    finds: { 'schedule-off': 'DISABLED' },
  },
  {
    name: 'an output in other words',
    edits: [
      edit(
        'lib/collect/agent.ts',
        "description: 'Attach it to the roles of service nodes that are to have an agent',",
        "description: 'For the roles of service nodes with an agent',",
      ),
    ],
    grade: 'nothing',
  },
  {
    name: 'a tag of the organisation',
    edits: [after(prod, "  account: '333333333333',", "  organisation: { tags: { 'cost-centre': 'cc-4711' } },")],
    grade: 'note',
    finds: { tags: 'cost-centre' },
  },
  {
    name: 'a tag that policies look at',
    edits: [
      edit(
        fleet,
        "Tags.of(this.group).add('harbourline:tier', tier);",
        "Tags.of(this.group).add('harbourline:tier', `${tier}-2`);",
      ),
    ],
    grade: 'caution',
    finds: { 'tag-means-something': 'harbourline:tier' },
  },
  {
    name: 'a comment in the Go sources',
    edits: [edit(go, '// Prefixes of the mainland side, as CIDRs.', '// Prefixes of the mainland side: CIDRs.')],
    grade: 'note',
    finds: { 'program-comments': 'processor.go' },
  },
  {
    name: 'a comment in the list of what is masked',
    edits: [
      edit('config/redaction/list.yaml', '# What must never reach the store:', '# What may never reach the store:'),
    ],
    grade: 'note',
    finds: { 'program-comments': 'list.yaml' },
  },
  {
    name: 'a test in the Go sources',
    edits: [
      edit(
        'lib/collector/distribution/crossingprocessor/processor_test.go',
        'td := ptrace.NewTraces()\n	span := td',
        'td := ptrace.NewTraces()\n\n	span := td',
      ),
    ],
    grade: 'nothing',
  },
  {
    name: 'a check in the Go sources is gone',
    edits: [
      edit(
        go,
        '		if _, err := netip.ParsePrefix(prefix); err != nil {',
        '		if _, err := netip.ParsePrefix(prefix); err != nil && i > 0 {',
      ),
    ],
    grade: 'caution',
    finds: { 'program-changes': 'processor.go' },
  },
  {
    name: 'a comment in a script of instances',
    edits: [
      edit(
        'lib/machine/instance-files/drain.sh',
        '# As long as this script lives, and no longer',
        '# While this script lives, and no longer',
      ),
    ],
    grade: 'note',
    finds: { 'machine-comments': 'drain.sh' },
  },
  {
    name: 'a comment in a function and in the span writer',
    edits: [
      edit(
        'lib/machine/settled.handler.ts',
        '/** So many of something must work.',
        '/** So many of a thing must work.',
      ),
      edit(
        'lib/store/span-writer/attributes.ts',
        '/** Why an attribute is a line and not a field. */',
        '/** Why it is a line and not a field. */',
      ),
    ],
    grade: 'nothing',
  },
  {
    name: 'the title of a graph',
    edits: [edit('lib/observe/dashboards/pipeline.ts', "title: 'Spans taken',", "title: 'Spans that were taken',")],
    grade: 'note',
    finds: { 'dashboard-otherwise': 'settings' },
  },
  {
    name: 'words of the agent document',
    edits: [
      edit(
        'lib/collect/agent.ts',
        "            description: 'install also updates and repairs',",
        "            description: 'install updates and repairs, too',",
      ),
    ],
    grade: 'nothing',
  },
];
