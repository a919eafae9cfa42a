/** What is noticed less, or told to others. */
import { after, edit, type Graded } from '../graded';

const prod = 'config/prod.ts';
const alarms = 'lib/observe/alarms';
const network = 'lib/network/network-stack.ts';
const access = 'lib/store/documents/access.ts';

export const noticed: readonly Graded[] = [
  {
    name: 'an incident says no longer that it is over',
    edits: [edit(`${alarms}/index.ts`, '    alarm.addOkAction(page);\n', '')],
    grade: 'caution',
    finds: { 'alarm-laxer': 'who is notified that it is over' },
  },
  {
    name: 'nobody is paged by mail any more',
    edits: [
      edit(
        'lib/observe/topics.ts',
        'if (email) own.addSubscription',
        "if (email && id !== 'Topic') own.addSubscription",
      ),
    ],
    grade: 'danger',
    finds: { 'nobody-paged': 'nobody listens' },
  },
  {
    name: 'an alarm that does not notify an incident',
    edits: [
      edit(
        `${alarms}/store.ts`,
        "      heading: 'Store refuses writes',\n      notifies: 'tracing',\n",
        "      heading: 'Store refuses writes',\n",
      ),
    ],
    grade: 'caution',
    finds: { 'alarm-laxer': 'AlarmRule' },
  },
  {
    name: 'a higher threshold',
    edits: [edit(`${alarms}/store.ts`, '      threshold: 95,\n', '      threshold: 99,\n')],
    grade: 'caution',
    finds: { 'alarm-laxer': 'threshold: 95 → 99' },
  },
  {
    name: 'a lower threshold',
    edits: [edit(`${alarms}/store.ts`, '      threshold: 95,\n', '      threshold: 90,\n')],
    grade: 'note',
    finds: { 'alarm-stricter': 'threshold: 95 → 90' },
  },
  {
    name: 'a gate inside an expression',
    edits: [edit(prod, 'minimumSamples: 50', 'minimumSamples: 5_000')],
    grade: 'caution',
    finds: { 'alarm-laxer': '5000' },
  },
  {
    name: 'an objective that allows more',
    edits: [edit(prod, 'errorPercent: 0.5', 'errorPercent: 5')],
    grade: 'caution',
    finds: { 'alarm-laxer': 'hreshold' },
  },
  {
    name: 'silence is no fault',
    edits: [
      edit(
        `${alarms}/pipeline.ts`,
        'missing: production ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,',
        'missing: TreatMissingData.NOT_BREACHING,',
      ),
    ],
    grade: 'caution',
    finds: { 'alarm-laxer': 'missing data' },
  },
  {
    name: 'an alarm is gone',
    edits: [
      edit(
        `${alarms}/crossing.ts`,
        "    {\n      heading: 'Trace continuity',",
        "    ...([] as AlarmDefinition[]),\n    {\n      heading: 'Continuity',",
      ),
    ],
    grade: 'danger',
    finds: { 'alarm-removed': 'Trace continuity' },
  },
  {
    name: 'a cause keeps its consequence silent for longer',
    edits: [
      edit(
        `${alarms}/index.ts`,
        'actionsSuppressorExtensionPeriod: Duration.minutes(5)',
        'actionsSuppressorExtensionPeriod: Duration.minutes(60)',
      ),
    ],
    grade: 'caution',
    finds: { 'alarm-laxer': 'kept silent' },
  },
  {
    name: 'no audit log of the store',
    edits: [
      edit('lib/store/domain.ts', '        auditLogEnabled: true,\n        auditLogGroup: logGroups.audit,\n', ''),
    ],
    grade: 'danger',
    finds: { 'logging-weakens': 'AUDIT_LOGS' },
  },
  {
    name: 'the audit log leaves requests out',
    edits: [edit(access, '    enable_rest: true,', '    enable_rest: false,')],
    grade: 'danger',
    finds: { 'store-audit-weakens': 'enable_rest' },
  },
  {
    name: 'the audit log leaves everybody out',
    edits: [edit(access, '    ignore_users: [...writers],', "    ignore_users: ['*'],")],
    grade: 'danger',
    finds: { 'store-audit-weakens': 'ignore_users' },
  },
  {
    name: 'flow logs of refused traffic only',
    edits: [
      edit(
        network,
        'toCloudWatchLogs(logGroup, role),\n      trafficType: FlowLogTrafficType.ALL,',
        'toCloudWatchLogs(logGroup, role),\n      trafficType: FlowLogTrafficType.REJECT,',
      ),
    ],
    grade: 'danger',
    finds: { 'encryption-weakens': 'TrafficType' },
  },
  {
    name: 'no flow logs',
    edits: [
      edit(
        network,
        '    this.addEndpoints();\n    this.addFlowLogs();',
        '    this.addEndpoints();\n    if (this.config.environment === "none") this.addFlowLogs();',
      ),
    ],
    grade: 'danger',
    finds: { 'watch-removed': 'AWS::EC2::FlowLog' },
  },
  {
    name: 'a filter that counts less',
    edits: [
      edit('lib/link/link-subnets.ts', 'packets, action=REJECT, side]`', 'packets, action=REJECT, side=egress]`'),
    ],
    grade: 'caution',
    finds: { 'watch-otherwise': 'side=egress' },
  },
  {
    name: 'graphs gone from a dashboard',
    edits: [
      edit(
        'lib/observe/dashboards/link.ts',
        "metrics: [figureOf(environment, relayMetrics.notQueued, relay, 'Sum', 'points not taken')],",
        'metrics: [],',
      ),
    ],
    grade: 'caution',
    finds: { 'dashboard-shows-less': 'metrics' },
  },
  {
    name: 'another action of an alarm than to tell people',
    edits: [
      after(
        `${alarms}/index.ts`,
        '    alarm.addAlarmAction(page);',
        "    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: 'arn:aws:automate:ap-east-1:ec2:terminate' }) });",
      ),
    ],
    grade: 'caution',
    finds: { 'alarm-laxer': 'ec2:terminate' },
  },
];
