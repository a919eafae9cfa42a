/** A template as a reviewer wants to see it: without what changes by itself, with documents that can be read. */
import { readable } from './readable';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Masks hashes of assets, logical ids of Lambda versions (they end in a hash of code and settings) and metadata about
 * assets and CDK's version, and shows documents that a template holds as text (see {@link readable}). All else stays as
 * it is, in CDK's order.
 *
 * @param assetHashes the hashes of the assembly's asset manifests. Other hashes are somebody's setting.
 */
export function sanitiseTemplate(template: unknown, assetHashes: Iterable<string> = []): unknown {
  // A hash that somebody chose may be a common word.
  const hashes = [...assetHashes].filter((hash) => /^[0-9a-f]{32,}$/.test(hash));
  const masks = [...hashes.map((hash) => [hash, '<asset>'] as const), ...versionMasks(template)];
  const masked = (text: string): string => masks.reduce((all, [from, to]) => all.replaceAll(from, to), text);
  return readable(walk(template as Json, masked));
}

function walk(value: Json, masked: (text: string) => string): Json {
  if (typeof value === 'string') return masked(value);
  if (Array.isArray(value)) return value.map((each) => walk(each, masked));
  if (typeof value !== 'object' || value === null) return value;
  if (value.Type === 'AWS::CDK::Metadata') return { ...value, Properties: '<versions>' };
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      masked(key),
      key.startsWith('aws:asset:') ? '<asset>' : walk(each, masked),
    ]),
  );
}

/** CDK: the logical id of `currentVersion` is the construct's, with an MD5 of the function appended. */
function versionMasks(template: unknown): [string, string][] {
  const resources = (template as { Resources?: Record<string, { Type?: string }> }).Resources ?? {};
  return Object.entries(resources)
    .filter(([id, { Type }]) => Type === 'AWS::Lambda::Version' && /[0-9a-f]{32}$/.test(id))
    .map(([id]) => [id, `${id.slice(0, -32)}<version>`]);
}
