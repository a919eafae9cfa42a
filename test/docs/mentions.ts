import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { z } from 'zod';
import { environmentSchema } from '../../config/schema';

/** What documents and comments name, and whether it exists: paths, links, commands, options, configuration keys, decisions. */
const root = join(__dirname, '..', '..');

/** Everything that is committed or about to be. */
export const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && existsSync(join(root, file)));
const folders = new Set(
  tracked.flatMap((file) => file.split('/').map((_, depth, parts) => parts.slice(0, depth).join('/'))),
);
const top = [...new Set(tracked.map((file) => file.split('/')[0]))].filter((name) => folders.has(name as string));

export const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Headings of a page as the fragments that GitHub gives them. */
export function fragments(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const result = new Set<string>();
  for (const [, heading] of markdown.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = (heading as string).replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/ /g, '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    result.add(times ? `${slug}-${times}` : slug);
  }
  return result;
}

/** Links inside the repository that lead nowhere: to a file, or to a heading of it. */
export function deadLinks(file: string, markdown: string): string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target as string)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', fragment] = target.split('#');
      const to = path ? normalize(join(dirname(file), path)) : file;
      if (!existsSync(join(root, to))) return true;
      return fragment !== undefined && to.endsWith('.md') && !fragments(read(to)).has(decodeURI(fragment));
    });
}

/**
 * Paths of this repository that a text names and that are not there. A path begins with a folder of the top; `*`, `<…>`, `{…}`,
 * `$…` and words in capitals (NAME) stand for something, and what comes before them must exist.
 */
export function missingPaths(text: string): string[] {
  const path = new RegExp(`(?<![\\w./@$~-])(?:${top.join('|').replace(/\./g, '\\.')})/[\\w./*<>{}$-]*`, 'g');
  return (
    [...text.matchAll(path)]
      .map(([found]) => found.replace(/[.\-/]+$/, ''))
      .filter((found) => !madeLater.includes(found))
      // Messages in documents are those of the examples' environments, whatever a deployment's own are called.
      .map((found) =>
        found.replace(/^config\/(?=\w+\.ts$)/, (folder) => (examples.has(found) ? 'harness/environments/' : folder)),
      )
      .filter((found) => {
        const fixed = found.replace(/[*<>{}$].*$|\/[A-Z]+\b(?!\.).*$/, '');
        const whole = fixed === found;
        return whole
          ? !(tracked.includes(found) || folders.has(found) || tracked.some((file) => stem(file) === found))
          : !folders.has(fixed.replace(/\/[^/]*$/, ''));
      })
  );
}

/** `config/NAME.ts` of each environment of the examples. */
const examples = new Set(readdirSync(join(root, 'harness/environments')).map((file) => `config/${file}`));

/** What commands and people make when it is needed: not committed yet, or never. */
const madeLater = ['python/dist', 'review/accepted.yaml'];

const stem = (file: string): string => file.replace(/\.(?:ts|py|go)$/, '');

const scripts: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts;

/** Scripts of package.json that a text runs and that are not there, and options that a script's folder does not know. */
export function unknownCommands(text: string): string[] {
  const joined = text.replace(/\\\n\s*/g, ' ');
  return [...joined.matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)((?: -- [^\n`|#;&]*)?)/g)].flatMap(
    ([, name = '', rest = '']) => {
      const script = scripts[name];
      if (!script) return [`npm run ${name}`];
      const main = script.split(' ')[1] as string;
      return [...rest.matchAll(/(?<=\s)--([a-z][a-z-]*)/g)]
        .filter(([, option]) => !sources(main).some((source) => knows(source, option as string)))
        .map(([option]) => `npm run ${name} -- ${option}`);
    },
  );
}

const knows = (source: string, option: string): boolean =>
  new RegExp(`['"]?\\b${option}['"]?: \\{[^}]*type:|--${option}\\b`).test(source);
const sources = (main: string): string[] =>
  tracked
    // Its own folder, and what several tools share: how one reaches a store.
    .filter(
      (file) =>
        file === main ||
        file === 'tools/connection.ts' ||
        (/\/main\.ts$/.test(main) && file.startsWith(`${dirname(main)}/`)),
    )
    .filter((file) => /\.ts$/.test(file))
    .map(read);

type Schema = {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
};
const environment = z.toJSONSchema(environmentSchema, { io: 'input', unrepresentable: 'any' }) as Schema;

/** Whether a dotted key, such as `link.peers[].bgpAsn`, is one of the configuration. */
export function isKey(key: string, schema: Schema = environment): boolean {
  const [first, ...rest] = key.replace(/\[[^\]]*\]/g, '').split('.');
  return under(schema).some((each) => {
    const next = each.properties?.[first as string];
    return next !== undefined && (rest.length === 0 || isKey(rest.join('.'), next));
  });
}

/** A schema and what it stands for: members of a list, the shapes of a choice. */
function under(schema: Schema): Schema[] {
  const inner = [schema.items, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const map = typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
  return [schema, ...[...inner, ...map].flatMap((each) => (each ? under(each) : []))];
}

/** Names of metrics look like keys: `link.probes`. So do files that carry a section's name: `link.json`. */
const metricNames = new Set(
  tracked
    .filter((file) => file.startsWith('lib/contract/'))
    .flatMap((file) => [...read(file).matchAll(/'([\w.]+)'/g)].map(([, name]) => name as string)),
);
const isOther = (name: string): boolean => metricNames.has(name) || /\.(?:json|md|ts|ya?ml)$/.test(name);

const sections = Object.keys(environment.properties ?? {});

/** Configuration keys in backticks that the schema does not know: a section of the schema, then fields. */
export function unknownKeys(text: string): string[] {
  const key = new RegExp(`\`((?:${sections.join('|')})(?:\\.[a-zA-Z]+(?:\\[[^\\]]*\\])?)+)(?:(?: =|:) [^\`]*)?\``, 'g');
  return [...text.matchAll(key)]
    .map(([, found]) => found as string)
    .filter((found) => !isOther(found) && !isKey(found));
}

/** Decisions that a text names by number and that were not taken. */
export function unknownDecisions(text: string): string[] {
  return [...text.matchAll(/\bADR (\d+)\b/g)]
    .filter(
      ([, number]) => !tracked.some((file) => file.startsWith(`docs/adr/${(number as string).padStart(4, '0')}-`)),
    )
    .map(([found]) => found);
}
