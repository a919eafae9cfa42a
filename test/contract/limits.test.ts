import { parse } from 'yaml';
import { agentConfiguration } from '../../lib/collector/agent';
import { hops, spanLimits } from '../../lib/contract/limits';

const all = Object.values(hops);

test.each(all)('a batch from $from fits a message to $to, with the largest span at its end', (hop) => {
  const batch = 'batchBytes' in hop ? hop.batchBytes : spanLimits.spanBytes;
  expect(batch + 2 * spanLimits.spanBytes).toBeLessThanOrEqual(hop.messageBytes);
});

test('each hop takes what the one before takes', () => {
  for (const [index, { messageBytes }] of all.entries()) {
    expect(messageBytes).toBeGreaterThanOrEqual(all[Math.max(0, index - 1)]!.messageBytes);
  }
});

test('a span has room for its attributes, cut as they may be', () => {
  expect(spanLimits.spanBytes).toBeGreaterThan(spanLimits.attributes * 2 * 64);
  expect(spanLimits.valueBytes).toBeLessThan(spanLimits.spanBytes);
});

// "A payment node's disk": what the queues of an agent may take of it, with as much again while a file is compacted.
test('an agent takes less than 1.5 GiB of its node', () => {
  const { exporters } = parse(agentConfiguration({ environment: 'dev' }));
  const queues = Object.values<{ sending_queue?: { sizer: string; queue_size: number } }>(exporters).flatMap(
    ({ sending_queue }) => sending_queue ?? [],
  );
  expect(queues.every(({ sizer }) => sizer === 'bytes')).toBe(true);
  expect(2 * queues.reduce((sum, { queue_size }) => sum + queue_size, 0)).toBeLessThan(1.5 * 1024 ** 3);
});
