import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { handler } from '../../lib/machine/certificates.handler';
import { issueCertificates, renew, type TierCertificate, validityDays } from '../../lib/machine/certificates.issue';

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
  const properties = { Secrets: { gateway: 'arn:g', sampler: 'arn:s' }, Names: tiers };
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
  const call = (RequestType: 'Create' | 'Update' | 'Delete' | 'Renew', client: never) =>
    handler({ RequestType, ResourceProperties: properties }, undefined, client, now);

  test('puts certificate, key and authority into each secret and hands out nothing', async () => {
    const { values, client } = secrets();
    expect(await call('Create', client)).toEqual({ PhysicalResourceId: 'tier-certificates' });
    expect([...values.keys()]).toEqual(['arn:g', 'arn:s']);
    for (const value of values.values()) {
      expect(Object.keys(JSON.parse(value)).sort()).toEqual(['authority', 'certificate', 'key', 'next']);
    }
  });

  test('whoever has missed one renewal and whoever has not verify each other, both ways, at every renewal', async () => {
    const { values, client } = secrets();
    const history: Record<'gateway' | 'sampler', TierCertificate>[] = [];
    for (const type of ['Create', 'Renew', 'Update', 'Renew', 'Renew'] as const) {
      await call(type, client);
      history.push({ gateway: JSON.parse(values.get('arn:g')!), sampler: JSON.parse(values.get('arn:s')!) });
    }
    const trusts = (who: TierCertificate, whom: TierCertificate) =>
      pems(who.authority).some((authority) =>
        new X509Certificate(whom.certificate).verify(new X509Certificate(authority).publicKey),
      );
    history.slice(1).forEach((fresh, index) => {
      const late = history[index]!;
      expect([index, trusts(late.gateway, fresh.sampler), trusts(fresh.gateway, late.sampler)]).toEqual([
        index,
        true,
        true,
      ]);
      expect(trusts(fresh.sampler, fresh.gateway)).toBe(true);
    });
    expect(new Set(history.map(({ gateway }) => gateway.certificate)).size).toBe(history.length - 1);
    expect(pems(history.at(-1)!.gateway.authority)).toHaveLength(3);
  });

  test('a secret that cannot be read leaves all as they are', async () => {
    const { values, client } = secrets();
    await call('Create', client);
    const before = new Map(values);
    const failing = {
      send: (command: { input: { SecretId: string } }) =>
        command.input.SecretId === 'arn:s' ? Promise.reject(new Error('denied')) : (client as any).send(command),
    };
    await expect(call('Renew', failing as never)).rejects.toThrow('denied');
    expect(values).toEqual(before);
  });

  test('leaves the secrets alone on delete', async () => {
    const { values, client } = secrets();
    expect(await call('Delete', client)).toEqual({ PhysicalResourceId: 'tier-certificates' });
    expect(values.size).toBe(0);
  });
});

const pems = (text: string) => text.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];

test('a renewal brings into use what was issued before', async () => {
  const [first, second] = [await issueCertificates({ tiers, now }), await issueCertificates({ tiers, now })];
  const start = renew(undefined, first.gateway!);
  expect(start.certificate).toBe(first.gateway!.certificate);
  const later = renew(start, second.gateway!);
  expect(later.certificate).toBe(first.gateway!.certificate);
  expect(later.next?.certificate).toBe(second.gateway!.certificate);
  expect(renew(later, first.gateway!).certificate).toBe(second.gateway!.certificate);
});
