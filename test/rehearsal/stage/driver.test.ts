import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Scrubber } from '../../../lib/store/span-writer/scrub';
import { drive } from '../../../rehearsal/stage/driver/drive';
import { seeded } from '../../../rehearsal/stage/driver/random';
import { generators, type Kind, sensitive } from '../../../rehearsal/stage/driver/sensitive';

describe('sensitive values', () => {
  test.each(Object.keys(generators) as Kind[])('%s: nothing planted is left when the writer has looked', (kind) => {
    const random = seeded(1);
    const writer = new Scrubber(() => {});
    for (let round = 0; round < 200; round++) {
      const { raw, planted } = sensitive(kind, random);
      const masked = writer.text(`paid by ${raw} today`);
      expect(masked).toMatch(/^paid by \S*\*{4} today$/);
      for (const value of planted) expect(masked).not.toContain(value);
      expect(planted).toContain(raw);
    }
  });

  test('known check digits', () => {
    const values = (kind: Kind) => Array.from({ length: 50 }, (_, seed) => sensitive(kind, seeded(seed)).raw);
    for (const raw of values('bank-card')) {
      const digits = [...raw.replace(/\D/g, '')].map(Number).reverse();
      const sum = digits.reduce((total, d, i) => total + (i % 2 ? (d * 2 > 9 ? d * 2 - 9 : d * 2) : d), 0);
      expect(sum % 10).toBe(0);
    }
    for (const raw of values('hkid')) {
      const characters = [...raw.replace(/[()]/g, '')].map((c) => Number.parseInt(c, 36));
      expect(characters.reduce((total, v, i) => total + v * (8 - i), 36 * 9) % 11).toBe(0);
    }
    for (const raw of values('mainland-identity-number')) {
      const sum = [...raw].reduce((total, c, i) => total + (c === 'X' ? 10 : Number(c)) * (2 ** (17 - i) % 11), 0);
      expect(sum % 11).toBe(1);
    }
  });
});

describe('drive', () => {
  let server: Server;
  let bodies: { reference: string; card: string }[];
  let answer: (respond: (body: object) => void) => void;
  const target = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  beforeEach(async () => {
    bodies = [];
    answer = (respond) => respond({ paymentId: 'pay_1', traceId: 'a', settlement: { traceId: 'a', calledBack: true } });
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      bodies.push(JSON.parse(text));
      answer((body) => response.end(JSON.stringify(body)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test('sends as many payments as asked for, with what it planted', async () => {
    const progress: number[] = [];
    const payments = await drive({
      target: target(),
      ratePerSecond: 100,
      seconds: 0.3,
      seed: 7,
      onProgress: ({ answered }) => progress.push(answered),
    });
    expect(payments).toHaveLength(30);
    expect(bodies).toHaveLength(30);
    expect(progress.at(-1)).toBe(30);
    expect(payments.every((payment) => payment.status === 200 && payment.callback && payment.traceId === 'a')).toBe(
      true,
    );
    const planted = payments.flatMap((payment) => payment.planted);
    for (const body of bodies) {
      expect(planted).toContain(body.card);
      expect(planted.some((value) => body.reference.endsWith(`, ${value}`))).toBe(true);
    }
  });

  test('the same seed makes the same payments', async () => {
    const run = async (seed: number) => {
      const payments = await drive({ target: target(), ratePerSecond: 100, seconds: 0.1, seed });
      return payments.map((payment) => payment.planted);
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });

  test('a service that does not answer delays no payment and is given up', async () => {
    answer = () => {};
    const payments = await drive({ target: target(), ratePerSecond: 100, seconds: 0.2, seed: 1, timeoutMs: 2_000 });
    expect(payments.map((payment) => payment.status)).toEqual(Array(20).fill(0));
    expect(bodies).toHaveLength(20);
  });

  test('stops when it is asked to', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const payments = await drive({ target: target(), ratePerSecond: 50, seconds: 60, seed: 1, signal: stop.signal });
    expect(payments.length).toBeLessThan(50);
  });

  test.each([
    [0, 1, 'A rate of 0 payments a second is outside (0, 1000]'],
    [1001, 1, 'A rate of 1001 payments'],
    [1, Number.NaN, 'A drive of NaN seconds is outside (0, 3600]'],
  ])('refuses %d a second for %d seconds', async (ratePerSecond, seconds, message) => {
    await expect(drive({ target: target(), ratePerSecond, seconds, seed: 1 })).rejects.toThrow(message);
  });
});
