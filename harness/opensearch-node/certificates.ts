/** Certificates of the node: an authority that signs one and is forgotten. */
import { webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** All PEM, the key in PKCS#8 as OpenSearch wants it. */
export interface NodeCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const usages = ['sign', 'verify'] as const;
/** A rehearsal lasts minutes, a session left open for a look a day or two. */
const validityDays = 7;

/** Issues a certificate for `localhost` and one IP address, for both ends of a connection. */
export async function issueNodeCertificate(address: string): Promise<NodeCertificate> {
  const now = Date.now();
  const validity = { notBefore: new Date(now - 300_000), notAfter: new Date(now + validityDays * 86_400_000) };
  const authorityKeys = await webcrypto.subtle.generateKey(algorithm, false, usages);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'O=Rehearsal, CN=Rehearsal store authority',
    ...validity,
    signingAlgorithm: algorithm,
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const keys = await webcrypto.subtle.generateKey(algorithm, true, usages);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'O=Rehearsal, CN=store',
    issuer: authority.subject,
    ...validity,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: address },
      ]),
    ],
  });
  return {
    certificate: certificate.toString('pem'),
    key: x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
    authority: authority.toString('pem'),
  };
}
