/** What others wrote and we deploy: packages of npm, Go and Python, each with its version, where it is from, and its licence. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

export interface Module {
  readonly purl: string;
  readonly name: string;
  readonly version: string;
  /** SPDX id; `unknown` where its licence could not be read. */
  readonly licence: string;
  /** As its lock file has it. */
  readonly hash?: string;
}

/** Licences under which we may hand on what is bundled: permissive ones, and MPL for files that we do not change. */
const allowed = [
  ...[
    'Apache-2.0',
    'MIT',
    'MIT-0',
    'ISC',
    'BSD-2-Clause',
    'BSD-3-Clause',
    '0BSD',
    'BlueOak-1.0.0',
    'CC0-1.0',
    'Unlicense',
  ],
  ...['Python-2.0', 'PSF-2.0', 'Zlib', 'MPL-2.0'],
];

/** `(MIT OR GPL-3.0)` may be taken as MIT; of `A AND B` both must be allowed. */
export const isAllowed = (licence: string): boolean =>
  licence
    .replaceAll(/[()]/g, '')
    .split(/ OR /)
    .some((choice) => choice.split(/ AND /).every((id) => allowed.includes(id.trim())));

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
}

/** Sources that a function, an instance or the far end runs, each bundled into one file. */
export const programs = (root: string): string[] =>
  readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /(\.handler|\/span-writer\/main|\/probe\/(main|responder))\.ts$/.test(path))
    .map((path) => join('lib', path))
    .sort();

/** Packages of npm that are in the programs: what esbuild took, not what is installed. */
export function npmModules(root: string): Module[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const { metafile } = buildSync({
    entryPoints: programs(root),
    outdir: 'bundle',
    write: false,
    metafile: true,
    absWorkingDir: root,
    preserveSymlinks: true,
    bundle: true,
    platform: 'node',
    logLevel: 'error',
  });
  const paths = Object.keys(metafile.inputs).flatMap(
    (input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? [],
  );
  return [...new Set(paths)].sort().map((path) => {
    const { version = '', integrity } = packages[path] ?? {};
    const { license, licenses } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return {
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      name,
      version,
      licence: license?.type ?? license ?? licenses?.[0]?.type ?? 'unknown',
      ...(integrity ? { hash: integrity } : {}),
    };
  });
}

/** Marks of licences in their texts, the most particular first. */
const marks: readonly (readonly [RegExp, string])[] = [
  [/Mozilla Public License,?\s+(v\.|version) ?2\.0/i, 'MPL-2.0'],
  [/Apache License,?\s+Version 2\.0/i, 'Apache-2.0'],
  [/GNU (AFFERO |LESSER )?GENERAL PUBLIC LICENSE/i, 'GPL'],
  [/Neither the name/i, 'BSD-3-Clause'],
  [/Redistribution and use in source and binary forms/i, 'BSD-2-Clause'],
  [/Permission to use, copy, modify, and(\/or)? distribute this software/i, 'ISC'],
  [/Permission is hereby granted, free of charge/i, 'MIT'],
  [/CC0 1\.0|public domain/i, 'CC0-1.0'],
  [/This software is provided 'as-is'/i, 'Zlib'],
];

export const licenceOf = (text: string): string => marks.find(([mark]) => mark.test(text))?.[1] ?? 'unknown';

/** Modules of a Go program. Those that are not in the module cache are fetched: only their texts are needed. */
export function goModules(folder: string): Module[] {
  execFileSync('go', ['mod', 'download'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const cache = execFileSync('go', ['env', 'GOMODCACHE'], { cwd: folder, encoding: 'utf8' }).trim();
  const sums = new Map(
    readFileSync(join(folder, 'go.sum'), 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name = '', version = '', hash = '']) => [`${name} ${version}`, hash]),
  );
  const { Require, Replace } = JSON.parse(
    execFileSync('go', ['mod', 'edit', '-json'], { cwd: folder, encoding: 'utf8' }),
  ) as { Require: { Path: string; Version: string }[] | null; Replace: { Old: { Path: string } }[] | null };
  // What is replaced by a folder is ours.
  const required = Require ?? [];
  const own = (Replace ?? []).map(({ Old }) => Old.Path);
  return required
    .filter(({ Path }) => !own.includes(Path))
    .map(({ Path, Version }) => {
      const escaped = Path.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
      const hash = sums.get(`${Path} ${Version}`);
      return {
        purl: `pkg:golang/${Path}@${Version}`,
        name: Path,
        version: Version,
        licence: licenceIn(join(cache, `${escaped}@${Version}`)),
        ...(hash ? { hash } : {}),
      };
    });
}

function licenceIn(folder: string): string {
  if (!existsSync(folder)) return 'unknown';
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying|unlicense)/i.test(name));
  return file ? licenceOf(readFileSync(join(folder, file), 'utf8')) : 'unknown';
}

/** What the wheel asks for, as the services of the examples lock it. */
export function pythonModules(lock: string): Module[] {
  return [...readFileSync(lock, 'utf8').matchAll(/^([A-Za-z0-9._-]+)==([^\s;\\]+)/gm)].map(
    ([, name = '', version = '']) => ({
      purl: `pkg:pypi/${name.toLowerCase()}@${version}`,
      name,
      version,
      licence: 'not bundled',
    }),
  );
}
