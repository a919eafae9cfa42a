import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnResource, Stack, Stage, Validations } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Construct } from 'constructs';
import { context } from '../../cdk.json';
import { acknowledge } from '../../lib/compliance/acknowledge';
import { auditPolicy, registerPolicyPacks } from '../../lib/compliance/policy';

const reason = 'The toy has to be small, and nothing of value will ever be stored in it.';

/** Two stacks in a stage: a bucket of one, a role of the other that may read it. */
function toy() {
  const app = new App({ context });
  const stage = new Stage(app, 'dev', { env: { account: '111111111111', region: 'ap-east-1' } });
  const bucket = new Bucket(new Stack(stage, 'Store'), 'Bucket');
  const role = new Role(new Stack(stage, 'Collect'), 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  return { app, stage, bucket, role };
}

/** Acknowledges what is open, where it was found. */
function acknowledgeAll(app: App, ids: readonly { id: string; path: string }[]): void {
  for (const { id, path } of ids)
    acknowledge(app.node.findAll().find(({ node }) => node.path === path)!, { id, reason });
}

test('finds what is open in a stage of an app, as nag itself does', () => {
  const { app, stage } = toy();
  const { unacknowledged } = auditPolicy(app);
  expect(unacknowledged).toContainEqual(
    expect.objectContaining({ id: 'AwsSolutions-S1', path: 'dev/Store/Bucket/Resource', severity: 'error' }),
  );
  expect(unacknowledged.filter(({ id }) => id.startsWith('AwsSolutions-')).map(({ id }) => id)).toEqual(
    new AwsSolutionsChecks().validateScope(app).violations.map(({ ruleName }) => ruleName),
  );
  expect(auditPolicy(stage)).toEqual(auditPolicy(app));
});

test('an acknowledgment covers its construct and all beneath, with the nearest named', () => {
  const { app, bucket } = toy();
  acknowledge(bucket, { id: 'AwsSolutions-S1', reason }, { id: 'AwsSolutions-S10', reason });
  acknowledge(bucket.node.defaultChild!, { id: 'AwsSolutions-S1', reason });
  const { acknowledged, unacknowledged, stale } = auditPolicy(app);
  expect(acknowledged.map(({ id, by }) => [id, by.path])).toEqual([
    ['AwsSolutions-S1', 'dev/Store/Bucket/Resource'],
    ['AwsSolutions-S10', 'dev/Store/Bucket'],
  ]);
  expect(unacknowledged.some(({ id }) => id === 'AwsSolutions-S1' || id === 'AwsSolutions-S10')).toBe(false);
  expect(stale).toEqual([]);
});

test.each(['the app', 'a stage', 'a stack'])(
  'nothing is acknowledged on %s: it would cover what comes later',
  (what) => {
    const { app, stage, bucket } = toy();
    const scope = { 'the app': app, 'a stage': stage, 'a stack': Stack.of(bucket) }[what]!;
    expect(() => acknowledge(scope, { id: 'AwsSolutions-S1', reason })).toThrow('covers whatever is added later');
  },
);

describe('what is deployed is judged, however it was written', () => {
  test('a raw resource', () => {
    const { app, stage } = toy();
    new CfnResource(stage.node.findChild('Store'), 'Raw', { type: 'AWS::S3::Bucket' });
    expect(auditPolicy(app).unacknowledged).toContainEqual(
      expect.objectContaining({ id: 'AwsSolutions-S1', path: 'dev/Store/Raw' }),
    );
  });

  test('an override, and an acknowledgment beside it', () => {
    const make = () => {
      const { app, stage } = toy();
      const log = new CfnLogGroup(stage.node.findChild('Store'), 'Log', {
        retentionInDays: 30,
        kmsKeyId: 'arn:aws:kms:ap-east-1:111111111111:key/00000000-0000-4000-8000-000000000000',
      });
      log.addPropertyDeletionOverride('RetentionInDays');
      return { app, log };
    };
    const { app, log } = make();
    const finding = { id: 'NIST.800.53.R5-CloudWatchLogGroupRetentionPeriod', path: 'dev/Store/Log' };
    expect(auditPolicy(app).unacknowledged).toContainEqual(expect.objectContaining(finding));
    const again = make();
    acknowledge(again.log, { id: finding.id, reason });
    expect(log.node.path).toBe(finding.path);
    expect(auditPolicy(again.app)).toMatchObject({ stale: [] });
    expect(auditPolicy(again.app).acknowledged).toContainEqual(expect.objectContaining(finding));
  });
});

test('a record that acknowledge() would have refused went past it', () => {
  const { app, bucket } = toy();
  Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S1', reason: 'Accepted risk.' });
  bucket.node.addMetadata('harbourline:acknowledged', { id: 'AwsSolutions-S1', reason: 'Accepted risk.' });
  expect(auditPolicy(app).bypassed).toMatchObject([{ id: 'AwsSolutions-S1', path: bucket.node.path }]);
});

test('an acknowledgment over resources of several kinds is too wide', () => {
  const { app, stage } = toy();
  const group = new Construct(stage.node.findChild('Store'), 'Group');
  new CfnBucket(group, 'One');
  new CfnLogGroup(group, 'Two');
  const both = auditPolicy(app).unacknowledged.filter(({ path }) => path.startsWith('dev/Store/Group'));
  expect(both.length).toBeGreaterThan(1);
  acknowledge(group, { id: 'AwsSolutions-S1', reason });
  expect(auditPolicy(app).wide).toEqual([]);
});

describe('a reason is held against the template', () => {
  /** An app with a function. */
  const calledApp = (scheduled: boolean, inVpc: boolean) => {
    const { app, stage } = toy();
    const store = stage.node.findChild('Store');
    const called = new CfnFunction(store, 'Called', {
      role: 'arn:aws:iam::111111111111:role/r',
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      code: { zipFile: 'x' },
      ...(inVpc ? { vpcConfig: { subnetIds: ['subnet-1'] } } : {}),
    });
    if (scheduled)
      new CfnRule(store, 'Rule', { scheduleExpression: 'rate(1 day)', targets: [{ arn: called.attrArn, id: 'a' }] });
    return { app, called };
  };
  const audit = (scheduled: boolean, inVpc: boolean) => {
    const { app, called } = calledApp(scheduled, inVpc);
    acknowledge(
      called,
      { id: 'NIST.800.53.R5-LambdaConcurrency', reason: `Called once per deployment. ${reason}` },
      { id: 'NIST.800.53.R5-LambdaDLQ', reason: `It calls nothing inside the VPC. ${reason}` },
    );
    return auditPolicy(app).untrue.map(({ claim }) => claim);
  };

  test('true', () => {
    expect(audit(false, false)).toEqual([]);
  });

  test.each([
    'Runs at deployments only',
    'Only CloudFormation invokes it',
    'Invoked solely while the stack is deployed',
    'Nobody else calls it',
    'No schedule starts this function',
  ])('in other words, of a function that a schedule calls: %s', (said) => {
    const { app, called } = calledApp(true, false);
    acknowledge(called, { id: 'NIST.800.53.R5-LambdaConcurrency', reason: `${said}. ${reason}` });
    expect(auditPolicy(app).untrue).toHaveLength(1);
  });

  test.each([
    ['NIST.800.53.R5-S3BucketReplicationEnabled', 'It is versioned', 1],
    ['NIST.800.53.R5-S3BucketReplicationEnabled', 'Public access is blocked', 1],
    ['NIST.800.53.R5-S3BucketReplicationEnabled', 'Nothing is kept here', 0],
  ])('of a bucket: %s: %s', (id, said, untrue) => {
    const { app, stage } = toy();
    const raw = new CfnBucket(stage.node.findChild('Store'), 'Plain');
    acknowledge(raw, { id, reason: `${said}. ${reason}` });
    expect(auditPolicy(app).untrue).toHaveLength(untrue);
  });

  test('a schedule calls it, too; it is inside', () => {
    expect(audit(true, true)).toEqual(['once per deployment', 'nothing inside the VPC']);
  });
});

test('reports acknowledgments that nothing needs', () => {
  const { app, bucket, role } = toy();
  acknowledge(role, { id: 'AwsSolutions-S1', reason }, { id: 'AwsSolutions-IAM5[Action::s3:Old*]', reason });
  acknowledge(bucket, { id: 'E3012', reason });
  expect(auditPolicy(app).stale.map(({ id, path }) => `${path} ${id}`)).toEqual([
    'dev/Store/Bucket E3012',
    'dev/Collect/Role AwsSolutions-S1',
    'dev/Collect/Role AwsSolutions-IAM5[Action::s3:Old*]',
  ]);
});

test('reports acknowledgments made past acknowledge()', () => {
  const { app, bucket } = toy();
  Validations.of(bucket).acknowledge({ id: 'AwsSolutions::AwsSolutions-S1', reason: '' });
  Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S10', reason });
  expect(auditPolicy(app).bypassed).toEqual([
    { path: 'dev/Store/Bucket', id: 'AwsSolutions::AwsSolutions-S1', reason: '' },
    { path: 'dev/Store/Bucket', id: 'AwsSolutions-S10', reason },
  ]);
});

test('what CDK acknowledges by itself is neither stale nor bypassed', () => {
  const { app, bucket } = toy();
  Validations.of(bucket).acknowledge({ id: 'CloudFormation-Validate::F3002', reason: 'CDK has its reasons' });
  Validations.of(bucket).acknowledge({ id: '@aws-cdk/aws-s3:warning', reason: 'CDK has its reasons' });
  expect(auditPolicy(app)).toMatchObject({ stale: [], bypassed: [] });
});

test('a reference to another stack reads in a finding as it does at synth', () => {
  const { app, bucket, role } = toy();
  role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects('*')] }));
  acknowledgeAll(app, auditPolicy(app).unacknowledged);
  expect(auditPolicy(app)).toMatchObject({ unacknowledged: [], stale: [], bypassed: [] });
});

