import { Lru, Recent } from '../../../lib/store/span-writer/lru';

test('holds as many as it may, and forgets what was not used for longest', () => {
  const map = new Lru<number>(3);
  for (const [value, key] of ['a', 'b', 'c'].entries()) map.set(key, value);
  expect(map.get('a')).toBe(0);
  map.set('d', 3);
  expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual([0, undefined, 2, 3]);
  for (let n = 0; n < 1_000; n++) map.set(`${n}`, n);
  expect(['a', '996', '997', '998', '999'].map((key) => map.get(key))).toEqual([undefined, undefined, 997, 998, 999]);
});

test('what is written again is one entry, and what is taken out is gone', () => {
  const map = new Lru<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  expect([map.get('b'), map.get('a')]).toEqual([2, 3]);
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
});

test('the cheaper one holds at most twice as many, and what is asked for stays', () => {
  const map = new Recent<number>(10);
  map.set('kept', -1);
  for (let n = 0; n < 1_000; n++) {
    map.set(`${n}`, n);
    expect(map.get('kept')).toBe(-1);
  }
  expect(map.get('999')).toBe(999);
  expect(map.get('970')).toBeUndefined();
});
