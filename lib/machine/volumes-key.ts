import { Stack } from 'aws-cdk-lib';
import { ArnPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { encryptionKey } from '../common/encryption-key';

/**
 * A key of the volumes of fleets. Auto Scaling's service-linked role must use it, or instances die at launch with
 * Client.InternalError.
 */
export function volumesKey(scope: Construct, id: string, purpose: string, keyArn?: string): IKey {
  const key = encryptionKey(scope, id, purpose, keyArn);
  const role = Stack.of(scope).formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName: 'aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
  });
  const principals = [new ArnPrincipal(role)];
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AutoScalingUsesTheKey',
      principals,
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AutoScalingAttachesVolumes',
      principals,
      actions: ['kms:CreateGrant'],
      resources: ['*'],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  );
  return key;
}
