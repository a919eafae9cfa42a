import type { DangerousCase } from '../support';
import { beside, type Edit, files, gateways, inBeside, one } from './edits';

/** What protects data. */
const guarded: readonly DangerousCase[] = [
  one('a key is let through', { 'redaction-weakens': 'now let through: customer' }, (draft) => {
    draft.replaceText(gateways(draft), '|payment)', '|payment|customer)');
  }),
  one(
    'addresses are called our own',
    { 'redaction-weakens': 'now let through: 203.0.113.0/24 (own_prefixes)' },
    (draft) => {
      draft.replaceText(gateways(draft), /\n( *)(?=untouched_keys:)/, '\n$1own_prefixes: [203.0.113.0/24]\n$1');
    },
  ),
  one(
    'a list of kinds is shorter',
    { 'masking-data': '2 removed' },
    (draft) => {
      inBeside(draft, 'data').Files['sensitive.json'] = '[\n"b"\n]\n';
    },
    files('data', 'Harbourline::Sources', { 'sensitive.json': '[\n"a",\n"c",\n"b"\n]\n' }),
  ),
  one(
    'a list of kinds is longer',
    { 'masking-data-more': '1 lines added' },
    (draft) => {
      inBeside(draft, 'data').Files['sensitive.json'] = 'a\nb\n';
    },
    files('data', 'Harbourline::Sources', { 'sensitive.json': 'a\n' }),
  ),
  one('an authority is named', { 'collector-transport-otherwise': 'reload_interval' }, (draft) => {
    draft.replaceText(gateways(draft), 'reload_interval: 5m', 'reload_interval: 6m');
  }),
  one('fewer slow traces', { 'sampling-changes': '2000 → 10000' }, (draft) => {
    draft.replaceText(
      draft.properties('Collect', 'AWS::EC2::LaunchTemplate', 'Samplers'),
      'threshold_ms: 2000',
      'threshold_ms: 10000',
    );
  }),
  one('a shorter queue', { 'collector-otherwise': 'queue_size' }, (draft) => {
    draft.replaceText(gateways(draft), /queue_size: \d+/, 'queue_size: 1');
  }),
  one('remainders stay for longer', { 'kept-longer': 'ExpirationInDays' }, (draft) => {
    draft.properties('Collect', 'AWS::S3::Bucket').LifecycleConfiguration.Rules[0].ExpirationInDays = 400;
  }),
  one('no renewal', { 'schedule-off': 'DISABLED' }, (draft) => {
    draft.properties('Collect', 'AWS::Events::Rule', 'CertificatesRenewal').State = 'DISABLED';
  }),
  one('a renewal once a year', { 'schedule-otherwise': 'rate(365 days)' }, (draft) => {
    draft.properties('Collect', 'AWS::Events::Rule', 'CertificatesRenewal').ScheduleExpression = 'rate(365 days)';
  }),
  one('instances of ninety days', { 'lives-longer': '7776000' }, (draft) => {
    draft.properties('Collect', 'AWS::AutoScaling::AutoScalingGroup').MaxInstanceLifetime = 7_776_000;
  }),
  one('no hand-over', { 'hand-over-changes': 'LifecycleHookSpecificationList' }, (draft) => {
    delete draft.properties('Collect', 'AWS::AutoScaling::AutoScalingGroup').LifecycleHookSpecificationList;
  }),
  one('certificates for other names', { 'certificate-changes': 'evil' }, (draft) => {
    draft.properties('Collect', 'Custom::HarbourlineTierCertificates').Names.gateway = ['evil.example'];
  }),
  one('a secret of eight letters', { 'secret-made-otherwise': '64 → 8' }, (draft) => {
    draft.properties('Collect', 'AWS::SecretsManager::Secret', 'Pseudonyms').GenerateSecretString.PasswordLength = 8;
  }),
  one('old versions are not deleted', { 'data-life-cycle': 'Disabled' }, (draft) => {
    draft.properties('Collect', 'AWS::S3::Bucket').LifecycleConfiguration.Rules[0].Status = 'Disabled';
  }),
  one('a log under another key', { 'key-changes': 'KmsKeyId' }, (draft) => {
    draft.properties('Store', 'AWS::Logs::LogGroup').KmsKeyId = 'arn:aws:kms:ap-east-1:333333333333:key/1';
  }),
];

