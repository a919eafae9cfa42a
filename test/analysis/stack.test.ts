import type { Stage } from 'aws-cdk-lib';
import { assemblyOf, configOf, environmentNames, freshApp } from '../support/app';

describe.each(environmentNames)('the mainland stage of %s', (environment) => {
  const config = configOf(environment);
  const stacks = assemblyOf(environment).getNestedAssembly(`assembly-${environment}-mainland`).stacks;
  const template = stacks[0]?.template as { Resources: Record<string, { Type: string; Properties: any }> };
  const ofType = (type: string) => Object.values(template.Resources).filter(({ Type }) => Type === type);
  const text = JSON.stringify(template);

  test('is one stack in an account of partition aws-cn', () => {
    expect(stacks).toHaveLength(1);
    expect(stacks[0]?.environment).toMatchObject({ region: 'cn-north-1', account: config.link?.analysis?.account });
  });

  test('names nothing of another partition, and nothing of Hong Kong but addresses', () => {
    expect([...new Set(text.match(/arn:aws[a-z-]*:/g))]).toEqual(['arn:aws-cn:']);
    expect(text).not.toContain('ap-east-1');
    expect(text).not.toContain(config.account);
    expect(text).not.toContain('Fn::ImportValue');
    // Endpoints and regional principals of China end differently.
    for (const [host] of text.matchAll(/[a-z0-9-]+\.cn-north-1\.amazonaws\.com[.a-z]*/g))
      expect(host).toMatch(/\.com\.cn$/);
  });

  test('admits the relays and nobody else', () => {
    const [entrance] = ofType('AWS::EC2::SecurityGroup').filter(({ Properties }) =>
      Properties.GroupDescription.startsWith('Entrance'),
    );
    const { receiver } = config.link!;
    const rules = entrance?.Properties.SecurityGroupIngress.map(({ CidrIp, FromPort }: any) => `${CidrIp} ${FromPort}`);
    const link = config.network.cidr.replace('.0.0/16', '.6');
    expect(rules.sort()).toEqual(
      [0, 16, 32]
        .flatMap((start) => [receiver.port, receiver.continuityPort].map((port) => `${link}.${start}/28 ${port}`))
        .sort(),
    );
    const [loadBalancer] = ofType('AWS::ElasticLoadBalancingV2::LoadBalancer');
    expect(loadBalancer?.Properties).toMatchObject({
      Scheme: 'internal',
      SubnetMappings: [{ PrivateIPv4Address: receiver.address }],
    });
  });

  describe('receivers are the same machines as in Hong Kong', () => {
    const [group] = ofType('AWS::AutoScaling::AutoScalingGroup');
    const [launchTemplate] = ofType('AWS::EC2::LaunchTemplate');
    const { BlockDeviceMappings, UserData, MetadataOptions } = launchTemplate?.Properties.LaunchTemplateData ?? {};

    test('their disks have a key of their own, which Auto Scaling may use', () => {
      const [volumes] = Object.entries(template.Resources).filter(
        ([, { Type, Properties }]) => Type === 'AWS::KMS::Key' && /disks/.test(Properties.Description),
      );
      expect(BlockDeviceMappings).toMatchObject([
        { Ebs: { Encrypted: true, KmsKeyId: { 'Fn::GetAtt': [volumes?.[0], 'Arn'] } } },
      ]);
      expect(JSON.stringify(volumes?.[1].Properties.KeyPolicy)).toContain('AWSServiceRoleForAutoScaling');
      expect(MetadataOptions).toMatchObject({ HttpTokens: 'required' });
    });

    test('new ones are rolled back where too few of them work', () => {
      const { AutoScalingInstanceRefresh } = (group as any).UpdatePolicy;
      const [alarm] = AutoScalingInstanceRefresh.Preferences.AlarmSpecification.Alarms;
      expect(
        ofType('AWS::CloudWatch::Alarm').find(({ Properties }) => Properties.AlarmName === alarm)?.Properties,
      ).toMatchObject({ MetricName: 'GroupInServiceInstances', TreatMissingData: 'notBreaching' });
      expect(AutoScalingInstanceRefresh.Preferences).toMatchObject({ MinHealthyPercentage: 100, BakeTime: 300 });
    });

    test('they drain, and are renewed', () => {
      expect(group?.Properties.MaxInstanceLifetime).toBe(14 * 86_400);
      expect(group?.Properties.LifecycleHookSpecificationList.map((hook: any) => hook.LifecycleHookName)).toEqual([
        'join',
        'drain',
      ]);
      const userData = JSON.stringify(UserData);
      expect(userData).toContain('LEAVE_SECONDS=65');
      for (const unit of ['collector', 'drain', 'certificate', 'responder'])
        expect(userData).toContain(`harbourline-${unit}.*`);
      // No queue, so nothing to leave and nothing to take over.
      expect(userData).not.toMatch(/HANDOVER_BUCKET|replay/);
      for (const target of ofType('AWS::ElasticLoadBalancingV2::TargetGroup'))
        expect(target.Properties.TargetGroupAttributes).toEqual(
          expect.arrayContaining([{ Key: 'deregistration_delay.timeout_seconds', Value: '60' }]),
        );
    });
  });

  test("shows Hong Kong's aggregates, from its own region", () => {
    const [dashboard] = ofType('AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard?.Properties.DashboardBody);
    expect(body).toContain('traces.span.metrics.duration');
    expect(body).toContain(`Harbourline/${environment}`);
    expect(body).not.toContain('ap-east-1');
  });
});

test('an environment without the section has no such stage', () => {
  const { link, ...rest } = configOf('dev');
  const { analysis: _none, ...elsewhere } = link!;
  expect(
    freshApp([{ ...rest, link: elsewhere }]).node.children.filter(({ node }) => node.id.endsWith('-mainland')),
  ).toEqual([]);
  expect((freshApp([rest]).node.findChild('dev') as Stage).node.tryFindChild('Link')).toBeUndefined();
});
