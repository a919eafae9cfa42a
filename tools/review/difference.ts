/** The lines of a change, with context, by Myers' algorithm: nothing that was added or removed is left out. */
import { structuredPatch } from 'diff';
import { stringify } from 'yaml';
import { canonical, type Json } from './canonical';
import type { Change, Resource } from './changes';
import { textsOf } from './machine-texts';
import { isMap } from './values';

type Names = ReadonlyMap<string, string> | undefined;

/** Lines of context on both sides of a change. */
const context = 3;

/** Two texts as hunks: `@@`, then lines with ` `, `-` or `+`. None where they are the same. */
function hunks(before: string, after: string): string[] {
  const { hunks } = structuredPatch('', '', ended(before), ended(after), '', '', { context });
  return hunks.flatMap(({ oldStart, newStart, lines }) => [`@@ line ${oldStart} → ${newStart} @@`, ...lines]);
}

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** A value as people read it: text as it is, documents in block style. */
const block = (value: Json | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value : stringify(value, { lineWidth: 0 });

/** Everything of a resource, as texts by name: properties, the texts of machines by file, files of programs by path. */
function texts(resource: Resource | undefined, assets: Names): Map<string, string> {
  const result = new Map<string, string>();
  if (!resource) return result;
  const { Properties = {}, Metadata, ...others } = resource;
  const taken = textsOf(resource, assets);
  const isTaken = Object.keys(taken).length > 0;
  for (const [name, value] of Object.entries(Properties)) {
    if (name === 'Files' && isMap(value)) {
      for (const [path, text] of Object.entries(value)) result.set(path, text);
    } else if (isTaken && name === 'LaunchTemplateData') {
      const { UserData: _, ...rest } = value as Record<string, unknown>;
      result.set(name, block(canonical(rest, assets)));
    } else if (isTaken && name === 'UserData') {
      // Shown text by text, below.
    } else {
      result.set(name, block(canonical(value, assets, name)));
    }
  }
  for (const [name, { text }] of Object.entries(taken)) result.set(name, text);
  for (const [name, value] of Object.entries(others)) result.set(name, block(canonical(value, assets, name)));
  const kept = Object.entries(Metadata ?? {}).filter(([key]) => !/^aws:(cdk:path|asset:)/.test(key));
  if (kept.length > 0) result.set('Metadata', block(canonical(Object.fromEntries(kept), assets)));
  return result;
}

/** A change of which one side has a thousand lines more is read in its file: so much is shown, and how much is not. */
const longest = 3_000;

/** All lines of one change. */
export function changedLines({ before, after }: Change, old: Names, now: Names): string[] {
  const [from, to] = [texts(before, old), texts(after, now)];
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((name) => {
    const [one = '', other = ''] = [from.get(name), to.get(name)];
    if (one === other) return [];
    const lines = hunks(one, other);
    // Never the lines that were added: what a reviewer may not see must not be merged.
    const added = lines.filter((line) => line.startsWith('+'));
    const whole =
      lines.length <= longest
        ? lines
        : [...added, `@@ ${lines.length - added.length} lines of context and removals are not shown @@`];
    return [`  ${name}:`, ...whole];
  });
}
