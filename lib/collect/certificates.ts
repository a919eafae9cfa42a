import { join } from 'node:path';
import { CustomResource, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
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

/** Raise it to issue new certificates with the next deployment. */
const generation = '1';

/**
 * One certificate for each tier, in a secret that only the tier's instances may read. TLS ends in the collectors, not
 * at the load balancer, so it is one channel from node to gateway and needs no certificate of a public authority.
 */
export class TierCertificates extends Construct {
  readonly gateway: Secret;
  readonly sampler: Secret;
  /** The authority's certificate, PEM: what an agent trusts. */
  readonly authority: string;

  constructor(scope: Construct, id: string, { config, logsKey }: TierCertificatesProps) {
    super(scope, id);
    const key = encryptionKey(this, 'Key', 'certificates of the collector tiers');
    const secret = (tier: 'gateway' | 'sampler'): Secret => {
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
      return made;
    };
    this.gateway = secret('gateway');
    this.sampler = secret('sampler');

    const issuer = new DeploymentFunction(this, 'Issuer', {
      description: 'Issues the certificates of the collector tiers',
      entry: join(__dirname, 'certificates.handler.ts'),
      logsKey,
      logRetention: config.observe.logRetentionDays,
    });
    for (const target of [this.gateway, this.sampler]) {
      target.grantRead(issuer.role);
      target.grantWrite(issuer.role);
    }
    this.authority = new CustomResource(this, 'Certificates', {
      resourceType: 'Custom::HarbourlineTierCertificates',
      serviceToken: issuer.serviceToken,
      properties: {
        Secrets: { gateway: this.gateway.secretArn, sampler: this.sampler.secretArn },
        Names: {
          gateway: [tierName('gateway', config.environment)],
          sampler: [tierName('sampler', config.environment)],
        },
        Generation: generation,
      },
    }).getAttString('Authority');
  }
}
