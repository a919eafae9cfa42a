import { capacityFor } from '../../config/capacity';
import measured from '../../config/measured.json';

const load = {
  spansPerSecond: 10_000,
  kept: 0.3,
  peak: 2,
  bytesPerSpan: measured.otlpBytesPerSpan,
  retentionDays: 14,
  replicas: 1,
  codec: 'best_compression',
} as const;

test('at the peak half of every processor is left, for a node that fails and for searches', () => {
  const { processors, storedPerSecond } = capacityFor(load);
  expect(storedPerSecond).toBe(6_000);
  // Both copies are indexed.
  expect((processors * measured.nodeSpansPerCoreSecond) / (2 * storedPerSecond)).toBeCloseTo(2, 6);
});

test('a day more than what is kept, each copy, and room beside it', () => {
  const { storageGiB, dailyGiB } = capacityFor(load);
  expect(dailyGiB).toBeCloseTo((3_000 * 86_400 * measured.storedBytesPerSpan.best_compression) / 1024 ** 3, 6);
  expect(storageGiB / dailyGiB).toBeCloseTo(15 * 2 * 1.32, 6);
});

test('spans of twice the size take twice the work and the room, smaller ones no less work', () => {
  const of = (factor: number) => capacityFor({ ...load, bytesPerSpan: factor * load.bytesPerSpan });
  expect(of(2).processors).toBeCloseTo(2 * of(1).processors, 6);
  expect(of(0.5).processors).toBeCloseTo(of(1).processors, 6);
  expect(of(0.5).storageGiB).toBeCloseTo(of(1).storageGiB / 2, 6);
});
