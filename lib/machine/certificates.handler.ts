/** The function that issues the tiers' certificates, at deployment and then on a schedule, and puts each into its tier's secret. */
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { CdkCustomResourceResponse } from 'aws-lambda';
import { issueCertificates, renew, type TierCertificate } from './certificates.issue';
import { type RequestOptions, requestCertificates } from './certificates.request';
import { privateCa } from './private-ca';

/** Properties of the custom resource, and of the scheduled call. */
export interface CertificatesProperties {
  /** Tier → secret that receives its certificate. */
  readonly Secrets: Readonly<Record<string, string>>;
  /** Tier → DNS names. */
  readonly Names: Readonly<Record<string, string[]>>;
  /** Who signs. @default an authority that is made for it and forgotten */
  readonly Authority?: RequestOptions['authority'];
}

/** CloudFormation's request, or the schedule's. */
export interface CertificatesEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete' | 'Renew';
  readonly ResourceProperties: CertificatesProperties;
}

type Client = Pick<SecretsManagerClient, 'send'>;

/** Renews every tier's certificate; leaves the secrets alone on delete. */
export async function handler(
  event: CertificatesEvent,
  _context?: unknown,
  client: Client = new SecretsManagerClient(),
  now: Date = new Date(),
  organisation = privateCa,
): Promise<CdkCustomResourceResponse> {
  const PhysicalResourceId = 'tier-certificates';
  if (event.RequestType === 'Delete') return { PhysicalResourceId };
  const { Secrets, Names: tiers, Authority: authority } = event.ResourceProperties;

  const issued = authority
    ? await requestCertificates({ tiers, now, authority, privateCa: organisation({ region: regionOf(authority) }) })
    : await issueCertificates({ tiers, now });
  // Every secret is read before one is written: what cannot be read must not be renewed by half.
  const renewed = await Promise.all(
    Object.entries(Secrets).map(async ([tier, SecretId]) => {
      const certificate = issued[tier];
      if (!certificate)
        throw new Error(`No names were given for tier ${tier}: Names and Secrets must have the same keys.`);
      return { SecretId, value: renew(await stored(client, SecretId), certificate) };
    }),
  );
  for (const { SecretId, value } of renewed) {
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }));
  }
  return { PhysicalResourceId };
}

const regionOf = ({ CertificateAuthorityArn: arn }: RequestOptions['authority']): string => arn.split(':')[3] ?? '';

async function stored(client: Client, SecretId: string): Promise<TierCertificate | undefined> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
  try {
    return JSON.parse(SecretString ?? '') as TierCertificate;
  } catch {
    return undefined; // never issued: the secret still holds what Secrets Manager made up at its creation
  }
}
