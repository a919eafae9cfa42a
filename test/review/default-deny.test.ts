/**
 * Random single edits of the real templates. Not all are seen: a rule that reads statements, ACL entries or routes passes over values
 * that it does not understand, such as an Effect that is neither Allow nor Deny.
 */
import { review } from '../../tools/review/findings';
import { headline } from '../../tools/review/page';
import { seeded } from '../support/seeded';
import { Draft, production } from './support';

type Tree = Record<string, any>;

/** Every place in a tree, as the object or list that holds it and its key. */
function* places(tree: any): Generator<{ holder: any; key: string | number }> {
  for (const key of Array.isArray(tree) ? tree.keys() : Object.keys(tree ?? {})) {
    const value = tree[key];
    yield { holder: tree, key };
    if (typeof value === 'object' && value !== null) yield* places(value);
  }
}

/** What AWS does nothing with, and what says the same when it is written otherwise. */
const words = /Description$|^description$|^Sid$|^aws:|^reason$|^Comment$|^AWSTemplate/;

const other = (value: unknown, random: () => number): unknown => {
  if (typeof value === 'number') return Math.round(value * (random() < 0.5 ? 3 : 0.3)) + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return /^\d+$/.test(value) ? `${Number(value) * 7 + 1}` : `${value}-other`;
  return 'something else';
};

const edits: Readonly<Record<string, (holder: any, key: any, random: () => number) => void>> = {
  remove: (holder, key) => {
    if (Array.isArray(holder)) holder.splice(key, 1);
    else delete holder[key];
  },
  swap: (holder, key, random) => {
    holder[key] = other(holder[key], random);
  },
  widen: (holder, key) => {
    holder[key] = '*';
  },
  add: (holder, key) => {
    const at = typeof holder[key] === 'object' && holder[key] !== null ? holder[key] : holder;
    if (Array.isArray(at)) at.push('something-more');
    else at.SomethingMore = 'something-more';
  },
};

const count = 120;

/** Edits of those that the page may still pass over: none, once each rule says what it could not read. */
const passedOver = 6;

test(`of ${count} random edits, at most ${passedOver} are called nothing`, () => {
  const random = seeded(23);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const before = production();
  const silent: string[] = [];
  for (let number = 0; number < count; number++) {
    const draft = new Draft(before);
    const stack = pick(Object.keys(draft.stacks));
    const ids = Object.entries(draft.stacks[stack]!.resources).filter(([, { Type }]) => Type !== 'AWS::CDK::Metadata');
    const [id, resource] = pick(ids);
    const { Metadata: _, Type: __, ...rest } = resource as Tree;
    const { holder, key } = pick(
      [...places(rest)].filter((place) => !words.test(`${place.key}`) && !words.test(lastKey(rest, place.holder))),
    );
    const name = pick(Object.keys(edits));
    // The copy without type and metadata shares everything beneath with the resource, and nothing above.
    edits[name]!(holder === rest ? resource : holder, key, random);
    const text = headline(review('prod', before, draft.stacks));
    if (text.startsWith('nothing')) silent.push(`${name} ${stack}/${id} ${key}: ${text}`);
  }
  expect(silent.slice(passedOver)).toEqual([]);
});

/** The key under which a part stands: a description of several pieces is one. */
function lastKey(tree: Tree, holder: unknown): string {
  for (const [key, value] of Object.entries(tree)) {
    if (value === holder) return key;
    if (typeof value === 'object' && value !== null) {
      const found = lastKey(value, holder);
      if (found) return words.test(key) ? key : found;
    }
  }
  return '';
}

test('comments, order and descriptions: nothing to look out for', () => {
  const before = production();
  const draft = new Draft(before);
  for (const { resources } of Object.values(draft.stacks)) {
    for (const resource of Object.values<Tree>(resources)) {
      const { Properties } = resource;
      if (resource.Type === 'AWS::KMS::Key') Properties.Description = 'Other words.';
      if (resource.Type === 'AWS::IAM::ManagedPolicy') Properties.PolicyDocument.Statement.reverse();
      if (Array.isArray(Properties?.Tags)) Properties.Tags.reverse();
      if (Array.isArray(Properties?.Metrics)) Properties.Metrics.reverse();
      resource.Properties = Object.fromEntries(Object.entries(Properties ?? {}).reverse());
    }
  }
  expect(headline(review('prod', before, draft.stacks))).toBe('nothing to look out for');
});
