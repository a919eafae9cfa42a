import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';

/** A secret that instances read, and what reading it takes. */
export interface InstanceSecret {
  readonly secretArn: string;
  /** Key of the secret. */
  readonly keyArn: string;
  readonly statements: readonly PolicyStatement[];
  /** What puts it there: whoever reads the secret before that reads something else. @default it exists */
  readonly issued?: readonly IConstruct[];
}

/** Reading one secret of ours, and decrypting with its key through Secrets Manager only. */
export const instanceSecret = (sid: string, secret: Secret, key: Key): InstanceSecret => ({
  secretArn: secret.secretArn,
  keyArn: key.keyArn,
  statements: [
    new PolicyStatement({ sid, actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }),
    throughSecretsManager(key, ['kms:Decrypt'], secret.secretArn, `KeyOf${sid}`),
  ],
});

/** The key, as far as Secrets Manager uses it for a caller who may read or write the secret. */
export const throughSecretsManager = (
  key: Key,
  actions: string[],
  secretArn: string,
  sid = 'KeyThroughSecretsManager',
): PolicyStatement =>
  new PolicyStatement({
    sid,
    actions,
    resources: [key.keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': `secretsmanager.${key.stack.region}.amazonaws.com` },
      StringLike: { 'kms:EncryptionContext:SecretARN': secretArn },
    },
  });
