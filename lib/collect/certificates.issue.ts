/** Makes the certificates of the tiers. Used by the deployment function and, with the same code, by a rehearsal. */
import { webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** A tier's certificate, its key and whom it trusts, all PEM. */
export interface TierCertificate {
  readonly certificate: string;
  /** PKCS#8. */
  readonly key: string;
  /** One or more authorities: the newest first. */
  readonly authority: string;
}

export interface IssueOptions {
  /** DNS names by tier: the first is the subject. */
  readonly tiers: Readonly<Record<string, readonly string[]>>;
  /** Start of validity, five minutes of clock skew are taken off. */
  readonly now: Date;
  /** Authorities that stay trusted while instances are replaced. @default none */
  readonly previousAuthority?: string;
}

/** Days of validity: certificates are issued anew well before; 825 is the longest that public authorities ever allowed. */
export const validityDays = 825;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const usages = ['sign', 'verify'] as const;

/**
 * Makes an authority, signs one certificate a tier with it and forgets the authority's key: nobody, not even the
 * function that made it, can sign another one later. New certificates mean a new authority.
 */
export async function issueCertificates({
  tiers,
  now,
  previousAuthority,
}: IssueOptions): Promise<Record<string, TierCertificate>> {
  const notBefore = new Date(now.getTime() - 5 * 60_000);
  const notAfter = new Date(now.getTime() + validityDays * 86_400_000);
  const authorityKeys = await webcrypto.subtle.generateKey(algorithm, false, usages);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'O=Harbourline, CN=Harbourline tiers',
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const trusted = [authority.toString('pem'), previousAuthority].filter(Boolean).join('\n');

  const issued = await Promise.all(
    Object.entries(tiers).map(async ([tier, names]) => {
      const keys = await webcrypto.subtle.generateKey(algorithm, true, usages);
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `O=Harbourline, CN=${names[0]}`,
        issuer: authority.subject,
        notBefore,
        notAfter,
        signingAlgorithm: algorithm,
        publicKey: keys.publicKey,
        signingKey: authorityKeys.privateKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
          new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
          await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
        ],
      });
      const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
      return [tier, { certificate: certificate.toString('pem'), key, authority: trusted }] as const;
    }),
  );
  return Object.fromEntries(issued);
}
