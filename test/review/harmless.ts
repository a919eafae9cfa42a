import type { Case } from './support';

/** Changes that a reviewer may wave through: nothing graver than a note. */
export const harmless: readonly Case[] = [
  { name: 'nothing', edit: () => {} },
  {
    name: 'a policy under another logical id, its statements in another order',
    edit: (draft) => {
      const policy = draft.remove('Collect', 'AWS::IAM::ManagedPolicy', 'Gateways');
      policy.Properties.PolicyDocument.Statement.reverse();
      draft.stacks.Collect!.resources.RenamedPolicy = policy;
    },
  },
  {
    name: 'a statement in two',
    edit: (draft) => {
      const { Statement } = draft.properties('Store', 'AWS::IAM::ManagedPolicy', 'AccessBootstrap').PolicyDocument;
      const [first, ...others] = [Statement[0].Action].flat();
      Statement.push({ ...Statement[0], Sid: 'Rest', Action: others.length > 0 ? others : first });
      Statement[0].Action = first;
    },
  },
  {
    name: 'a permission fewer',
    edit: (draft) => {
      draft.domain.AccessPolicies.Statement[0].Action.pop();
    },
  },
  {
    name: 'a narrower prefix of who may send',
    edit: (draft) => {
      for (const rule of draft.properties('Collect', 'AWS::EC2::SecurityGroup', 'GatewaysSecurityGroup')
        .SecurityGroupIngress)
        rule.CidrIp = '10.32.8.0/24';
    },
  },
  {
    name: 'an inline rule of a security group as a resource of its own',
    edit: (draft) => {
      const id = draft.id('Network', 'AWS::EC2::SecurityGroup');
      const [rule] = draft.properties('Network', 'AWS::EC2::SecurityGroup').SecurityGroupIngress.splice(0, 1);
      draft.add('Network', 'Rule', 'AWS::EC2::SecurityGroupIngress', {
        ...rule,
        GroupId: { 'Fn::GetAtt': [id, 'GroupId'] },
      });
    },
  },
  {
    name: 'logs are kept for longer',
    edit: (draft) => {
      draft.properties('Store', 'AWS::Logs::LogGroup').RetentionInDays = 731;
    },
  },
  {
    name: 'a tighter alarm, with another text',
    edit: (draft) => {
      const alarm = draft.properties('Observe', 'AWS::CloudWatch::Alarm');
      alarm.Threshold *= alarm.ComparisonOperator.startsWith('Greater') ? 0.9 : 1.1;
      alarm.AlarmDescription = 'Another text';
    },
  },
  {
    name: 'one alarm more, and another title on the dashboard',
    edit: (draft) => {
      draft.add('Observe', 'More', 'AWS::CloudWatch::Alarm', {
        ...draft.properties('Observe', 'AWS::CloudWatch::Alarm'),
        AlarmName: 'More',
      });
      draft.replaceText(draft.properties('Observe', 'AWS::CloudWatch::Dashboard'), 'Hong Kong calls', 'Hong Kong asks');
    },
  },
  {
    name: 'a tag',
    edit: (draft) => {
      draft.domain.Tags.push({ Key: 'cost-centre', Value: '42' });
    },
  },
  {
    name: 'a tag of everything that is a way out',
    edit: (draft) => {
      for (const { resources } of Object.values(draft.stacks)) {
        for (const { Type, Properties } of Object.values(resources)) {
          if (/Route53Resolver::Firewall|NetworkFirewall|DirectConnect::/.test(Type))
            Properties.Tags = [...(Properties.Tags ?? []), { Key: 'cost-centre', Value: '42' }];
        }
      }
    },
  },
  {
    name: 'comments of a unit and of a script',
    given: (draft) => {
      draft.stacks.Beside = { resources: {}, template: {}, terminationProtection: false };
      draft.add('Beside', 'Scripts', 'Harbourline::Program', {
        Files: { 'a.service': '# Waits.\n[Service]\nUser=x\n', 'a.sh': '#!/bin/bash\n# One.\nls\n' },
      });
    },
    edit: (draft) => {
      draft.stacks.Beside!.resources.Scripts!.Properties.Files = {
        'a.service': '# It waits.\n[Service]\nUser=x\n',
        'a.sh': '#!/bin/bash\n# One.\n# Two.\nls\n',
      };
    },
  },
  {
    name: 'a key that rotates more often',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::KMS::Key').RotationPeriodInDays = 180;
    },
  },
  {
    name: 'a role that may be taken under one condition more',
    edit: (draft) => {
      const { Statement } = draft.properties('Network', 'AWS::IAM::Role', 'FlowLogs').AssumeRolePolicyDocument;
      Statement[0].Condition.ArnLike = { 'aws:SourceArn': 'arn:aws:ec2:ap-east-1:333333333333:vpc-flow-log/*' };
    },
  },
  {
    name: 'a function with more time, a topic with other words',
    edit: (draft) => {
      draft.properties('Store', 'AWS::Lambda::Function').MemorySize = 1_024;
      draft.properties('Observe', 'AWS::SNS::Topic').DisplayName = 'Other words';
    },
  },
  {
    name: 'one of an account, by the other operator that means the same',
    edit: (draft) => {
      const { Statement } = draft.properties('Collect', 'AWS::KMS::Key', 'CertificatesKey').KeyPolicy;
      const { Condition } = Statement.find((each: any) => each.Condition?.ArnEquals);
      Condition.ArnLike = Condition.ArnEquals;
      delete Condition.ArnEquals;
    },
  },
  {
    name: 'an incident is told to one topic more',
    edit: (draft) => {
      draft
        .properties('Observe', 'AWS::CloudWatch::CompositeAlarm', 'AlarmsTracing')
        .AlarmActions.push('arn:aws:sns:ap-east-1:333333333333:other');
    },
  },
  {
    name: 'a tag of a network ACL, and its associations in another order',
    edit: (draft) => {
      draft.properties('Link', 'AWS::EC2::NetworkAcl').Tags.push({ Key: 'cost-centre', Value: '42' });
      const link = draft.stacks.Link!;
      link.resources = Object.fromEntries(Object.entries(link.resources).reverse());
    },
  },
  {
    name: 'sizes of a group as numbers, and more of it',
    edit: (draft) => {
      const group = draft.properties('Link', 'AWS::AutoScaling::AutoScalingGroup');
      group.MinSize = Number(group.MinSize);
      group.MaxSize = Number(group.MaxSize) + 1;
    },
  },
  {
    name: 'a boundary for a role',
    edit: (draft) => {
      draft.properties('Store', 'AWS::IAM::Role').PermissionsBoundary = 'arn:aws:iam::333333333333:policy/b';
    },
  },
  {
    name: 'more nodes of a store with managers',
    edit: (draft) => {
      draft.domain.ClusterConfig.InstanceCount = 9;
    },
  },
  {
    name: 'more gateways',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::AutoScaling::AutoScalingGroup', 'Gateways').MaxSize = '20';
    },
  },
  {
    name: 'the reason of an acknowledgment in other words',
    given: (draft) => {
      draft.resource('Store', 'AWS::OpenSearchService::Domain').Metadata = {
        cdk_nag: { rules_to_suppress: [{ id: 'AwsSolutions-OS3', reason: 'There is no such condition.' }] },
      };
    },
    edit: (draft) => {
      draft.resource('Store', 'AWS::OpenSearchService::Domain').Metadata!.cdk_nag.rules_to_suppress[0].reason =
        'AWS refuses it.';
    },
  },
  {
    name: 'another version of CDK, other paths of assets',
    edit: (draft) => {
      draft.add('Store', 'CDKMetadata', 'AWS::CDK::Metadata', { Analytics: 'v2:deflate64:AAA' });
      draft.resource('Store', 'AWS::Lambda::Function').Metadata = { 'aws:asset:path': '../asset.0' };
    },
  },
  {
    name: 'the domains that are answered in another order',
    edit: (draft) => {
      draft.properties('Network', 'AWS::Route53Resolver::FirewallDomainList').Domains.reverse();
    },
  },
  {
    name: 'a key whose default is written down',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::KMS::Key').Enabled = true;
    },
  },
  {
    name: 'a protocol by its number',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::EC2::SecurityGroupIngress').IpProtocol = '6';
    },
  },
  {
    name: 'a text by Fn::Sub',
    edit: (draft) => {
      const topic = draft.properties('Observe', 'AWS::SNS::Topic');
      topic.DisplayName = { 'Fn::Sub': topic.DisplayName };
    },
  },
];
