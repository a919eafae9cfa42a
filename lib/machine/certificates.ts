import { join } from 'node:path';
import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { tierName } from '../../config/tier-names';
import { encryptionKey } from '../common/encryption-key';
import { DeploymentFunction } from '../common/function';
import { secretName } from '../common/names';
import { acknowledge } from '../compliance/acknowledge';
import { renewalDays } from './certificates.issue';
import {
  allowForeignReaders,
  type ForeignReaders,
  type InstanceSecret,
  instanceSecret,
  throughSecretsManager,
} from './instance-secret';

export interface TierCertificatesProps {
  readonly environment: string;
  /** Names of the gateways: the first is what collectors verify. */
  readonly gatewayNames: readonly string[];
  /** Nodes of other accounts, whose agents show the agents' certificate. */
  readonly agentReaders: readonly ForeignReaders[];
  /** `organisation.certificateAuthorityArn`. */
  readonly authorityArn?: string | undefined;
  /** `organisation.keyArns.secrets`. */
  readonly keyArn?: string | undefined;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
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
  readonly of: Readonly<Record<Tier, InstanceSecret>>;
  /** Name of the function that renews them. */
  readonly functionName: string;

  constructor(scope: Construct, id: string, props: TierCertificatesProps) {
    super(scope, id);
    const { environment, logsKey, logRetention } = props;
    const key = encryptionKey(this, 'Key', 'certificates of the collector tiers', props.keyArn);
    const certificate = (tier: Tier): InstanceSecret => {
      const made = new Secret(this, `${tier[0]?.toUpperCase()}${tier.slice(1)}`, {
        description: `Certificate and key of the ${tier} tier`,
        ...secretName(this, environment, `certificate-${tier}`),
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
      if (tier === 'agent') allowForeignReaders(made, key, props.agentReaders);
      return { ...instanceSecret('OwnCertificate', made, key), issued: [this] };
    };
    this.of = {
      agent: certificate('agent'),
      gateway: certificate('gateway'),
      sampler: certificate('sampler'),
      relay: certificate('relay'),
    };

    const authority = props.authorityArn ? signer(this, props.authorityArn) : undefined;
    const secretArns = tiers.map((tier) => this.of[tier].secretArn);
    const issuer = new DeploymentFunction(this, 'Issuer', {
      description: 'Issues and renews the certificates of the collector tiers',
      alsoCalled: {
        by: `a schedule every ${renewalDays} days`,
        failure: 'Lambda tries twice more, and an alarm says that certificates end long before they do',
      },
      entry: join(__dirname, 'certificates.handler.ts'),
      logsKey,
      logRetention,
      statements: [
        new PolicyStatement({
          sid: 'CertificatesOfTheTiers',
          actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
          resources: secretArns,
        }),
        throughSecretsManager(key, ['kms:Decrypt', 'kms:GenerateDataKey'], '*'),
        ...(authority?.statements ?? []),
      ],
    });
    this.functionName = issuer.function.functionName;
    const properties = {
      Secrets: Object.fromEntries(tiers.map((tier) => [tier, this.of[tier].secretArn])),
      Names: Object.fromEntries(
        tiers.map((tier) => [tier, tier === 'gateway' ? props.gatewayNames : [tierName(tier, environment)]]),
      ),
      ...(authority ? { Authority: authority.properties } : {}),
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

/**
 * An authority of the organisation, of this account or shared with it by Resource Access Manager, whose default permission for
 * authorities allows this template alone: certificates of servers and clients, which sign nothing (user guide, "Definitions of
 * AWS Private CA certificate templates").
 */
function signer(scope: Construct, CertificateAuthorityArn: string) {
  const TemplateArn = `arn:${Stack.of(scope).partition}:acm-pca:::template/EndEntityCertificate/V1`;
  const resources = [CertificateAuthorityArn];
  return {
    properties: { CertificateAuthorityArn, TemplateArn },
    statements: [
      new PolicyStatement({
        sid: 'HaveCertificatesSigned',
        actions: ['acm-pca:IssueCertificate'],
        resources,
        conditions: { StringEquals: { 'acm-pca:TemplateArn': TemplateArn } },
      }),
      new PolicyStatement({
        sid: 'FetchWhatWasSigned',
        actions: ['acm-pca:GetCertificate', 'acm-pca:GetCertificateAuthorityCertificate'],
        resources,
      }),
    ],
  };
}
