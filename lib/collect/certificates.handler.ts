/** The deployment function that issues the tiers' certificates and puts each into its tier's secret. */
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { CdkCustomResourceEvent, CdkCustomResourceResponse } from 'aws-lambda';
import { issueCertificates, type TierCertificate } from './certificates.issue';

/** Properties of the custom resource. */
export interface CertificatesProperties {
  /** Tier → secret that receives its certificate. */
  readonly Secrets: Readonly<Record<string, string>>;
  /** Tier → DNS names. */
  readonly Names: Readonly<Record<string, string[]>>;
  /** A new value issues new certificates. */
  readonly Generation: string;
}

/** Issues certificates on create and on every change of a property; leaves the secrets alone on delete. */
export async function handler(
  event: CdkCustomResourceEvent,
  _context?: unknown,
  client: Pick<SecretsManagerClient, 'send'> = new SecretsManagerClient(),
  now: Date = new Date(),
): Promise<CdkCustomResourceResponse> {
  const PhysicalResourceId = 'tier-certificates';
  if (event.RequestType === 'Delete') return { PhysicalResourceId };
  const { Secrets, Names } = event.ResourceProperties as unknown as CertificatesProperties;

  // What was trusted stays trusted until the next time, so that old and new instances verify each other meanwhile.
  const [anySecret] = Object.values(Secrets);
  const previousAuthority =
    event.RequestType === 'Update' && anySecret ? await newestAuthority(client, anySecret) : undefined;
  const certificates = await issueCertificates({
    tiers: Names,
    now,
    ...(previousAuthority ? { previousAuthority } : {}),
  });

  let authority = '';
  for (const [tier, SecretId] of Object.entries(Secrets)) {
    const certificate = certificates[tier];
    if (!certificate)
      throw new Error(`No names were given for tier ${tier}: Names and Secrets must have the same keys.`);
    authority = certificate.authority;
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(certificate) }));
  }
  return { PhysicalResourceId, Data: { Authority: authority } };
}

async function newestAuthority(
  client: Pick<SecretsManagerClient, 'send'>,
  SecretId: string,
): Promise<string | undefined> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
  try {
    const { authority } = JSON.parse(SecretString ?? '') as TierCertificate;
    return authority.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/)?.[0];
  } catch {
    return undefined; // never issued: the secret still holds what Secrets Manager made up at its creation
  }
}
