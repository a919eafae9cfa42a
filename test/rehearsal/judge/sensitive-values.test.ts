import { finder } from '../../../rehearsal/judge/sensitive-values';

test('a planted value is found wherever it stands, and what only looks like it is not', () => {
  const search = finder(new Set(['4111111111111111', '41111111-22', 'a.b@example.com']));
  expect(search('{"x":"4111111111111111"}')).toEqual(['4111111111111111']);
  expect(search('411111114111111111111111')).toEqual(['4111111111111111']);
  expect(search('mail a.b@example.com')).toEqual(['a.b@example.com']);
  expect(search('41111111-2 and 411111111111111')).toEqual([]);
  expect(search('')).toEqual([]);
  // The shortest one, to the last character.
  expect(finder(new Set(['secret', 'a longer secret']))('no secret')).toEqual(['secret']);
});