/** What is noticed, and what works. */
const noticed: readonly DangerousCase[] = [
  one('nobody is paged', { 'nobody-paged': 'notifies nobody' }, (draft) => {
    delete draft.properties('Observe', 'AWS::CloudWatch::CompositeAlarm', 'AlarmsTracing').AlarmActions;
  }),
  one('an incident goes to a topic of somebody else', { 'nobody-paged': 'nobody is seen to listen' }, (draft) => {
    draft.properties('Observe', 'AWS::CloudWatch::CompositeAlarm', 'AlarmsTracing').AlarmActions = [
      'arn:aws:sns:ap-east-1:333333333333:other',
    ];
  }),
  one('an alarm goes to a topic without subscribers', { 'nobody-paged': 'nobody is seen to listen' }, (draft) => {
    draft.add('Observe', 'Mute', 'AWS::SNS::Topic', {});
    const told = Object.values(draft.stacks.Observe!.resources).find(
      ({ Type, Properties }) => Type === 'AWS::CloudWatch::Alarm' && Properties.AlarmActions?.length > 0,
    );
    told!.Properties.AlarmActions = [{ Ref: 'Mute' }];
  }),
  one('an incident is told to others of ours', { 'alarm-laxer': 'who is notified' }, (draft) => {
    draft.properties('Observe', 'AWS::CloudWatch::CompositeAlarm', 'AlarmsTracing').AlarmActions = [
      { Ref: draft.id('Observe', 'AWS::SNS::Topic', 'InformTopic') },
    ];
  }),
  one('somebody else is paged', { 'pager-changes': 'no longer notifies email' }, (draft) => {
    draft.properties('Observe', 'AWS::SNS::Subscription', 'Topicplatform').Endpoint = 'somebody@mail.example';
  }),
  one('pages that fit nothing', { 'pager-filters': 'FilterPolicy' }, (draft) => {
    draft.properties('Observe', 'AWS::SNS::Subscription').FilterPolicy = { none: [{ exists: true }] };
  }),
  one('alarms are muted', { 'nobody-paged': 'a rule that mutes alarms', 'order-unknown': 'AlarmMuteRule' }, (draft) => {
    draft.add('Observe', 'Mute', 'AWS::CloudWatch::AlarmMuteRule', {});
  }),
  one('an incident that cannot be', { 'nobody-paged': 'can never be in ALARM' }, (draft) => {
    const alarm = draft.properties('Observe', 'AWS::CloudWatch::CompositeAlarm', 'AlarmsTracing');
    alarm.AlarmRule = '(FALSE AND ALARM("x"))';
  }),
  one('a function of less memory', { 'function-has-less': '256 → 128' }, (draft) => {
    draft.properties('Collect', 'AWS::Lambda::Function', 'Certificates').MemorySize = 128;
  }),
  one('a gate in an expression', { 'alarm-laxer': '5000' }, (draft) => {
    const [metric] = draft.properties('Observe', 'AWS::CloudWatch::Alarm', 'AlarmsTracecontinuity').Metrics;
    metric.Expression = metric.Expression.replace('50', '5000');
  }),
  one('no flow log, no metric filter', { 'watch-removed': 'MetricFilter' }, (draft) => {
    draft.remove('Link', 'AWS::Logs::MetricFilter');
  }),
  one('an empty dashboard', { 'dashboard-shows-less': 'metrics are not shown' }, (draft) => {
    draft.properties('Observe', 'AWS::CloudWatch::Dashboard').DashboardBody = '{"widgets":[]}';
  }),
  one(
    'a flow log of ten minutes',
    {
      'watch-otherwise': 'MaxAggregationInterval: 60 → 600',
      'order-refused': 'FlowLogAlreadyExists',
    },
    (draft) => {
      draft.properties('Network', 'AWS::EC2::FlowLog').MaxAggregationInterval = 600;
    },
  ),
  one('logs go elsewhere', { 'logging-otherwise': 'CloudWatchLogsLogGroupArn' }, (draft) => {
    draft.domain.LogPublishingOptions.AUDIT_LOGS.CloudWatchLogsLogGroupArn =
      'arn:aws:logs:ap-east-1:333333333333:log-group:x';
  }),
  one('an export goes', { 'export-changes': 'removed' }, (draft) => {
    const { Outputs } = draft.stacks.Network!.template;
    delete Outputs[Object.keys(Outputs)[0]!];
  }),
  one('the store in another region', { 'stack-elsewhere': 'us-east-1' }, (draft) => {
    draft.stacks.Store!.place = '333333333333/us-east-1';
  }),
  one('a new stack', { 'stack-comes-or-goes': 'added' }, (draft) => {
    draft.stacks.More = { resources: {}, template: {}, terminationProtection: false };
  }),
  one('a target is healthy at once', { 'health-checks': 'HealthyThresholdCount' }, (draft) => {
    draft.properties('Collect', 'AWS::ElasticLoadBalancingV2::TargetGroup').HealthyThresholdCount = 9;
  }),
  one('a route goes', { 'network-way-gone': 'no longer leads' }, (draft) => {
    draft.remove('Link', 'AWS::EC2::TransitGatewayRoute');
  }),
  one(
    'nobody knows what it is',
    { unjudged: 'AWS::Nothing::AtAll is added', 'order-unknown': 'AWS::Nothing::AtAll' },
    (draft) => draft.add('Collect', 'Odd', 'AWS::Nothing::AtAll', {}),
  ),
];

