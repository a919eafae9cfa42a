import { join } from 'node:path';
import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { tierName } from '../collector/blocks/components';
import { encryptionKey } from '../common/encryption-key';
import { DeploymentFunction } from '../common/function';
import { acknowledge } from '../compliance/acknowledge';
import { renewalDays } from './certificates.issue';

export interface TierCertificatesProps {
  readonly config: EnvironmentConfig;
  readonly logsKey: IKey;
}

/** A tier's secret, and what reading it takes. */
export interface TierCertificate {
  readonly secret: Secret;
  readStatements(): PolicyStatement[];
}

/** Raise it to renew with the next deployment, out of turn. */
const generation = '1';

const tiers = ['agent', 'gateway', 'sampler', 'relay'] as const;
type Tier = (typeof tiers)[number];

/**
 * One certificate for each tier, in a secret that only the tier's machines may read; renewed every month by the function
 * that issued it. TLS ends in the collectors, not at the load balancer, so it is one channel from node to gateway,
 * verified at both ends, and needs no certificate of a public authority.
 */
export class TierCertificates extends Construct {
  readonly of: Readonly<Record<Tier, TierCertificate>>;
  /** Name of the function that renews them. */
  readonly functionName: string;

  constructor(scope: Construct, id: string, { config, logsKey }: TierCertificatesProps) {
    super(scope, id);
    const key = encryptionKey(this, 'Key', 'certificates of the collector tiers');
    const certificate = (tier: Tier): TierCertificate => {
      const made = new Secret(this, `${tier[0]?.toUpperCase()}${tier.slice(1)}`, {
        description: `Certificate and key of the ${tier} tier`,
        encryptionKey: key,
        removalPolicy: RemovalPolicy.DESTROY,
      });
      const reason =
        'Renewed every 30 days by the function that issues it, all tiers together because they trust each other: a rotation of Secrets Manager would renew each by itself.';
      acknowledge(
        made,
        { id: 'AwsSolutions-SMG4', reason },
        { id: 'NIST.800.53.R5-SecretsManagerRotationEnabled', reason },
      );
      return { secret: made, readStatements: () => readSecret('OwnCertificate', made, key) };
    };
    this.of = {
      agent: certificate('agent'),
      gateway: certificate('gateway'),
      sampler: certificate('sampler'),
      relay: certificate('relay'),
    };

    const secretArns = tiers.map((tier) => this.of[tier].secret.secretArn);
    const issuer = new DeploymentFunction(this, 'Issuer', {
      description: 'Issues and renews the certificates of the collector tiers',
      entry: join(__dirname, 'certificates.handler.ts'),
      logsKey,
      logRetention: config.observe.logRetentionDays,
      statements: [
        new PolicyStatement({
          sid: 'CertificatesOfTheTiers',
          actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
          resources: secretArns,
        }),
        throughSecretsManager(key, ['kms:Decrypt', 'kms:GenerateDataKey'], '*'),
      ],
    });
    this.functionName = issuer.function.functionName;
    const properties = {
      Secrets: Object.fromEntries(tiers.map((tier) => [tier, this.of[tier].secret.secretArn])),
      Names: Object.fromEntries(tiers.map((tier) => [tier, [tierName(tier, config.environment)]])),
    };
    new CustomResource(this, 'Certificates', {
      resourceType: 'Custom::HarbourlineTierCertificates',
      serviceToken: issuer.serviceToken,
      properties: { ...properties, Generation: generation },
    });
    new Rule(this, 'Renewal', {
      description: 'Renews the certificates of the collector tiers',
      schedule: Schedule.rate(Duration.days(renewalDays)),
      targets: [
        new LambdaFunction(issuer.function, {
          event: RuleTargetInput.fromObject({ RequestType: 'Renew', ResourceProperties: properties }),
        }),
      ],
    });
  }
}

/** Reads one secret, and decrypts with its key through Secrets Manager only. */
export const readSecret = (sid: string, secret: Secret, key: Key): PolicyStatement[] => [
  new PolicyStatement({ sid, actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }),
  throughSecretsManager(key, ['kms:Decrypt'], secret.secretArn, `KeyOf${sid}`),
];

/** The key, as far as Secrets Manager uses it for a caller who may read or write the secret. */
const throughSecretsManager = (
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
