import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { handler } from '../../lib/collect/certificates.handler';
import { issueCertificates, validityDays } from '../../lib/collect/certificates.issue';

const now = new Date('2026-11-24T00:00:00Z');
const tiers = { gateway: ['gateway.dev.harbourline.internal'], sampler: ['sampler.dev.harbourline.internal'] };

describe('certificates of the tiers', () => {
  test('are verified by name under their authority, and under no other', async () => {
    const today = new Date();
    const { gateway } = await issueCertificates({ tiers, now: today });
    const foreign = await issueCertificates({ tiers, now: today });
    const server = createServer({ cert: gateway!.certificate, key: gateway!.key }, (socket) => socket.end('ok'));
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const attempt = (ca: string, servername: string) =>
      new Promise<string>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port, ca, servername }, () => {
          resolve('verified');
          socket.destroy();
        }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      });
    try {
      expect(await attempt(gateway!.authority, 'gateway.dev.harbourline.internal')).toBe('verified');
      expect(await attempt(gateway!.authority, 'gateway.prod.harbourline.internal')).toBe(
        'ERR_TLS_CERT_ALTNAME_INVALID',
      );
      expect(await attempt(foreign.gateway!.authority, 'gateway.dev.harbourline.internal')).not.toBe('verified');
    } finally {
      server.close();
    }
  });

  test('are valid for the stated time, each for its own tier only, and cannot sign', async () => {
    const issued = await issueCertificates({ tiers, now });
    for (const tier of ['gateway', 'sampler'] as const) {
      const certificate = new X509Certificate(issued[tier]!.certificate);
      expect(certificate.subjectAltName).toBe(`DNS:${tiers[tier][0]}`);
      expect(certificate.ca).toBe(false);
      const days = (Date.parse(certificate.validTo) - now.getTime()) / 86_400_000;
      expect(days).toBeCloseTo(validityDays, 3);
      expect(certificate.verify(new X509Certificate(issued[tier]!.authority).publicKey)).toBe(true);
    }
    expect(issued.gateway!.key).not.toBe(issued.sampler!.key);
  });
});

describe('the issuing function', () => {
  const properties = { Secrets: { gateway: 'arn:g', sampler: 'arn:s' }, Names: tiers, Generation: '1' };
  function secrets() {
    const values = new Map<string, string>();
    const send = async (command: { constructor: { name: string }; input: Record<string, string> }) => {
      const { input } = command;
      if (command.constructor.name === 'GetSecretValueCommand')
        return { SecretString: values.get(input.SecretId as string) ?? 'made-up' };
      values.set(input.SecretId as string, input.SecretString as string);
      return {};
    };
    return { values, client: { send } as never };
  }
  const call = (RequestType: string, client: never) =>
    handler({ RequestType, ResourceProperties: { ServiceToken: 'x', ...properties } } as never, undefined, client, now);

  test('puts certificate, key and authority into each secret and hands out the authority only', async () => {
    const { values, client } = secrets();
    const { Data } = await call('Create', client);
    expect([...values.keys()]).toEqual(['arn:g', 'arn:s']);
    for (const value of values.values()) {
      expect(Object.keys(JSON.parse(value))).toEqual(['certificate', 'key', 'authority']);
    }
    expect(Data?.Authority).toBe(JSON.parse(values.get('arn:g')!).authority);
    expect(JSON.stringify(Data)).not.toContain('PRIVATE KEY');
  });

  test('a new generation keeps the authority before it trusted, and only that one', async () => {
    const { values, client } = secrets();
    const authorities: string[] = [];
    for (const type of ['Create', 'Update', 'Update']) {
      await call(type, client);
      authorities.push(JSON.parse(values.get('arn:g')!).authority);
    }
    const pem = (text: string) => text.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
    expect(authorities.map((text) => pem(text).length)).toEqual([1, 2, 2]);
    expect(pem(authorities[2]!)[1]).toBe(pem(authorities[1]!)[0]);
  });

  test('leaves the secrets alone on delete', async () => {
    const { values, client } = secrets();
    expect(await call('Delete', client)).toEqual({ PhysicalResourceId: 'tier-certificates' });
    expect(values.size).toBe(0);
  });
});
