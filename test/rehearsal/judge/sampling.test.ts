import { createHash } from 'node:crypto';
import type { LedgerEntry } from '../../../rehearsal/judge/evidence';
import { bandOf, expectation, traceHash, within } from '../../../rehearsal/judge/sampling';

const traceId = (n: number) => createHash('md5').update(`${n}`).digest('hex');
const band = { salt: 's', floorPercent: 10, ceilingPercent: 30, slowThresholdMs: 2000 };
const span = (changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  traceId: traceId(0),
  spanId: '1',
  parentSpanId: '',
  name: 'n',
  kind: 'SERVER',
  startNs: '1790000000000000000',
  endNs: '1790000000100000000',
  status: 'UNSET',
  serverAddress: null,
  clientAddress: null,
  ...changes,
});

test('the band is the promised one, of the configuration', () => {
  const sampling = {
    floorPercent: 11,
    ceilingPercent: 29,
    slowThresholdMs: 1_500,
    decisionWaitSeconds: 12,
    bytesPerSecond: 1_000,
    errorBytesPerSecond: 1_000,
  };
  expect(bandOf({ sampling })).toEqual({
    salt: 'harbourline-band-1',
    floorPercent: 11,
    ceilingPercent: 29,
    slowThresholdMs: 1_500,
  });
});

describe('what the samplers must keep', () => {
  test('the hash is FNV-1a: its published test vector', () => {
    // "foobar", from the reference implementation's test suite.
    expect(traceHash('foo', Buffer.from('bar').toString('hex')).toString(16)).toBe('85944171f73967e8');
  });

  test('the shares are what they say, and the floor lies in the ceiling', () => {
    const ids = Array.from({ length: 20_000 }, (_, n) => traceId(n));
    const floor = ids.filter((id) => within(10, 's', id));
    expect(floor.length / ids.length).toBeCloseTo(0.1, 1);
    expect(ids.filter((id) => within(30, 's', id)).length / ids.length).toBeCloseTo(0.3, 1);
    expect(floor.every((id) => within(30, 's', id))).toBe(true);
  });

  test('errors come first, then slowness by whole milliseconds', () => {
    expect(expectation([span(), span({ status: 'ERROR' })], band)).toBe('error');
    expect(expectation([span({ endNs: '1790000002001000000' })], band)).toBe('slow');
    expect(expectation([span({ endNs: '1790000002000999999' })], band)).not.toBe('slow');
  });

  test('a call that fails late is an error like any other: its root ends last', () => {
    const spans = [span(), span({ endNs: '1790000015000000000', status: 'ERROR' })];
    expect(expectation(spans, band)).toBe('error');
  });
});
