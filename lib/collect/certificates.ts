import { join } from 'node:path';
import { CustomResource, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { acknowledge } from '../compliance/acknowledge';
import { encryptionKey } from '../encryption-key';
import { DeploymentFunction } from '../function';
import { tierName } from './pipelines/components';

export interface TierCertificatesProps {
  readonly config: EnvironmentConfig;
  readonly logsKey: IKey;
}

/** A tier's secret, and what reading it takes. */
export interface TierCertificate {
  readonly secret: Secret;
  readStatements(): PolicyStatement[];
}

/** Raise it to issue new certificates with the next deployment. */
const generation = '1';

/**
 * One certificate for each tier, in a secret that only the tier's instances may read. TLS ends in the collectors, not
 * at the load balancer, so it is one channel from node to gateway and needs no certificate of a public authority.
 */
export class TierCertificates extends Construct {
  readonly gateway: TierCertificate;
  readonly sampler: TierCertificate;
  /** The authority's certificate, PEM: what an agent trusts. */
  readonly authority: string;

  constructor(scope: Construct, id: string, { config, logsKey }: TierCertificatesProps) {
    super(scope, id);
    const key = encryptionKey(this, 'Key', 'certificates of the collector tiers');
    const certificate = (tier: 'gateway' | 'sampler'): TierCertificate => {
      const made = new Secret(this, `${tier[0]?.toUpperCase()}${tier.slice(1)}`, {
        description: `Certificate and key of the ${tier} tier`,
        encryptionKey: key,
        removalPolicy: RemovalPolicy.DESTROY,
      });
      const reason =
        'Holds a certificate, not a password: a deployment with a higher generation issues a new one under a new authority and replaces the instances; a rotation function would change it under running instances.';
      acknowledge(
        made,
        { id: 'AwsSolutions-SMG4', reason },
        { id: 'NIST.800.53.R5-SecretsManagerRotationEnabled', reason },
      );
      return { secret: made, readStatements: () => readStatements(made, key) };
    };
    this.gateway = certificate('gateway');
    this.sampler = certificate('sampler');

    const issuer = new DeploymentFunction(this, 'Issuer', {
      description: 'Issues the certificates of the collector tiers',
      entry: join(__dirname, 'certificates.handler.ts'),
      logsKey,
      logRetention: config.observe.logRetentionDays,
      statements: [
        new PolicyStatement({
          sid: 'CertificatesOfTheTiers',
          actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
          resources: [this.gateway.secret.secretArn, this.sampler.secret.secretArn],
        }),
        throughSecretsManager(key, ['kms:Decrypt', 'kms:GenerateDataKey'], '*'),
      ],
    });
    this.authority = new CustomResource(this, 'Certificates', {
      resourceType: 'Custom::HarbourlineTierCertificates',
      serviceToken: issuer.serviceToken,
      properties: {
        Secrets: { gateway: this.gateway.secret.secretArn, sampler: this.sampler.secret.secretArn },
        Names: {
          gateway: [tierName('gateway', config.environment)],
          sampler: [tierName('sampler', config.environment)],
        },
        Generation: generation,
      },
    }).getAttString('Authority');
  }
}

/** Reads one secret, and decrypts with its key through Secrets Manager only. */
const readStatements = (secret: Secret, key: Key): PolicyStatement[] => [
  new PolicyStatement({
    sid: 'OwnCertificate',
    actions: ['secretsmanager:GetSecretValue'],
    resources: [secret.secretArn],
  }),
  throughSecretsManager(key, ['kms:Decrypt'], secret.secretArn),
];

/** The key, as far as Secrets Manager uses it for a caller who may read or write the secret. */
const throughSecretsManager = (key: Key, actions: string[], secretArn: string): PolicyStatement =>
  new PolicyStatement({
    sid: 'KeyThroughSecretsManager',
    actions,
    resources: [key.keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': `secretsmanager.${key.stack.region}.amazonaws.com` },
      StringLike: { 'kms:EncryptionContext:SecretARN': secretArn },
    },
  });
