/** What machines are told, taken apart: commands, packages, files, as reviewers think of them. */
import { parse } from 'yaml';
import { canonical, type Json } from './canonical';
import type { Resource } from './changes';
import { isRecord } from './values';

/** `collector`: a configuration of the collector. `settings`: NAME=value. `root`: all else, which runs, or decides what runs. */
type Kind = 'collector' | 'settings' | 'root';

/** One text of a machine by its name: a path, `(commands)`, `(packages)`. */
export type Texts = Readonly<Record<string, { readonly kind: Kind; readonly text: string }>>;

/** Where the texts of a type stand: what beneath it differs is judged text by text. */
export const machineText: Readonly<Record<string, RegExp>> = {
  'AWS::EC2::LaunchTemplate': /^Properties\.LaunchTemplateData\.UserData\b/,
  'AWS::EC2::Instance': /^Properties\.UserData\b/,
  'AWS::AutoScaling::LaunchConfiguration': /^Properties\.UserData\b/,
  'AWS::SSM::Document': /^Properties\.Content\b.*\.inputs\.(runCommand|commands)\b/i,
};

type Names = ReadonlyMap<string, string>;

export function textsOf(resource: Resource | undefined, assets?: Names): Texts {
  const properties = resource?.Properties ?? {};
  switch (resource?.Type) {
    case 'AWS::EC2::LaunchTemplate':
      return userData(properties.LaunchTemplateData?.UserData, assets);
    case 'AWS::EC2::Instance':
    case 'AWS::AutoScaling::LaunchConfiguration':
      return userData(properties.UserData, assets);
    case 'AWS::SSM::Document':
      return ssmDocument(properties.Content, assets);
    default:
      return {};
  }
}

const kindOf = (name: string, text: string): Kind => {
  if (/\.env$/.test(name)) return 'settings';
  return /\.ya?ml$/.test(name) && /^(receivers|service):/m.test(text) ? 'collector' : 'root';
};
const file = (name: string, text: string) => [name, { kind: kindOf(name, text), text }] as const;

function userData(value: unknown, assets?: Names): Texts {
  if (value === undefined) return {};
  const inner = isRecord(value) ? value['Fn::Base64'] : undefined;
  const given =
    inner === undefined && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : (inner ?? value);
  const text = plain(given, assets);
  if (!text.startsWith('#cloud-config')) return { '(user data)': { kind: 'root', text } };
  try {
    return cloudConfig(parse(text));
  } catch {
    return { '(user data)': { kind: 'root', text } };
  }
}

const plain = (value: unknown, assets?: Names): string => {
  const flat = canonical(value, assets);
  return typeof flat === 'string' ? flat : JSON.stringify(flat);
};

interface CloudFile {
  readonly path?: string;
  readonly content?: string;
}

function cloudConfig(document: Record<string, unknown>): Texts {
  const { write_files: files = [], packages = [], ...others } = document;
  return Object.fromEntries([
    // Packages are installed in one go, in whatever order.
    ...((packages as unknown[]).length > 0
      ? [
          file(
            '(packages)',
            (packages as unknown[])
              .map((each) => `${each}\n`)
              .sort()
              .join(''),
          ),
        ]
      : []),
    ...Object.entries(others).map(([name, value]) =>
      file(name === 'runcmd' ? '(commands)' : `(${name})`, lines(value)),
    ),
    ...(files as CloudFile[]).flatMap(({ path = '', content = '', ...rest }) => [
      file(path, `${content}`),
      file(`${path} (attributes)`, `${JSON.stringify(rest)}\n`),
    ]),
  ]);
}

/** Commands as one script: words of an argument list stand on lines of their own. */
const lines = (value: unknown): string =>
  Array.isArray(value) ? value.map(lines).join('\n') : typeof value === 'object' ? JSON.stringify(value) : `${value}`;

function ssmDocument(content: unknown, assets?: Names): Texts {
  const document = canonical(content, assets) as Json | undefined;
  const unfolded =
    typeof document === 'string' ? parsed(document) : isRecord(document) ? (document['@json'] ?? document) : {};
  const commands: string[] = [];
  const walk = (value: Json, key = ''): void => {
    if (/^(runCommand|commands)$/i.test(key)) commands.push(lines(value));
    else if (Array.isArray(value)) for (const each of value) walk(each);
    else if (typeof value === 'object' && value !== null)
      for (const [name, each] of Object.entries(value)) walk(each, name);
  };
  walk(unfolded as Json);
  return scriptTexts(commands.join('\n'));
}

const parsed = (text: string): Json => {
  try {
    return parse(text) as Json;
  } catch {
    return { commands: text };
  }
};

const heredoc = /^cat > (\S+) << '?(\w+)'?\n([\s\S]*?)\n\2$/gm;

/** A script and the files that it writes. */
function scriptTexts(script: string): Texts {
  const files = [...script.matchAll(heredoc)].map(([, name = '', , text = '']) => file(name, `${text}\n`));
  const rest = script.replaceAll(heredoc, 'cat > $1');
  return Object.fromEntries([...files, file('(commands)', rest)]);
}