const judge =
  (id: string, Text: string): Edit =>
  (draft) =>
    beside(draft, id, 'Harbourline::Judge', { Text });

/** What judges. */
const judges: readonly DangerousCase[] = [
  one(
    'a rule changes',
    { 'judge-changes': 'changed' },
    (draft) => {
      inBeside(draft, 'tools/review/rules/iam.ts').Text = 'b';
    },
    judge('tools/review/rules/iam.ts', 'a'),
  ),
  one(
    'a workflow may write',
    { 'judge-changes': 'changed', 'workflow-may-more': 'contents: write' },
    (draft) => {
      inBeside(draft, '.github/workflows/x.yml').Text = 'permissions:\n  contents: write\n';
    },
    judge('.github/workflows/x.yml', 'permissions:\n  contents: read\n'),
  ),
  one(
    'a finding is accepted',
    { 'accepted-changes': 'id: x' },
    (draft) => {
      inBeside(draft, 'review/accepted.yaml').Text = '- id: x\n';
    },
    judge('review/accepted.yaml', ''),
  ),
  one(
    'rules of the change',
    { 'rules-of-the-change': 'own rules' },
    (draft) => {
      inBeside(draft, 'rules').Of = 'the base';
    },
    (draft) => beside(draft, 'rules', 'Harbourline::Rules', { Of: 'nobody' }),
  ),
  one(
    'nobody has to agree to a deployment',
    { 'judge-changes': 'changed', 'workflow-may-more': 'no longer: “environment: prod”' },
    (draft) => {
      inBeside(draft, '.github/workflows/x.yml').Text = 'jobs:\n';
    },
    judge('.github/workflows/x.yml', 'jobs:\n  environment: prod\n'),
  ),
  one(
    'an action of whatever commit',
    { 'judge-changes': 'changed', 'workflow-may-more': 'vendor/look@main' },
    (draft) => {
      inBeside(draft, '.github/workflows/x.yml').Text = 'steps:\n  - uses: vendor/look@main\n';
    },
    judge('.github/workflows/x.yml', 'steps:\n'),
  ),
  one(
    'a package from elsewhere',
    { 'packages-change': 'left-pad', 'packages-from-elsewhere': 'npm.vendor.example' },
    (draft) => {
      inBeside(draft, 'lock').Packages['left-pad'] = '1.0.0 from https://npm.vendor.example/left-pad';
    },
    (draft) => beside(draft, 'lock', 'Harbourline::Packages', { Packages: { 'left-pad': '1.0.0 from nowhere' } }),
  ),
  one(
    'another package',
    { 'packages-change': 'left-pad' },
    (draft) => {
      inBeside(draft, 'lock').Packages['left-pad'] = '1.0.0 of npm';
    },
    (draft) => beside(draft, 'lock', 'Harbourline::Packages', { Packages: {} }),
  ),
];

/** What protects data, what is noticed, what judges. */
export const guards: readonly DangerousCase[] = [...guarded, ...noticed, ...judges];
