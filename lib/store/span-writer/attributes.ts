/** Attributes as fields of a document, and as lines where they must not be fields. */
import { fieldName, knownFields, personal } from '../documents/attributes';
import type { FieldBudget } from './field-budget';
import { flat, quoted } from './json';
import { Recent } from './lru';
import { type AnyValue, isSet, type KeyValue, signed } from './otlp';

/** Why an attribute is a line and not a field. */
type SetAside = 'budget' | 'collision' | 'name';

/** What a document has of its attributes. */
export interface Attributes {
  /** Full names of its fields. */
  readonly names: Names;
  /** The fields as members of an object, a comma before each. */
  json: string;
  /** `span.attributes.<key>=<value>` of those that are no field: searched as a whole, or by how they begin. */
  readonly aside: string[];
  /** The same of those that are about a person, under keys without a mask. */
  readonly personal: string[];
  /** Fields that the index may not have yet. */
  readonly fresh: string[];
}

/** Names that were seen. Almost all documents have few: to look through them is cheaper than to make a set. */
class Names {
  private readonly few: string[] = [];
  private many?: Set<string>;

  has(name: string): boolean {
    return this.many ? this.many.has(name) : this.few.includes(name);
  }

  add(name: string): void {
    if (this.many) this.many.add(name);
    else if (this.few.push(name) > fewNames) this.many = new Set(this.few);
  }
}
const fewNames = 24;

export const noAttributes = (): Attributes => ({ names: new Names(), json: '', aside: [], personal: [], fresh: [] });

/** What decides about attributes of one service. */
export interface Rules {
  readonly service: string;
  /** @default none: every key that is known is a field, and every other one too */
  readonly budget?: FieldBudget;
  readonly onAside?: (reason: SetAside) => void;
}

/** Names that OpenSearch takes without a doubt. */
const plainName = /^[\w@\-/:$]{1,256}$/;

/** Whether a key is about a person is asked of every attribute of every span: few keys, many times. */
const judged = new Recent<'field' | 'aside' | 'no'>(10_000);
function judge(key: string): 'field' | 'aside' | 'no' {
  const known = judged.get(key);
  if (known !== undefined) return known;
  const verdict = personal(key) ?? 'no';
  judged.set(key, verdict);
  return verdict;
}

/** Adds a field. */
export function addField(to: Attributes, field: string, value: string | number): void {
  to.names.add(field);
  to.json += `,${quoted(field)}:${typeof value === 'string' ? quoted(value) : value}`;
}

/** A key as a field of a span or a resource. */
interface Field {
  readonly verdict: 'field' | 'aside' | 'no';
  readonly field: string;
  /** How its member begins. */
  readonly begin: string;
  /** Whether the template has it. */
  readonly known: boolean;
  /** Whether OpenSearch takes its name without a doubt. */
  readonly plain: boolean;
}

const fields = { span: new Recent<Field>(10_000), resource: new Recent<Field>(10_000) };

function fieldOf(owner: 'span' | 'resource', key: string): Field {
  const found = fields[owner].get(key);
  if (found) return found;
  const name = fieldName(key);
  const field = flat(`${owner}.attributes.${name}`);
  const made = {
    verdict: judge(key),
    field,
    begin: flat(`,${quoted(field)}:`),
    known: knownFields.has(field),
    plain: plainName.test(name),
  };
  // Longer ones are no field, whoever sends them.
  if (key.length <= 256) fields[owner].set(key, made);
  return made;
}

