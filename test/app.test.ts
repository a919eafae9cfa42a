import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemblyOf, configOf, environmentNames, environments, freshApp, resourcesOf, templateOf } from './support/app';

describe('the app', () => {
  test('the same input gives the same bytes', () => {
    const read = (directory: string): Map<string, string> =>
      new Map(
        readdirSync(directory, { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.template.json') || file.endsWith('.assets.json'))
          .sort()
          .map((file) => [file, readFileSync(join(directory, file), 'utf8')]),
      );
    const together = read(freshApp().synth().directory);
    expect(together.size).toBeGreaterThanOrEqual(8 * environments.length);
    // Each by itself, as other tests have it: what stands beside an environment is no input of it.
    const alone = environmentNames.flatMap((environment) => [...read(assemblyOf(environment).directory)]);
    expect(new Map(alone)).toEqual(together);
  });

  // A changed logical id replaces the resource: the data is gone, or an ARN that others know.
  test('logical ids of stateful resources stay', () => {
    const stateful = [
      'AWS::OpenSearchService::Domain',
      'AWS::KMS::Key',
      'AWS::Logs::LogGroup',
      'AWS::EC2::VPC',
      'AWS::IAM::Role',
      'AWS::SecretsManager::Secret',
      'AWS::ServiceDiscovery::Service',
      'AWS::ServiceDiscovery::HttpNamespace',
    ];
    const ids = [...resourcesOf('dev')]
      .filter(([, { Type }]) => stateful.includes(Type))
      .map(([id, { Type }]) => `${Type} ${id}`);
    expect(ids.sort()).toMatchSnapshot();
  });
});

describe.each(environmentNames)('environment %s', (environment) => {
  const resources = () => [...resourcesOf(environment)];
  const ofType = (...types: string[]) => resources().filter(([, { Type }]) => types.includes(Type));
  const config = configOf(environment);

  test('interface endpoints take principals of the own account, and all but AWS own documents its resources', () => {
    const endpoints = [...resourcesOf(environment).values()].filter(
      ({ Type, Properties }) => Type === 'AWS::EC2::VPCEndpoint' && Properties.VpcEndpointType === 'Interface',
    );
    expect(endpoints.length).toBeGreaterThan(0);
    for (const { Properties } of endpoints) {
      const { account } = configOf(environment);
      const [{ Condition }] = Properties.PolicyDocument.Statement;
      expect(Condition.StringEquals['aws:PrincipalAccount']).toBe(account);
      expect(Condition.StringEqualsIfExists?.['aws:ResourceAccount'] ?? Properties.ServiceName).toMatch(
        new RegExp(`^${account}$|\\.ssm$`),
      );
    }
  });

  test('has no way out and nothing public', () => {
    expect(
      ofType(
        'AWS::EC2::InternetGateway',
        'AWS::EC2::NatGateway',
        'AWS::EC2::EgressOnlyInternetGateway',
        'AWS::EC2::EIP',
        'AWS::EC2::VPCPeeringConnection',
      ),
    ).toEqual([]);
    // The only routes beyond the VPC: from the link subnets, to what the allow-list names.
    for (const [id, { Properties }] of ofType('AWS::EC2::Route')) {
      expect([id, Object.keys(Properties).sort()]).toEqual([
        expect.stringMatching(/^Link\//),
        ['DestinationPrefixListId', 'RouteTableId', 'TransitGatewayId'],
      ]);
    }
    for (const [id, { Properties }] of ofType('AWS::EC2::Subnet')) {
      expect([id, Properties.MapPublicIpOnLaunch]).toEqual([id, false]);
    }
    for (const [, { Properties }] of ofType('AWS::ElasticLoadBalancingV2::LoadBalancer')) {
      expect(Properties.Scheme).toBe('internal');
    }
  });

  test('admits the service VPCs to the gateways, the gateways to the samplers, and nobody else', () => {
    const rules = [
      ...ofType('AWS::EC2::SecurityGroup').flatMap(([id, { Properties }]) =>
        (Properties.SecurityGroupIngress ?? []).map((rule: any) => ({ id, rule })),
      ),
      ...ofType('AWS::EC2::SecurityGroupIngress').map(([id, { Properties }]) => ({ id, rule: Properties })),
    ];
    const opened = rules.map(({ rule }) => `${rule.CidrIp ?? 'group'} ${rule.FromPort}-${rule.ToPort}`).sort();
    const { legacyClients } = config.collect;
    const gatewayPorts = [
      4317,
      4318,
      ...(legacyClients.includes('zipkin') ? [9411] : []),
      ...(legacyClients.includes('jaeger') ? [14250, 14268] : []),
    ];
    const services = config.network.serviceVpcPrefixes.flatMap((prefix) =>
      gatewayPorts.map((port) => `${prefix} ${port}-${port}`),
    );
    expect(opened).toEqual(
      [
        ...services,
        `${config.network.cidr} 443-443`, // interface endpoints
        'group 443-443', // the domain, from its clients
        ...gatewayPorts.map((port) => `group ${port}-${port}`), // gateways, from their load balancer
        'group 4317-4317', // samplers, from the gateways
        'group 4317-4317', // relays, from the samplers
        'group 13133-13133', // health checks
      ].sort(),
    );
  });

  test('keeps the trace store when its stack goes, and nothing of a creation that failed', () => {
    const kept = resources()
      .filter(([, { DeletionPolicy }]) => DeletionPolicy === 'RetainExceptOnCreate')
      .map(([, { Type }]) => Type);
    expect(kept).toContain('AWS::OpenSearchService::Domain');
    expect(resources().filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')).toEqual([]);
    for (const [id, { Type, DeletionPolicy }] of ofType('AWS::KMS::Key')) {
      expect([id, Type, DeletionPolicy]).toEqual([id, 'AWS::KMS::Key', 'RetainExceptOnCreate']);
    }
  });

  test('the domain is encrypted throughout, in the VPC, without passwords', () => {
    const [domain] = ofType('AWS::OpenSearchService::Domain');
    const Properties = domain?.[1].Properties;
    expect(Properties).toMatchObject({
      NodeToNodeEncryptionOptions: { Enabled: true },
      EncryptionAtRestOptions: { Enabled: true, KmsKeyId: expect.anything() },
      DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10' },
      AdvancedSecurityOptions: {
        Enabled: true,
        InternalUserDatabaseEnabled: false,
        MasterUserOptions: { MasterUserARN: expect.anything() },
      },
      VPCOptions: { SubnetIds: expect.any(Array) },
    });
    expect(Properties.VPCOptions.SubnetIds).toHaveLength(config.network.availabilityZones.length);
    expect(JSON.stringify(Properties)).not.toMatch(/MasterUserPassword|MasterUserName/);
    expect(Properties.ClusterConfig.MultiAZWithStandbyEnabled).toBe(config.store.standby);
    const [statement] = Properties.AccessPolicies.Statement;
    expect(statement.Principal.AWS).toHaveLength(2 + config.store.readerRoleArns.length);
    expect(JSON.stringify(statement.Action)).not.toContain('*');
  });

  test('no function but those that deploy and wait, those for dead samplers and relays, one that ends lines of the allow-list, one that checks the store, one that measures recovery, one that marks deployments; none for the logging or the policy of the domain', () => {
    const functions = ofType('AWS::Lambda::Function').map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(functions.sort()).toEqual([
      'Collect/CertificatesIssuerFunction',
      'Collect/CertificatesIssuerProviderframeworkonEvent',
      'Collect/DepartedFunction',
      'Collect/SettledWaiterFunction',
      'Collect/SettledWaiterProviderframeworkonEvent',
      'Link/RelaysDepartedFunction',
      'Link/RelaysSettledWaiterFunction',
      'Link/RelaysSettledWaiterProviderframeworkonEvent',
      'Link/TransitInspectionEndLinesFunction',
      'Link/TransitReadBackReaderFunction',
      'Link/TransitReadBackReaderProviderframeworkonEvent',
      expect.stringContaining('Network/CustomVpcRestrictDefaultSG'),
      'Observe/DeploymentsFunction',
      'Observe/RecoveryFunction',
      'Store/AccessBootstrapFunction',
      'Store/AccessBootstrapProviderframeworkonEvent',
      'Store/CheckFunction',
    ]);
  });

  test('instances: IMDSv2, encrypted volumes, no key, no public address', () => {
    const templates = ofType('AWS::EC2::LaunchTemplate');
    expect(ofType('AWS::EC2::Instance')).toEqual([]); // none outside a fleet
    expect(templates).toHaveLength(ofType('AWS::AutoScaling::AutoScalingGroup').length);
    for (const [, { Properties }] of templates) {
      const data = Properties.LaunchTemplateData;
      expect(data.MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
      for (const { Ebs } of data.BlockDeviceMappings)
        expect(Ebs).toMatchObject({ Encrypted: true, KmsKeyId: expect.anything() });
      expect(data).not.toHaveProperty('KeyName');
      expect(data.NetworkInterfaces?.[0]?.AssociatePublicIpAddress ?? false).toBe(false);
    }
  });

  test('every fleet: hooks at both ends, health checks, refresh with roll-back, three zones', () => {
    const groups = ofType('AWS::AutoScaling::AutoScalingGroup');
    expect(groups.length).toBeGreaterThanOrEqual(2);
    for (const [id, { Properties, UpdatePolicy }] of groups) {
      const hooks = Properties.LifecycleHookSpecificationList.map((hook: any) => [
        hook.LifecycleHookName,
        hook.LifecycleTransition,
        hook.DefaultResult,
      ]);
      expect([id, hooks]).toEqual([
        id,
        [
          ['join', 'autoscaling:EC2_INSTANCE_LAUNCHING', 'ABANDON'],
          ['drain', 'autoscaling:EC2_INSTANCE_TERMINATING', 'CONTINUE'],
        ],
      ]);
      expect(Properties.HealthCheckGracePeriod).toBeGreaterThan(0);
      // Whoever stands behind a load balancer is judged by it; the others by EC2's status checks, which every group has.
      if (Properties.TargetGroupARNs) expect([id, Properties.HealthCheckType]).toEqual([id, 'ELB']);
      expect(Properties.VPCZoneIdentifier).toHaveLength(config.network.availabilityZones.length);
      const refresh = UpdatePolicy.AutoScalingInstanceRefresh;
      // Missing instances roll a deployment back, in every environment; silence does not.
      const watched = refresh.Preferences.AlarmSpecification.Alarms;
      expect(watched).toEqual([expect.stringMatching(`^harbourline-${environment}-\\w+: instances missing$`)]);
      const [alarm] = ofType('AWS::CloudWatch::Alarm').filter(([, each]) =>
        watched.includes(each.Properties.AlarmName),
      );
      expect(alarm?.[1].Properties).toMatchObject({
        MetricName: 'GroupInServiceInstances',
        Dimensions: [{ Name: 'AutoScalingGroupName', Value: { Ref: id.split('/')[1] } }],
        Threshold: Number(Properties.MinSize),
        TreatMissingData: 'notBreaching',
      });
      expect(refresh.Preferences ?? refresh).toMatchObject({ MinHealthyPercentage: 100 });
      expect(UpdatePolicy.AutoScalingRollingUpdate).toBeUndefined();
      // An instance that hands over says so every minute (drain.sh): a few may be lost, and a dead one holds up nobody for long.
      const silence = Properties.LifecycleHookSpecificationList[1].HeartbeatTimeout;
      expect([silence >= 3 * 60, silence <= 600]).toEqual([true, true]);
    }
  });

  test('fleets scale by processor, queue and refusals; samplers one at a time', () => {
    const tracked = ofType('AWS::AutoScaling::ScalingPolicy')
      .filter(([id, { Properties }]) => id.includes('Gateways') && Properties.PolicyType === 'TargetTrackingScaling')
      .map(
        ([
          ,
          {
            Properties: { TargetTrackingConfiguration: tracking },
          },
        ]) =>
          tracking.PredefinedMetricSpecification
            ? tracking.PredefinedMetricSpecification.PredefinedMetricType
            : tracking.CustomizedMetricSpecification.MetricName,
      );
    expect(tracked.sort()).toEqual([
      'ASGAverageCPUUtilization',
      'otelcol_exporter_queue_size',
      'otelcol_receiver_refused_spans',
    ]);
    const steps = ofType('AWS::AutoScaling::ScalingPolicy').filter(([id]) => id.includes('Samplers'));
    expect(steps.map(([, { Properties }]) => Properties.ScalingAdjustment).sort()).toEqual([-1, 1]);
    for (const [, { Properties }] of steps) expect(Properties.PolicyType).toBe('SimpleScaling');
    for (const [, { Properties }] of ofType('AWS::CloudWatch::Alarm').filter(
      // Those that people are notified of bear a name.
      ([id, { Properties }]) => id.includes('Samplers') && Properties.Metrics && !Properties.AlarmName,
    )) {
      const metrics = Properties.Metrics.flatMap(({ MetricStat }: any) => MetricStat?.Metric.MetricName ?? []);
      expect(metrics.sort()).toEqual([
        'CPUUtilization',
        'otelcol_exporter_queue_size',
        'otelcol_receiver_refused_spans',
      ]);
    }
  });

  test('agents: installed by tag, few nodes at a time, by a policy without wildcards', () => {
    const [[, { Properties }]] = ofType('AWS::SSM::Association') as any;
    expect(Properties).toMatchObject({
      Targets: [{ Key: 'tag:harbourline:agent', Values: [environment] }],
      MaxConcurrency: '10%',
      MaxErrors: '5%',
      ScheduleExpression: 'rate(6 hours)',
    });
    const [[, document]] = ofType('AWS::SSM::Document') as any;
    expect(document.Properties.Content.parameters.action.allowedValues).toEqual(['install', 'verify', 'uninstall']);
    const [policy] = ofType('AWS::IAM::ManagedPolicy').filter(([id]) => id.includes('AgentNodePolicy'));
    for (const { Resource } of policy![1].Properties.PolicyDocument.Statement) {
      expect(JSON.stringify(Resource)).not.toContain('*');
    }
  });

  // Raw spans are in the store, on volumes that go with their instance, and in this bucket.
  test('no bucket keeps anything for longer than 14 days, and none is public', () => {
    const buckets = ofType('AWS::S3::Bucket');
    expect(buckets).toHaveLength(1);
    for (const [, { Properties }] of buckets) {
      const rules: { Status: string; ExpirationInDays: number; Prefix?: string }[] =
        Properties.LifecycleConfiguration.Rules;
      const [forAll] = rules.filter(({ Prefix }) => Prefix === undefined);
      expect(forAll).toMatchObject({ Status: 'Enabled', ExpirationInDays: 14 });
      for (const { ExpirationInDays } of rules) expect(ExpirationInDays).toBeLessThanOrEqual(14);
      expect(Properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(Properties.VersioningConfiguration).toBeUndefined();
    }
    for (const [, { Properties }] of ofType('AWS::EC2::LaunchTemplate')) {
      for (const { Ebs } of Properties.LaunchTemplateData.BlockDeviceMappings)
        expect(Ebs.DeleteOnTermination).toBe(true);
    }
  });

  // Action by action: whoever adds one has to change this list, and a reviewer sees it.
  test('what each role may do', () => {
    const granted: Record<string, Set<string>> = {};
    for (const [, { Properties }] of ofType('AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy')) {
      // A policy without a role is for roles of others: service nodes attach it.
      for (const role of Properties.Roles ?? [{ Ref: Properties.Description }]) {
        const name = String(role.Ref ?? role['Fn::ImportValue'] ?? '')
          .replace(/^.*OutputRef/, '')
          .replace(/[0-9A-F]{8,}$/, '');
        granted[name] ??= new Set();
        for (const { Action } of Properties.PolicyDocument.Statement) {
          for (const action of [Action].flat()) granted[name].add(action);
        }
      }
    }
    expect(
      Object.fromEntries(Object.entries(granted).map(([role, actions]) => [role, [...actions].sort()])),
    ).toMatchSnapshot();
  });

  test('no permission of a wildcard action', () => {
    for (const [id, { Properties }] of ofType('AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy')) {
      for (const { Action } of Properties.PolicyDocument.Statement) {
        for (const action of [Action].flat()) expect([id, action]).toEqual([id, expect.not.stringContaining('*')]);
      }
    }
  });

  test('every log group is encrypted and has an end', () => {
    for (const [id, { Properties }] of ofType('AWS::Logs::LogGroup')) {
      expect([id, Properties.KmsKeyId !== undefined, typeof Properties.RetentionInDays]).toEqual([id, true, 'number']);
    }
  });

  test('the service-linked role of Auto Scaling may use the key of the volumes', () => {
    const template = templateOf(environment, 'Collect');
    const keys = Object.values(template.findResources('AWS::KMS::Key', {}));
    const statements = keys.flatMap(({ Properties }) => Properties.KeyPolicy.Statement);
    expect(JSON.stringify(statements.filter(({ Action }) => [Action].flat().includes('kms:CreateGrant')))).toContain(
      'aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
    );
  });

  test('the collector is published by a command, keyed by its sources', () => {
    expect(JSON.stringify(templateOf(environment, 'Collect').toJSON())).not.toContain('ExecutableFile');
    const userData = ofType('AWS::EC2::LaunchTemplate').map(([, { Properties }]) =>
      JSON.stringify(Properties.LaunchTemplateData.UserData),
    );
    for (const text of userData)
      expect(text).toMatch(/aws s3 cp --no-progress s3:\/\/cdk-hnb659fds-assets-\d{12}-ap-east-1\/[0-9a-f]{64}/);
  });
});
