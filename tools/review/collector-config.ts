/** A collector's configuration as a tree in which things have names: policies and kinds by name, not by place in a list. */
import { parse } from 'yaml';
import { type Json, type Part, parts } from './canonical';

type Tree = { [key: string]: Json };

/** Undefined where the text is no configuration. */
function configuration(text: string): Json | undefined {
  try {
    const document = parse(text) as unknown;
    return typeof document === 'object' && document !== null ? named(document) : undefined;
  } catch {
    return undefined;
  }
}

/** Lists whose order means nothing. */
const sets =
  /^(untouched_keys|own_prefixes|pseudonym_keys|allowed_keys|extensions|receivers|exporters|exclude_dimensions|resource_metrics_key_attributes)$/;

function named(value: unknown, key = ''): Json {
  if (Array.isArray(value)) {
    const ids = value.map(
      (each) => (each as Tree | null)?.name ?? (each as Tree | null)?.kind ?? (each as Tree | null)?.metric_name,
    );
    if (value.length > 0 && ids.every((id) => typeof id === 'string') && new Set(ids).size === ids.length) {
      return Object.fromEntries(value.map((each, at) => [ids[at], named(each)])) as Tree;
    }
    const list = value.map((each) => named(each));
    return sets.test(key)
      ? list
          .map((each) => JSON.stringify(each))
          .sort()
          .map((each) => JSON.parse(each) as Json)
      : list;
  }
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, named(each, name)]));
}

/** What differs between two configurations; the whole, where one of them cannot be read. */
export function configurationParts(before: string, after: string): Part[] {
  const [old, now] = [configuration(before), configuration(after)];
  if (old === undefined || now === undefined) return [{ path: '', before, after }];
  return parts(old, now);
}

/** The alternatives of a pattern, or the elements of a list: what keys a setting names. */
export function keysOf(value: Json | undefined): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'string') return [JSON.stringify(value)];
  if (!/[|(]/.test(value)) return [value];
  // The alternatives of all groups, and what stands around them.
  return value
    .split(/\||\(\?:|\(\?i\)|\(|\)|\$\$|\^/)
    .map((each) => each.replaceAll(/\\\\?/g, ''))
    .filter((each) => /\w/.test(each));
}
