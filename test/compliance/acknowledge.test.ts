import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { acknowledge, acknowledgments } from '../../lib/compliance/acknowledge';

const reason = 'Access logs of this bucket would hold nothing that the flow logs do not hold already.';

function bucket(): Bucket {
  return new Bucket(new Stack(new App(), 'Store'), 'Bucket');
}

test('records path, id and reason, where the app can list them', () => {
  const target = bucket();
  acknowledge(
    target,
    { id: 'AwsSolutions-S1', reason },
    { id: 'AwsSolutions-IAM5[Resource::*]', reason },
    { id: 'Harbourline-Standby[zones-2]', reason },
    { id: 'W3045', reason },
  );
  expect(acknowledgments(target.node.root)).toEqual(
    ['AwsSolutions-S1', 'AwsSolutions-IAM5[Resource::*]', 'Harbourline-Standby[zones-2]', 'W3045'].map((id) => ({
      path: 'Store/Bucket',
      id,
      reason,
    })),
  );
});

test.each([
  ['an empty reason', '', 'thin'],
  ['a short reason', 'We do not need this here.', 'thin'],
  ['a reason of boilerplate', 'Not needed, not required, N/A: by design, accepted risk, false positive here', 'thin'],
  ['a reason that repeats itself', 'because because because because because because because because', 'thin'],
  ['a reason still to be written', `TODO ${reason}`, 'not finished'],
])('refuses %s', (_, given, message) => {
  expect(() => acknowledge(bucket(), { id: 'AwsSolutions-S1', reason: given })).toThrow(message);
});

test('boilerplate within a real reason does no harm', () => {
  acknowledge(bucket(), { id: 'AwsSolutions-S1', reason: `Not needed: ${reason}` });
});

test.each([
  ['a mistyped id', 'AwsSolutions-S99', 'no pack'],
  ['an id without its pack', 'S1', 'no pack'],
  ['an id of a pack that is not registered', 'PCI.DSS.321-S3BucketLoggingEnabled', 'no pack'],
  ['what is written as no rule is', 'E98765', 'no built-in validation'],
  ['a namespace', 'AwsSolutions::AwsSolutions-S1', 'write the bare id, "AwsSolutions-S1"'],
  ['a namespace of built-in validation', 'CloudFormation-Validate::W3045', 'write the bare id, "W3045"'],
  ['a namespace before an exact finding', 'A::AwsSolutions-IAM5[Resource::*]', '"AwsSolutions-IAM5[Resource::*]"'],
  ['all wildcards at once', 'AwsSolutions-IAM5', 'exact finding'],
  ['all managed policies at once', 'AwsSolutions-IAM4', 'exact finding'],
  ['an own rule without its finding', 'Harbourline-Standby', 'exact finding'],
  ['brackets behind a rule without findings', 'AwsSolutions-S1[Bucket]', 'write "AwsSolutions-S1"'],
])('refuses %s', (_, id, message) => {
  expect(() => acknowledge(bucket(), { id, reason })).toThrow(message);
});

test('refuses a finding that is only known at deployment', () => {
  const target = bucket();
  expect(() => acknowledge(target, { id: `AwsSolutions-IAM5[Resource::${target.bucketArn}/*]`, reason })).toThrow(
    'holds a token',
  );
});

test('says all problems at once, and records nothing', () => {
  const target = bucket();
  const wrong = () =>
    acknowledge(target, { id: 'AwsSolutions-S10', reason }, { id: 'AwsSolutions-S99', reason: 'TODO' });
  expect(wrong).toThrow(/^Cannot acknowledge at Store\/Bucket:\n- AwsSolutions-S99: no pack.*\n- AwsSolutions-S99: /);
  expect(acknowledgments(target.node.root)).toEqual([]);
});
