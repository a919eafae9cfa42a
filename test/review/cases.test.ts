import { type Review, review } from '../../tools/review/findings';
import { reviewRules } from '../../tools/review/rules';
import { dangerous } from './dangerous';
import { harmless } from './harmless';
import { type Case, Draft, production } from './support';

function judge({ given = () => {}, edit }: Case): Review {
  const before = new Draft(production());
  given(before);
  const after = new Draft(before.changed);
  edit(after);
  return review('prod', before.changed, after.changed);
}

/** What is graver than a note. What the judge of the order says has tests of its own: here only where it is meant. */
const found = ({ findings }: Review, meant: object = {}): Record<string, string> =>
  Object.fromEntries(
    [...findings]
      .reverse()
      .filter(({ rule }) => rule.severity !== 'note' && (rule.id in meant || !rule.id.startsWith('order-')))
      .map(({ rule, what }) => [rule.id, what]),
  );

test('there are enough of both', () => {
  expect(dangerous.length).toBeGreaterThanOrEqual(25);
  expect(harmless.length).toBeGreaterThanOrEqual(10);
});

test('nothing, of what was read twice', () => {
  const { changes, findings } = review('prod', production(), JSON.parse(JSON.stringify(production())));
  expect({ changes, findings }).toEqual({ changes: [], findings: [] });
});

test.each(dangerous)('found: $name', (each) => {
  const result = judge(each);
  expect(found(result, each.finds)).toEqual(
    Object.fromEntries(Object.entries(each.finds).map(([rule, part]) => [rule, expect.stringContaining(part)])),
  );
  expect(result.changes.length + result.findings.length).toBeGreaterThan(0);
});

test.each(harmless)('a note at most: $name', (each) => {
  expect(found(judge(each))).toEqual({});
});

// A rule that nothing breaks may as well not be there.
test('every danger and every caution is found in some case', () => {
  const covered = new Set(dangerous.flatMap(({ finds }) => Object.keys(finds)));
  const missing = reviewRules.filter(({ id, severity }) => severity !== 'note' && !covered.has(id)).map(({ id }) => id);
  expect(missing).toEqual([]);
});
