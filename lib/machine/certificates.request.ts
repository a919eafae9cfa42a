/** Has the certificates of the tiers signed by an authority of the organisation in AWS Private CA. */
import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import {
  certificates,
  type IssueOptions,
  keyPair,
  signingAlgorithm,
  type TierCertificate,
  validityDays,
} from './certificates.issue';
import type { PrivateCa } from './private-ca';

export interface RequestOptions extends IssueOptions {
  readonly privateCa: PrivateCa;
  /** The authority, and the template that it signs by. */
  readonly authority: { readonly CertificateAuthorityArn: string; readonly TemplateArn: string };
}

/**
 * As `issueCertificates`, signed by an authority that stands: keys are made here, and only requests leave. A tier shows the
 * authorities above, too, and trusts the one that signed alone: not whatever else the root of the organisation has signed.
 *
 * @throws Error where the authority ends before the certificates would, or signs something else than it was asked
 */
export async function requestCertificates(options: RequestOptions): Promise<Record<string, TierCertificate>> {
  const { tiers, now, privateCa } = options;
  const { TemplateArn, CertificateAuthorityArn } = options.authority;
  const { Certificate: pem } = await privateCa('GetCertificateAuthorityCertificate', { CertificateAuthorityArn });
  const authority = new X509Certificate(pem);
  if (Date.parse(authority.validTo) < now.getTime() + validityDays * 86_400_000)
    throw new Error(
      `The authority ${CertificateAuthorityArn} ends on ${authority.validTo}, and signs nothing that ends later: certificates of ${validityDays} days need a new certificate of it first.`,
    );
  const requested = async ([tier, names]: readonly [string, readonly string[]]) => {
    const { keys, key } = await keyPair();
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: `O=Harbourline, CN=${names[0]}`,
      keys,
      signingAlgorithm,
      extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))],
    });
    const { CertificateArn } = await privateCa('IssueCertificate', {
      CertificateAuthorityArn,
      TemplateArn,
      Csr: Buffer.from(request.toString('pem')).toString('base64'),
      SigningAlgorithm: algorithmOf(authority),
      Validity: { Type: 'DAYS', Value: validityDays },
      // The same in each repetition of this call: AWS signs once.
      IdempotencyToken: randomUUID(),
    });
    const { Certificate, CertificateChain = '' } = await privateCa('GetCertificate', {
      CertificateAuthorityArn,
      CertificateArn,
    });
    const certificate = new X509Certificate(Certificate);
    const wrong = [
      ...(certificate.checkIssued(authority) && certificate.verify(authority.publicKey) ? [] : ['another signature']),
      ...(certificate.checkPrivateKey(createPrivateKey(key)) ? [] : ['another key']),
      ...names.filter((name) => certificate.checkHost(name) === undefined).map((name) => `no name ${name}`),
    ];
    if (wrong.length > 0) throw new Error(`${CertificateArn} is not what was asked for: ${wrong.join(', ')}.`);
    // The root is nothing to show: whoever verifies has it, or does not trust it.
    const above = certificates(CertificateChain).filter((each) => !isRoot(new X509Certificate(each)));
    return [tier, { certificate: [Certificate.trim(), ...above].join('\n'), key, authority: pem.trim() }] as const;
  };
  return Object.fromEntries(await Promise.all(Object.entries(tiers).map(requested)));
}

const isRoot = (certificate: X509Certificate): boolean => certificate.subject === certificate.issuer;

/** How an authority signs is decided by its key: API reference of IssueCertificate, SigningAlgorithm. */
function algorithmOf({ publicKey }: X509Certificate): string {
  const { namedCurve = '' } = publicKey.asymmetricKeyDetails ?? {};
  const hash = { prime256v1: 'SHA256', secp384r1: 'SHA384', secp521r1: 'SHA512' }[namedCurve];
  if (hash) return `${hash}WITHECDSA`;
  if (publicKey.asymmetricKeyType === 'rsa') return 'SHA256WITHRSA';
  throw new Error(
    `The authority signs by ${publicKey.asymmetricKeyType} ${namedCurve}: an authority of RSA or of ECDSA over P-256, P-384 or P-521 is needed.`,
  );
}
