import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, CustomResource, Fn, Stack, Stage } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnLaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { reviewFiles, staleness, writeReview } from '../../tools/review/files';
import { readable } from '../../tools/review/readable';
import { sanitiseTemplate } from '../../tools/review/sanitise';

const digest = 'c0ffee00'.repeat(8);

/** An app of one stage, whose code and period a test may change. */
function assembly({ code = 'exports.handler = 1;', period = 60, stacks = ['Store'] } = {}): string {
  const app = new App({ analyticsReporting: true });
  const stage = new Stage(app, 'dev', { env: { account: '111111111111', region: 'ap-east-1' } });
  for (const id of stacks) {
    const stack = new Stack(stage, id);
    const directory = mkdtempSync(join(tmpdir(), 'harbourline-test-'));
    writeFileSync(join(directory, 'index.js'), code);
    const asset = new Asset(stack, 'Artifact', { path: directory });
    const handler = new LambdaFunction(stack, 'Function', {
      runtime: Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: Code.fromAsset(directory),
    });
    new CfnOutput(stack, 'Version', { value: handler.currentVersion.version });
    new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }).addToPolicy(
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [`${asset.bucket.bucketArn}/*`] }),
    );
    new CfnLaunchTemplate(stack, 'Template', {
      launchTemplateData: {
        userData: Fn.base64(`#!/bin/bash\nregion=${stack.stackId}\nget ${asset.s3ObjectUrl}\nsum ${digest}\n`),
      },
    });
    new Dashboard(stack, 'Dashboard', {
      widgets: [
        [
          new GraphWidget({
            left: [new Metric({ namespace: 'N', metricName: 'm', dimensionsMap: { S: stack.stackId } })],
            title: `every ${period}`,
          }),
        ],
      ],
    });
    new CustomResource(stack, 'Documents', {
      serviceToken: handler.functionArn,
      properties: { Documents: { role: stack.toJsonString({ backend_roles: [handler.functionArn], hidden: false }) } },
    });
  }
  return app.synth().directory;
}

describe('readable', () => {
  test.each<[string, unknown, unknown]>([
    ['compact JSON', '{"a":[1,{"b":"x"}]}', { '@json': { a: [1, { b: 'x' }] } }],
    ['JSON within JSON', JSON.stringify({ a: '{"b":1}' }), { '@json': { a: { '@json': { b: 1 } } } }],
    ['lines', 'a\n  b\n', { '@lines': ['a', '  b', ''] }],
    ['JSON in another layout', '{\n "a": 1\n}', { '@lines': ['{', ' "a": 1', '}'] }],
    ['a word', 'plain', 'plain'],
    ['something like JSON', '{"a":', '{"a":'],
    ['numbers that JSON.parse would round', '{"a":12345678901234567890}', '{"a":12345678901234567890}'],
    ['empty objects', '{}', '{}'],
    [
      'a joined document',
      { 'Fn::Join': ['', ['{"arn":"', { 'Fn::GetAtt': ['A', 'Arn'] }, '/x","r":"', { Ref: 'AWS::Region' }, '"}']] },
      { '@json': { arn: '«A.Arn»/x', r: '«AWS::Region»' } },
    ],
    [
      'an intrinsic with arguments',
      { 'Fn::Join': ['', ['a\n', { 'Fn::ImportValue': 'x' }]] },
      { '@lines': ['a', "«{'Fn::ImportValue':'x'}»"] },
    ],
    [
      'a joined ARN',
      { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3']] },
      { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3']] },
    ],
    [
      'text with the marks of its own',
      { 'Fn::Join': ['', ['«\n', { Ref: 'A' }]] },
      { 'Fn::Join': ['', [{ '@lines': ['«', ''] }, { Ref: 'A' }]] },
    ],
  ])('%s', (_, given, expected) => {
    expect(readable(given)).toEqual(expected);
  });
});

describe('sanitiseTemplate', () => {
  test('masks hashes of assets, in keys as well, and no other', () => {
    const hash = 'ab'.repeat(32);
    expect(sanitiseTemplate({ [`x${hash}`]: `${hash}.zip`, keep: digest }, [hash, 'keep'])).toEqual({
      'x<asset>': '<asset>.zip',
      keep: digest,
    });
  });

  test('masks ids of versions wherever they stand, and versions of CDK', () => {
    const id = `FnCurrentVersion0A1B2C3D${'d'.repeat(32)}`;
    expect(
      sanitiseTemplate({
        Resources: {
          [id]: { Type: 'AWS::Lambda::Version' },
          Alias: { DependsOn: [id], Properties: { FunctionVersion: { 'Fn::GetAtt': [id, 'Version'] } } },
          CDKMetadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'v2:deflate64:H4sIAAA' } },
          Function: { Metadata: { 'aws:cdk:path': 'dev/F', 'aws:asset:path': '/home/me/asset.1', cdk_nag: {} } },
        },
      }),
    ).toEqual({
      Resources: {
        'FnCurrentVersion0A1B2C3D<version>': { Type: 'AWS::Lambda::Version' },
        Alias: {
          DependsOn: ['FnCurrentVersion0A1B2C3D<version>'],
          Properties: { FunctionVersion: { 'Fn::GetAtt': ['FnCurrentVersion0A1B2C3D<version>', 'Version'] } },
        },
        CDKMetadata: { Type: 'AWS::CDK::Metadata', Properties: '<versions>' },
        Function: { Metadata: { 'aws:cdk:path': 'dev/F', 'aws:asset:path': '<asset>', cdk_nag: {} } },
      },
    });
  });

  test('leaves what it was given as it was', () => {
    const template = Object.freeze({ Resources: Object.freeze({}), Description: 'a\nb' });
    expect(sanitiseTemplate(template)).toEqual({ Resources: {}, Description: { '@lines': ['a', 'b'] } });
  });
});

