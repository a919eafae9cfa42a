/** Certificates that an authority of the organisation signs. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { handler } from '../../lib/machine/certificates.handler';
import { certificates, type TierCertificate, validityDays } from '../../lib/machine/certificates.issue';
import { requestCertificates } from '../../lib/machine/certificates.request';
import { authorityArn, type Double, type DoubleOptions, privateCaDouble, templateArn } from './private-ca';

const tiers = {
  gateway: ['gateway.dev.harbourline.internal', 'otlp.bank.example'],
  sampler: ['sampler.dev.harbourline.internal'],
};
const authority = { CertificateAuthorityArn: authorityArn, TemplateArn: templateArn };
const now = new Date();

let double: Double | undefined;
afterEach(() => double?.close());

async function request(options: Partial<DoubleOptions> = {}, asked: object = authority) {
  double = await privateCaDouble({ now, ...options });
  return requestCertificates({ tiers, now, authority: asked as typeof authority, privateCa: double.ask });
}

test.each(['ecdsa', 'rsa'] as const)('an authority of %s: certificates of each tier verify under it', async (key) => {
  const { gateway, sampler } = (await request({ key })) as Record<'gateway' | 'sampler', TierCertificate>;
  const certificate = new X509Certificate(gateway.certificate);
  expect(certificate.subjectAltName).toBe('DNS:gateway.dev.harbourline.internal, DNS:otlp.bank.example');
  expect((Date.parse(certificate.validTo) - now.getTime()) / 86_400_000).toBeCloseTo(validityDays, 3);
  expect(gateway.key).not.toBe(sampler.key);

  // As certificate.sh does, with the one authority that signed.
  expect(gateway.authority).toBe(double?.authority);
  const folder = mkdtempSync(join(tmpdir(), 'private-ca-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  try {
    const [own, root] = [file('certificate.pem', gateway.certificate), file('root.pem', double?.root ?? '')];
    const verify = (...options: string[]) => execFileSync('openssl', ['verify', ...options, own], { encoding: 'utf8' });
    expect(verify('-partial_chain', '-CAfile', file('authority.pem', gateway.authority))).toContain('OK');
    // Who trusts the root of the organisation is shown what lies between.
    expect(verify('-CAfile', root, '-untrusted', own)).toContain('OK');
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(certificates(gateway.certificate)).toHaveLength(2);

  // As a client that trusts the organisation's root, and a server that asks for a certificate.
  const { certificate: cert, key: pem } = gateway;
  const server = createServer(
    { cert, key: pem, ca: double?.root, requestCert: true, rejectUnauthorized: true },
    (socket) => socket.end('ok'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    ca: double?.root as string,
    servername: 'otlp.bank.example',
    cert: sampler.certificate,
    key: sampler.key,
  });
  try {
    const [data] = await once(socket, 'data');
    expect(String(data)).toBe('ok');
  } finally {
    socket.destroy();
    server.close();
  }
});

test('what passes is asked again: throttling, and a certificate that is being signed', async () => {
  await request({
    refusals: {
      IssueCertificate: ['ThrottlingException'],
      GetCertificate: Array(5).fill('RequestInProgressException'),
    },
  });
  const count = (action: string) => double?.called.filter((each) => each === action).length;
  expect([count('IssueCertificate'), count('GetCertificate')]).toEqual([3, 7]);
});

test('but not indefinitely', async () => {
  await expect(
    request({ refusals: { GetCertificateAuthorityCertificate: Array(20).fill('ThrottlingException') } }),
  ).rejects.toThrow('ThrottlingException');
  expect(double?.called).toHaveLength(8);
});

test.each<[string, Partial<DoubleOptions>, object, string]>([
  [
    'a call that is not allowed',
    { refusals: { IssueCertificate: ['AccessDeniedException'] } },
    authority,
    'AccessDeniedException',
  ],
  [
    'an authority that is not there',
    {},
    { ...authority, CertificateAuthorityArn: `${authorityArn}2` },
    'ResourceNotFoundException',
  ],
  ['another template', {}, { ...authority, TemplateArn: `${templateArn}x` }, 'InvalidArgsException'],
  ['an authority that ends before the certificates would', { days: 100 }, authority, 'new certificate of it first'],
  ['a certificate of somebody else', { wrong: true }, authority, 'another signature'],
])('%s fails, once and with its reason', async (_what, options, asked, reason) => {
  await expect(request(options, asked)).rejects.toThrow(reason);
  expect(new Set(double?.called).size).toBeLessThanOrEqual(3);
});

test('the issuing function: what was issued by an authority of our own is used until machines trust the new one', async () => {
  double = await privateCaDouble({ now });
  const values = new Map<string, string>();
  const send = async (command: { constructor: { name: string }; input: Record<string, string> }) => {
    const { input } = command;
    if (command.constructor.name === 'GetSecretValueCommand')
      return { SecretString: values.get(input.SecretId as string) };
    values.set(input.SecretId as string, input.SecretString as string);
    return {};
  };
  const properties = { Secrets: { gateway: 'arn:g', sampler: 'arn:s' }, Names: tiers };
  const regions: string[] = [];
  const call = (ResourceProperties: object) =>
    handler({ RequestType: 'Update', ResourceProperties } as never, undefined, { send } as never, now, ({ region }) => {
      regions.push(region);
      return double?.ask as Double['ask'];
    });
  const gateway = () => JSON.parse(values.get('arn:g') ?? '{}') as TierCertificate;

  await call(properties);
  const before = gateway();
  await call({ ...properties, Authority: authority });
  expect(gateway().certificate).toBe(before.certificate);
  expect(certificates(gateway().authority)).toEqual([double.authority, before.authority]);
  await call({ ...properties, Authority: authority });
  const used = new X509Certificate(gateway().certificate);
  expect(used.checkIssued(new X509Certificate(double.authority))).toBe(true);
  expect(regions).toEqual(['ap-east-1', 'ap-east-1']);
});
