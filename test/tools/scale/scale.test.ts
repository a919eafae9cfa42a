import { first, spansAtLimit, usesOf } from '../../../tools/scale/model';

const step = { spansPerSecond: 1_000, services: 10, zones: 3 };
const use = (limit: string, at: Partial<typeof step>) =>
  usesOf({ ...step, ...at }).find((each) => each.limit === limit)!;

describe('limits', () => {
  test('a small load meets none', () => {
    expect(first({ spansPerSecond: 100, services: 10, zones: 3 }).share).toBeLessThan(1);
  });
  test('load alone never fills the link or the budget of series; services alone never fill a fleet', () => {
    expect(use('the link', { spansPerSecond: 1_000_000 }).needed).toBe(use('the link', {}).needed);
    expect(use('samplers in one ring', { services: 5_000 }).needed).toBe(use('samplers in one ring', {}).needed);
    expect(spansAtLimit('the link', 3)).toBeUndefined();
  });
  test('ten times the load needs ten times the samplers, once there are more than the least', () => {
    const [some, more] = [1_000_000, 10_000_000].map(
      (spansPerSecond) => use('samplers in one ring', { spansPerSecond }).needed,
    );
    expect((more ?? 0) / (some ?? 1)).toBeGreaterThan(9);
    expect((more ?? 0) / (some ?? 1)).toBeLessThan(11);
  });
  test('where a limit is met it is met, and just below it is not', () => {
    const at = spansAtLimit('samplers in one ring', 3)!;
    expect(use('samplers in one ring', { spansPerSecond: at }).needed).toBeLessThanOrEqual(99);
    expect(use('samplers in one ring', { spansPerSecond: 1.02 * at }).needed).toBeGreaterThan(99);
  });
  test('each says where it comes from and what takes over', () => {
    for (const { source, takesOver } of usesOf(step))
      expect([source.length, takesOver.length].every((length) => length > 10)).toBe(true);
  });
});
