/** AWS Private CA on this machine: it checks signatures and requests, refuses as AWS does, and signs. */
import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { type PrivateCa, privateCa } from '../../lib/machine/private-ca';
import { signatureProblem } from '../../rehearsal/stage/aws/signature';

const day = 86_400_000;
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
export const authorityArn =
  'arn:aws:acm-pca:ap-east-1:333333333333:certificate-authority/00000000-0000-4000-8000-000000000001';
export const templateArn = 'arn:aws:acm-pca:::template/EndEntityCertificate/V1';

const ecdsa = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' };
const rsa = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};

export interface Double {
  readonly ask: PrivateCa;
  /** What was called, in order. */
  readonly called: string[];
  /** PEM. */
  readonly root: string;
  readonly authority: string;
  close(): void;
}

export interface DoubleOptions {
  readonly now: Date;
  readonly key?: 'ecdsa' | 'rsa';
  /** How long the authority is valid. @default 400 */
  readonly days?: number;
  /** Call → the names that its first answers are refused with. */
  readonly refusals?: Record<string, string[]>;
  /** Signs under the name of somebody else. */
  readonly wrong?: boolean;
}

/** An authority below a root, and how it is asked. */
export async function privateCaDouble({
  now,
  key = 'ecdsa',
  days = 400,
  refusals = {},
  wrong,
}: DoubleOptions): Promise<Double> {
  const algorithm = key === 'rsa' ? rsa : ecdsa;
  const pair = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const [above, own] = [await pair(), await pair()];
  const certify = (subject: string, publicKey: webcrypto.CryptoKey, signingKey: webcrypto.CryptoKey, until: number) =>
    x509.X509CertificateGenerator.create({
      subject,
      issuer: 'CN=Bank root',
      publicKey,
      signingKey,
      signingAlgorithm: algorithm,
      notBefore: new Date(now.getTime() - day),
      notAfter: new Date(now.getTime() + until * day),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
  const root = await certify('CN=Bank root', above.publicKey, above.privateKey, 3650);
  const authority = await certify('CN=Bank tracing', own.publicKey, above.privateKey, days);
  const issued = new Map<string, string>();

  const fail = (name: string, message = '') => Object.assign(new Error(message), { name });
  const answers: Record<string, (input: any) => Promise<object>> = {
    GetCertificateAuthorityCertificate: async () => ({ Certificate: authority.toString('pem') }),
    async IssueCertificate({ Csr, SigningAlgorithm, TemplateArn, Validity, IdempotencyToken }) {
      if (TemplateArn !== templateArn) throw fail('InvalidArgsException', `the template ${TemplateArn}`);
      if (SigningAlgorithm !== (key === 'rsa' ? 'SHA256WITHRSA' : 'SHA384WITHECDSA'))
        throw fail('InvalidArgsException', `${SigningAlgorithm} by a key of ${key}`);
      if (Validity.Type !== 'DAYS' || Validity.Value > days)
        throw fail('InvalidArgsException', 'the validity exceeds that of the authority');
      if (!/^[\w-]{1,36}$/.test(IdempotencyToken)) throw fail('InvalidArgsException', 'no token');
      const request = new x509.Pkcs10CertificateRequest(Buffer.from(Csr, 'base64').toString());
      if (!(await request.verify())) throw fail('MalformedCSRException');
      const names = request.getExtension('2.5.29.17');
      const certificate = await x509.X509CertificateGenerator.create({
        subject: request.subject,
        issuer: wrong ? 'CN=Somebody else' : authority.subject,
        publicKey: request.publicKey,
        signingKey: own.privateKey,
        signingAlgorithm: algorithm,
        notBefore: new Date(now.getTime() - day / 24),
        notAfter: new Date(now.getTime() + Validity.Value * day),
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
          ...(names ? [names] : []),
        ],
      });
      const arn = `${authorityArn}/certificate/${issued.size}`;
      issued.set(arn, certificate.toString('pem'));
      return { CertificateArn: arn };
    },
    GetCertificate: async ({ CertificateArn }) => ({
      Certificate: issued.get(CertificateArn),
      CertificateChain: `${authority.toString('pem')}\n${root.toString('pem')}`,
    }),
  };

  const called: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const action = String(incoming.headers['x-amz-target']).replace('ACMPrivateCA.', '');
    called.push(action);
    const request = { method: 'POST', path: '/', headers: incoming.headers, body: Buffer.concat(chunks) };
    try {
      const problem = await signatureProblem(request, { service: 'acm-pca', region: 'ap-east-1', credentials });
      if (problem) throw fail('InvalidSignatureException', problem);
      const refusal = refusals[action]?.shift();
      if (refusal) throw fail(refusal);
      const input = JSON.parse(request.body.toString());
      if (input.CertificateAuthorityArn !== authorityArn) throw fail('ResourceNotFoundException');
      outgoing.end(JSON.stringify(await answers[action]?.(input)));
    } catch (error) {
      outgoing.statusCode = 400;
      outgoing.end(JSON.stringify({ __type: (error as Error).name, message: (error as Error).message }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ask: privateCa({ region: 'ap-east-1', endpoint, credentials: async () => credentials, pause: 1 }),
    called,
    root: root.toString('pem'),
    authority: authority.toString('pem'),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
