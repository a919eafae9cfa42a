/** Text in a template that is a document: unfolded, so that a changed setting is a changed line. */

import { joinParts } from './canonical';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Unfolds, at any depth:
 * - text that is compact JSON, such as a dashboard's body, as `{ '@json': … }`;
 * - other text of several lines, such as user data, as `{ '@lines': […] }`;
 * - both also where CDK joined them from text and intrinsics: these are then words in the text, `«AWS::Region»` for a
 *   `Ref`, `«Bucket.Arn»` for an attribute, JSON for any other.
 *
 * What would lose something by it stays as it is: JSON in another layout is shown by lines, a text that has `«` of its
 * own is not joined.
 */
export function readable(value: unknown): unknown {
  if (typeof value === 'string') return unfold(value) ?? value;
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const joined = join(value as Record<string, unknown>);
  const unfolded = joined === undefined ? undefined : unfold(joined);
  return unfolded ?? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, readable(each)]));
}

function unfold(text: string): Json | undefined {
  const document = parse(text);
  if (document !== undefined) return { '@json': readable(document) as Json };
  return text.includes('\n') ? { '@lines': text.split('\n') } : undefined;
}

/** An object or array that has something in it, and is written as `JSON.stringify` writes it. */
function parse(text: string): Json | undefined {
  if (!/^(\{"|\[.)/.test(text)) return undefined;
  try {
    const document: Json = JSON.parse(text);
    return JSON.stringify(document) === text ? document : undefined;
  } catch {
    return undefined;
  }
}

function join(value: Record<string, unknown>): string | undefined {
  const [separator, texts = []] = joinParts(value) ?? [];
  if (separator !== '' || Object.keys(value).length !== 1) return undefined;
  if (texts.some((part) => typeof part === 'string' && part.includes('«'))) return undefined;
  return texts.map((part) => (typeof part === 'string' ? part : `«${name(part)}»`)).join('');
}

function name(intrinsic: unknown): string {
  const { Ref: ref, 'Fn::GetAtt': attribute } = intrinsic as { Ref?: string; 'Fn::GetAtt'?: string[] };
  // Single quotes, so that it does not end a JSON string that it stands in.
  return ref ?? attribute?.join('.') ?? JSON.stringify(intrinsic).replaceAll('"', "'");
}