describe('review files of an app', () => {
  beforeEach(() => jest.spyOn(console, 'error').mockImplementation());

  test('one for each stack, under the ids of stage and stack, with documents to read', () => {
    const files = reviewFiles(assembly({ stacks: ['Network', 'Store'] }));
    expect([...files.keys()]).toEqual(['review/dev/Network.json', 'review/dev/Store.json']);
    const { Resources } = JSON.parse(files.get('review/dev/Store.json')!);
    const properties = (type: string) => Object.values<any>(Resources).find(({ Type }) => Type === type).Properties;

    expect(properties('AWS::Lambda::Function').Code.S3Key).toBe('<asset>.zip');
    expect(properties('AWS::EC2::LaunchTemplate').LaunchTemplateData.UserData).toEqual({
      'Fn::Base64': {
        '@lines': [
          '#!/bin/bash',
          'region=«AWS::StackId»',
          'get s3://cdk-hnb659fds-assets-111111111111-ap-east-1/<asset>.zip',
          `sum ${digest}`,
          '',
        ],
      },
    });
    expect(properties('AWS::CloudWatch::Dashboard').DashboardBody['@json'].widgets[0].properties).toMatchObject({
      region: '«AWS::Region»',
      metrics: [['N', 'm', 'S', '«AWS::StackId»']],
    });
    expect(properties('AWS::CloudFormation::CustomResource').Documents.role).toEqual({
      '@json': { backend_roles: [expect.stringMatching(/^«Function.*\.Arn»$/)], hidden: false },
    });
    expect(properties('AWS::IAM::Policy').PolicyDocument.Statement[0].Action).toBe('s3:GetObject');
  });

  test('other code changes nothing, another setting changes its line', () => {
    const lines = (options?: Parameters<typeof assembly>[0]) =>
      reviewFiles(assembly(options)).get('review/dev/Store.json')!.split('\n');
    const before = lines();
    expect(lines({ code: 'exports.handler = 2;' })).toEqual(before);
    const after = lines({ period: 300 });
    expect(after.filter((line, at) => line !== before[at])).toEqual([expect.stringContaining('"title": "every 300"')]);
  });

  test('staleness names what is missing, stale and gone; writing fixes it', () => {
    const root = mkdtempSync(join(tmpdir(), 'harbourline-test-'));
    const files = new Map([
      ['review/dev/Network.json', '{}\n'],
      ['review/dev/Store.json', '{}\n'],
    ]);
    expect(staleness(root, files)).toEqual([
      'review/dev/Network.json is missing: run npm run review:update and commit',
      'review/dev/Store.json is missing: run npm run review:update and commit',
    ]);
    writeReview(root, files);
    expect(staleness(root, files)).toEqual([]);

    const next = new Map([['review/dev/Store.json', '{"a":1}\n']]);
    expect(staleness(root, next)).toEqual([
      'review/dev/Store.json is stale: run npm run review:update and commit',
      'review/dev/Network.json is of a stack that is gone: run npm run review:update and commit',
    ]);
    writeReview(root, next);
    expect(existsSync(join(root, 'review/dev/Network.json'))).toBe(false);
    expect(readFileSync(join(root, 'review/dev/Store.json'), 'utf8')).toBe('{"a":1}\n');
  });
});