/** Adds attributes to a document. @param owner `span` or `resource`: they get fields; others are kept as they are */
export function addAttributes(
  to: Attributes,
  owner: 'span' | 'resource',
  list: readonly KeyValue[],
  { service, budget, onAside }: Rules,
): void {
  for (const { key, value } of list) {
    const { verdict, field, begin, known, plain } = fieldOf(owner, key);
    const content = attributeValue(value);
    const line = (): string => `${owner}.attributes.${key}=${content}`;
    if (verdict === 'aside' || (verdict === 'no' && holdsPersonal(key, value))) {
      to.personal.push(line());
      continue;
    }
    const reason: SetAside | undefined = to.names.has(field) ? 'collision' : known || plain ? undefined : 'name';
    const admitted = reason || known || !budget ? 'admitted' : budget.admit(service, field);
    if (reason || admitted === 'over') {
      to.aside.push(line());
      onAside?.(reason ?? 'budget');
      continue;
    }
    if (admitted === 'fresh') to.fresh.push(field);
    to.names.add(field);
    // Masks are of texts.
    to.json += typeof content === 'string' || verdict === 'field' ? begin + quoted(`${content}`) : begin + content;
  }
}

/** Attributes of an event, a link or a scope: kept whole, without fields that could grow, personal ones set aside. */
export function plainAttributes(
  to: Attributes,
  owner: string,
  list: readonly KeyValue[],
  onAside?: Rules['onAside'],
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const { key, value } of list) {
    const verdict = judge(key);
    const name = fieldName(key);
    if (verdict === 'aside' || (verdict === 'no' && holdsPersonal(key, value))) {
      to.personal.push(`${owner}.${key}=${attributeValue(value)}`);
    } else if (Object.hasOwn(kept, name)) {
      to.aside.push(`${owner}.${key}=${attributeValue(value)}`);
      onAside?.('collision');
    } else Object.defineProperty(kept, name, { value: attributeText(value), enumerable: true });
  }
  return kept;
}

/** Whether a list or a map holds something about a person at any depth: `user = {id: …}` is `user.id`. */
function holdsPersonal(path: string, value: AnyValue | null | undefined): boolean {
  if (!value) return false;
  if (isSet(value, 'arrayValue')) return value.arrayValue.values.some((item) => holdsPersonal(path, item));
  if (!isSet(value, 'kvlistValue')) return false;
  return value.kvlistValue.values.some(
    (pair) => judge(`${path}.${pair.key}`) !== 'no' || holdsPersonal(`${path}.${pair.key}`, pair.value),
  );
}

/**
 * A value as it stands in a document. Numbers are numbers, so that they can be compared; integers beyond what a double
 * holds are ids, and are texts with every digit. Lists and maps are JSON, bytes base64.
 */
export function attributeValue(value: AnyValue | null | undefined): string | number {
  // Almost all are texts; what is not set has an empty one.
  if (value?.stringValue) return value.stringValue;
  const plain = plainValue(value);
  return typeof plain === 'string' || typeof plain === 'number' ? plain : JSON.stringify(plain);
}

/** The same, as text. */
export const attributeText = (value: AnyValue | null | undefined): string => `${attributeValue(value)}`;

function plainValue(value: AnyValue | null | undefined): unknown {
  if (!value) return '';
  if (isSet(value, 'stringValue')) return value.stringValue;
  if (isSet(value, 'boolValue')) return value.boolValue;
  if (isSet(value, 'intValue')) {
    // Almost all are small.
    if (value.intValue.high === 0 && value.intValue.low >= 0) return value.intValue.low;
    const integer = signed(value.intValue);
    const number = Number(integer);
    return Number.isSafeInteger(number) ? number : `${integer}`;
  }
  if (isSet(value, 'doubleValue')) {
    // JSON knows no NaN and no infinity.
    return Number.isFinite(value.doubleValue) ? value.doubleValue : `${value.doubleValue}`;
  }
  if (isSet(value, 'arrayValue')) return value.arrayValue.values.map(plainValue);
  if (isSet(value, 'kvlistValue')) {
    return Object.fromEntries(value.kvlistValue.values.map((pair) => [pair.key, plainValue(pair.value)]));
  }
  return isSet(value, 'bytesValue') ? value.bytesValue.toString('base64') : '';
}
