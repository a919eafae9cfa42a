import { synthesise } from '../../../rehearsal/stage/synthesised';
import { configOf } from '../../support/app';
import { harmless } from './harmless';
import { harmlessNeighbours, neighbours } from './neighbours';
import { said } from './night';
import { type Between, nights } from './nights';
import { harmlessShapes, shapes } from './shapes';

const config = configOf('prod');
const { alarms, dispose } = synthesise(config);
afterAll(dispose);

describe('nights, by the alarms of production', () => {
  test.each(
    Object.entries({ ...nights, ...neighbours, ...shapes, ...harmless, ...harmlessNeighbours, ...harmlessShapes }),
  )('%s', (_name, { expect: expected, ...night }) => {
    const { pages, informs, named } = said(night, config, alarms);
    const late = (limits: Readonly<Record<string, number>>, messages: readonly { heading: string; at: number }[]) =>
      Object.entries(limits).filter(
        ([heading, limit]) => !messages.some((message) => message.heading === heading && message.at <= limit),
      );
    // Each incident once, and no other.
    expect(pages.map(({ heading }) => heading).sort()).toEqual(Object.keys(expected.pages).sort());
    expect(late(expected.pages, pages)).toEqual([]);
    expect(pages.filter(({ at }) => at < 0)).toEqual([]);
    expect(late(expected.informs ?? {}, informs)).toEqual([]);
    // Services that fail are named, and no others.
    if (expected.named) {
      expect(named.map(({ service }) => service).sort()).toEqual(Object.keys(expected.named).sort());
      expect(named.filter(({ service, at }) => at > expected.named![service]!)).toEqual([]);
    }
    if (expected.silent) expect(informs).toEqual([]);
    const { ends } = expected;
    const wrong = pages.filter(({ heading, endedAt }) => {
      const between = Array.isArray(ends)
        ? (ends as Between)
        : (ends as Record<string, Between> | undefined)?.[heading];
      if (!between || endedAt === undefined) return between !== undefined || endedAt !== undefined;
      return endedAt < between[0] || endedAt > between[1];
    });
    expect(wrong).toEqual([]);
  });
});
