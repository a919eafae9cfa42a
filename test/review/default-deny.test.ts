/**
 * Random single edits of the real templates: what a rule claims to read it understands, or the edit is unjudged. Those that the
 * page may call nothing say the same in other words, and each kind of sameness has its name here.
 */
import { review } from '../../tools/review/findings';
import { headline } from '../../tools/review/page';
import { seeded } from '../support/seeded';
import { Draft, production } from './support';

type Tree = Record<string, any>;

interface Place {
  readonly holder: any;
  readonly key: string | number;
  readonly path: readonly string[];
}

/** Every place in a tree, as the object or list that holds it and its key. */
function* places(tree: any, above: readonly string[] = []): Generator<Place> {
  for (const key of Array.isArray(tree) ? tree.keys() : Object.keys(tree ?? {})) {
    const path = [...above, `${key}`];
    const value = tree[key];
    yield { holder: tree, key, path };
    if (typeof value === 'object' && value !== null) yield* places(value, path);
  }
}

const copied = <T>(tree: T): T => JSON.parse(JSON.stringify(tree)) as T;

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
  empty: (holder, key) => {
    const value = holder[key];
    holder[key] = Array.isArray(value) ? [] : typeof value === 'object' ? {} : '';
  },
  shout: (holder, key) => {
    holder[key] = typeof holder[key] === 'string' ? holder[key].toUpperCase() : [holder[key]];
  },
  double: (holder, key) => {
    holder[key] = [holder[key], holder[key]];
  },
  truth: (holder, key) => {
    holder[key] = true;
  },
};

interface Made {
  readonly name: string;
  readonly stack: string;
  readonly type: string;
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
  /** The resource, or the part of the template, as it was. */
  readonly whole: Tree;
}

/** Words for people: AWS does nothing with them. */
const words = /Description$|^description$|^DisplayName$|^Sid$|^aws:|^reason$|^Comment$/;

/** Lists that mean the same with one element as without the list, or with the element twice. */
const asOne = /^(Action|NotAction|Resource|AWS|Service|Statement|SecurityGroupIds|Roles)$/;

const last = ({ path }: Made): string => path.at(-1) ?? '';

/** Statements of all policies that are given to whom this one is given to, but for the edited one. */
function otherStatements({ stack, whole, path }: Made): Tree[] {
  const holders = JSON.stringify(whole.Properties?.Roles);
  return Object.values(production()[stack]!.resources as Record<string, Tree>)
    .filter(({ Properties }) => JSON.stringify(Properties?.Roles) === holders)
    .flatMap(({ Properties }) =>
      (Properties.PolicyDocument.Statement as Tree[]).filter(
        (_, at) => JSON.stringify(Properties) !== JSON.stringify(whole.Properties) || `${at}` !== path[3],
      ),
    );
}

/** One action of a statement, or a whole one: two functions of one role have the same in a policy each. */
const isHeldOtherwise = (made: Made): boolean => {
  const bare = ({ Sid: _, ...statement }: Tree): string => JSON.stringify(statement);
  return otherStatements(made).some((other) =>
    typeof made.before === 'string'
      ? [other.Action].flat().includes(made.before)
      : bare(other) === bare((made.before ?? {}) as Tree),
  );
};

/** What is the same to AWS though it is written otherwise, by kind. Nothing else may pass. */
const equalities: Readonly<Record<string, (made: Made) => boolean>> = {
  'words for people': ({ path }) => path.some((each) => words.test(each)),
  'a list of one for the one, or the one twice': (made) =>
    /^(double|shout)$/.test(made.name) && (asOne.test(last(made)) || asOne.test(made.path.at(-2) ?? '')),
  'a default that is written down': (made) => last(made) === 'Egress' && made.before === false,
  'a number or a truth as text': ({ before, after }) => `${before}` === `${after}`,
  'a permission that its holder has by another statement': (made) =>
    /^AWS::IAM::/.test(made.type) && isHeldOtherwise(made),
};

/** One edit of one resource or output, and the environment with it: all else is shared. */
function edited(random: () => number): { made: Made; after: any } {
  const before = production();
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const stack = pick(Object.keys(before));
  const { resources, template } = before[stack]!;
  const outputs = Object.entries((template.Outputs ?? {}) as Record<string, Tree>).map(([id, each]) => [
    'Outputs',
    id,
    each,
  ]);
  const own = Object.entries(resources)
    .filter(([, { Type }]) => Type !== 'AWS::CDK::Metadata')
    .map(([id, each]) => ['Resources', id, each]);
  const [section, id, whole] = pick(random() < 0.05 && outputs.length > 0 ? outputs : own) as [string, string, Tree];
  const tree = copied(whole);
  const { holder, key, path } = pick(
    [...places(tree)].filter(({ path }) => path[0] !== 'Type' && path[1] !== 'aws:cdk:path'),
  );
  const name = pick(Object.keys(edits));
  const old = copied(holder[key] ?? null);
  edits[name]!(holder, key, random);
  const made = { name, stack, type: whole.Type ?? section, path, before: old, after: holder[key], whole };
  const changed =
    section === 'Resources'
      ? { ...before[stack], resources: { ...resources, [id]: tree } }
      : { ...before[stack], template: { ...template, Outputs: { ...(template.Outputs as Tree), [id]: tree } } };
  return { made, after: { ...before, [stack]: changed } };
}

/** Others by a variable: HARBOURLINE_SEEDS=1,2,3. */
const seeds = (process.env.HARBOURLINE_SEEDS ?? '23,24,25').split(',').map(Number);

test.each(seeds)('no random edit passes in silence, unless it says the same (seed %i)', (seed) => {
  const random = seeded(seed);
  const silent: string[] = [];
  for (let number = 0; number < 250; number++) {
    const { made, after } = edited(random);
    if (!headline(review('prod', production(), after)).startsWith('nothing')) continue;
    if (JSON.stringify(made.before) === JSON.stringify(made.after ?? null)) continue;
    const kind = Object.keys(equalities).find((name) => equalities[name]!(made));
    if (!kind)
      silent.push(`${made.name} ${made.stack} ${made.type} ${made.path.join('.')}: ${JSON.stringify(made.before)}`);
  }
  expect(silent).toEqual([]);
});

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
