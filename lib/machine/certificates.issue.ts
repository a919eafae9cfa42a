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
  /** What this tier will present after the next renewal: its authority is trusted by then. */
  readonly next?: { readonly certificate: string; readonly key: string };
}

export interface IssueOptions {
  /** DNS names by tier: the first is the subject. */
  readonly tiers: Readonly<Record<string, readonly string[]>>;
  /** Start of validity, five minutes of clock skew are taken off. */
  readonly now: Date;
}

/** Days between two renewals. */
export const renewalDays = 30;

/**
 * Days of validity. A certificate lies ready for one renewal and is in use for the next, so it is 60 days old at most;
 * the rest bears two renewals that fail.
 */
export const validityDays = 4 * renewalDays;

/** Of every key that is made here. */
export const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const usages = ['sign', 'verify'] as const;

/** The keys of a tier, and the private one as it is stored. */
export async function keyPair() {
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, usages);
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { keys, key };
}

/**
 * Makes an authority, signs one certificate a tier with it and forgets the authority's key: nobody, not even the
 * function that made it, can sign another one later. New certificates mean a new authority.
 */
export async function issueCertificates({ tiers, now }: IssueOptions): Promise<Record<string, TierCertificate>> {
  const notBefore = new Date(now.getTime() - 5 * 60_000);
  const notAfter = new Date(now.getTime() + validityDays * 86_400_000);
  const authorityKeys = await webcrypto.subtle.generateKey(signingAlgorithm, false, usages);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'O=Harbourline, CN=Harbourline tiers',
    notBefore,
    notAfter,
    signingAlgorithm,
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const issued = await Promise.all(
    Object.entries(tiers).map(async ([tier, names]) => {
      const { keys, key } = await keyPair();
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `O=Harbourline, CN=${names[0]}`,
        issuer: authority.subject,
        notBefore,
        notAfter,
        signingAlgorithm,
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
      return [tier, { certificate: certificate.toString('pem'), key, authority: authority.toString('pem') }] as const;
    }),
  );
  return Object.fromEntries(issued);
}

/** The certificates in a text of several. */
export const certificates = (text: string): string[] =>
  text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];

/** Authorities that stay trusted: the one that comes, the one in use, the one before it. */
const trustedAuthorities = 3;

/**
 * One renewal of a tier. What was issued last time is used now, what is issued now the next time: between the two every
 * machine has learnt to trust the authority of what comes.
 *
 * @param stored what the tier has; nothing the first time
 */
export function renew(stored: TierCertificate | undefined, issued: TierCertificate): TierCertificate {
  const next = { certificate: issued.certificate, key: issued.key };
  const known = certificates(stored?.authority ?? '');
  return {
    ...(stored?.next ?? next),
    authority: [issued.authority, ...known].slice(0, trustedAuthorities).join('\n'),
    next,
  };
}
