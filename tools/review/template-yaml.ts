/** Templates of CloudFormation that people write: YAML with short forms, `!Ref Name` for `{ Ref: Name }`. */
import { type CollectionTag, Pair, parse, Scalar, type ScalarTag, YAMLMap, type YAMLSeq } from 'yaml';
import type { Resource } from './changes';

const names = ['Ref', 'Condition', 'GetAtt', 'Sub', 'If', 'Equals', 'Not', 'And', 'Or', 'Join', 'Select', 'Split'];
const others = ['ImportValue', 'FindInMap', 'GetAZs', 'Base64', 'Cidr', 'Transform'];

const long = (name: string): string => (/^(Ref|Condition)$/.test(name) ? name : `Fn::${name}`);

const scalar = (name: string): ScalarTag => ({
  tag: `!${name}`,
  resolve: (text) => ({ [long(name)]: name === 'GetAtt' ? text.split(/\.(.*)/s).slice(0, 2) : text }),
});

const collection = (name: string, kind: 'seq' | 'map'): CollectionTag => ({
  tag: `!${name}`,
  collection: kind,
  resolve: (value: YAMLMap.Parsed | YAMLSeq.Parsed) => {
    const map = new YAMLMap();
    map.items.push(new Pair(new Scalar(long(name)), value));
    return map;
  },
});

/** @throws Error where the text is no YAML */
export function parseTemplate(text: string): { Resources?: Record<string, Resource>; [section: string]: unknown } {
  const customTags = [...names, ...others].flatMap((name) => [
    scalar(name),
    collection(name, 'seq'),
    collection(name, 'map'),
  ]);
  return parse(text, { customTags });
}
