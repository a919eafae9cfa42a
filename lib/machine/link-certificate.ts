import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { LinkedConfig } from '../contract/link-parameters';
import { regionalService } from '../contract/partition';
import type { InstanceSecret } from './instance-secret';

/** A certificate of the link: the organisation's own, in a secret that exists (ADR 20). Nobody else is let in by us. */
export const linkCertificate = (
  { secretArn, keyArn }: LinkedConfig['link']['relay']['certificate'],
  region: string,
): InstanceSecret => ({
  secretArn,
  keyArn,
  statements: [
    new PolicyStatement({
      sid: 'LinkCertificate',
      actions: ['secretsmanager:GetSecretValue'],
      resources: [secretArn],
    }),
    new PolicyStatement({
      sid: 'LinkCertificateKey',
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
