import { ArnFormat, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { regionalService } from '../contract/partition';

/**
 * A customer-managed key for one purpose, rotated every year, kept when its stack goes: data that it encrypted may
 * outlive the stack, and a key scheduled for deletion makes it unreadable.
 *
 * @param keyArn a key of the organisation that is used instead, as it stands: what its policy says is its owner's
 */
export function encryptionKey(scope: Construct, id: string, purpose: string, keyArn?: string): IKey {
  if (keyArn) return Key.fromKeyArn(scope, id, keyArn);
  return new Key(scope, id, {
    description: `Harbourline: ${purpose}`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
}

/** Lets CloudWatch Logs use the key, for log groups of this account and region only. */
export function allowCloudWatchLogs(key: IKey): void {
  const { stack } = key;
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'LogGroupsOfThisAccount',
      principals: [new ServicePrincipal(regionalService('logs', stack.region))],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
            service: 'logs',
            resource: 'log-group',
            resourceName: '*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }),
  );
}