describe('built-in validation', () => {
  beforeEach(() => jest.spyOn(console, 'error').mockImplementation());
  const withResource = (properties: Record<string, unknown>) => {
    const { app, stage } = toy();
    const store = stage.node.findChild('Store');
    return { app, resource: new CfnResource(store, 'Group', { type: 'AWS::Logs::LogGroup', properties }) };
  };

  test('an error stops synth, and so the audit, until it is acknowledged', () => {
    expect(() => auditPolicy(withResource({ Nonsense: 1 }).app)).toThrow('F3002');
    const { app, resource } = withResource({ Nonsense: 1 });
    acknowledge(resource, { id: 'F3002', reason });
    expect(auditPolicy(app)).toMatchObject({
      acknowledged: [{ id: 'F3002', path: 'dev/Store/Group' }],
      stale: [],
      bypassed: [],
    });
  });

  test('a warning is a finding', () => {
    const { app } = withResource({ RetentionInDays: 15 });
    expect(auditPolicy(app).unacknowledged).toContainEqual(
      expect.objectContaining({ id: 'W3030', path: 'dev/Store/Group', severity: 'warning' }),
    );
  });
});

describe('registered', () => {
  const quiet = () => jest.spyOn(console, 'error').mockImplementation();

  test('an open finding in a stage is an error at synth', () => {
    quiet();
    const { app } = toy();
    registerPolicyPacks(app);
    expect(() => app.synth()).toThrow(/AwsSolutions-S1\b[\s\S]*NIST\.800\.53\.R5-/);
  });

  test('own rules as well', () => {
    quiet();
    const { app, stage } = toy();
    new CfnResource(stage.node.findChild('Store'), 'Gateway', { type: 'AWS::EC2::InternetGateway' });
    registerPolicyPacks(app);
    expect(() => app.synth()).toThrow('Harbourline-PublicAddress[InternetGateway]');
  });

  test('with all acknowledged it synthesises, and templates carry the reasons', () => {
    const { app: probe } = toy();
    const open = auditPolicy(probe).unacknowledged;
    const { app } = toy();
    acknowledgeAll(app, open);
    registerPolicyPacks(app);
    const directory = join(app.synth().directory, 'assembly-dev');
    const file = readdirSync(directory).find((name) => /^devStore.*\.template\.json$/.test(name))!;
    const { Resources } = JSON.parse(readFileSync(join(directory, file), 'utf8'));
    const [resource] = Object.values<any>(Resources).filter(({ Type }) => Type === CfnBucket.CFN_RESOURCE_TYPE_NAME);
    expect(resource.Metadata.cdk_nag.rules_to_suppress).toContainEqual({ id: 'AwsSolutions-S1', reason });
  });
});
