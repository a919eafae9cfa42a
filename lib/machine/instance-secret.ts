import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { regionalService } from '../contract/partition';

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
export const instanceSecret = (sid: string, secret: Secret, key: IKey): InstanceSecret => ({
  secretArn: secret.secretArn,
  keyArn: key.keyArn,
  statements: [
    new PolicyStatement({ sid, actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }),
    throughSecretsManager(key, ['kms:Decrypt'], secret.secretArn, `KeyOf${sid}`),
  ],
});

/** The key, as far as Secrets Manager uses it for a caller who may read or write the secret. */
export const throughSecretsManager = (
  key: IKey,
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

/** Roles of another account that may read a secret. */
export interface ForeignReaders {
  readonly account: string;
  readonly roleArns: readonly string[];
}

/**
 * Lets roles of other accounts read a secret. Each account is named as principal and the roles as a condition: a role need not
 * exist yet, and one that is made anew under its name is still meant. Their own policy must allow it, too.
 */
export function allowForeignReaders(secret: Secret, key: IKey, readers: readonly ForeignReaders[]): void {
  for (const { account, roleArns } of readers) {
    const principals = [new AccountPrincipal(account)];
    const roles = { ArnEquals: { 'aws:PrincipalArn': [...roleArns] } };
    secret.addToResourcePolicy(
      new PolicyStatement({
        sid: `NodesOf${account}`,
        principals,
        actions: ['secretsmanager:GetSecretValue'],
        resources: ['*'],
        conditions: roles,
      }),
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: `NodesOf${account}`,
        principals,
        actions: ['kms:Decrypt'],
        resources: ['*'],
        conditions: {
          ...roles,
          StringEquals: { 'kms:ViaService': `secretsmanager.${key.stack.region}.amazonaws.com` },
        },
      }),
    );
  }
}

/** A secret of another account, known by its ARN: it and its key let the reader in by their own policies. */
export const foreignSecret = (
  sid: string,
  { secretArn, keyArn }: { readonly secretArn: string; readonly keyArn: string },
  region: string,
): InstanceSecret => ({
  secretArn,
  keyArn,
  statements: [
    new PolicyStatement({ sid, actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }),
    new PolicyStatement({
      sid: `${sid}Key`,
      actions: ['kms:Decrypt'],
      resources: [keyArn],
      conditions: {
        StringEquals: {
          'kms:ViaService': regionalService('secretsmanager', region),
          'kms:EncryptionContext:SecretARN': secretArn,
        },
      },
    }),
  ],
});
