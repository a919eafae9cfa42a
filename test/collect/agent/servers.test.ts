import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { AgentServers } from '../../../lib/collect/agent-servers';

test('servers outside AWS get a role by activations of this account alone, with the rights of a node and no others', () => {
  const stack = new Stack(new App(), 'Collect');
  const policy = ManagedPolicy.fromManagedPolicyName(stack, 'NodePolicy', 'node');
  new AgentServers(stack, 'Servers', { environment: 'dev', policy });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::IAM::Role', 1);
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'ssm.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    },
    ManagedPolicyArns: [{ 'Fn::Join': ['', Match.arrayWith([':policy/node'])] }],
  });
  // Session Manager's channels, which take no resource.
  const [policies] = Object.values(template.findResources('AWS::IAM::ManagedPolicy')) as any[];
  expect(policies.Properties.PolicyDocument.Statement.flatMap(({ Action }: any) => Action)).toEqual([
    'ssm:UpdateInstanceInformation',
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ]);
});
