/** What of the repository judges changes, or runs with credentials: compared as if it were an environment. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Environment, Resource } from './changes';
import { parseTemplate } from './template-yaml';

/** Its page is `repository.md`. */
export const repositoryName = 'repository';

/** Files and folders that judge, or decide who may merge, or what runs where credentials are. */
const judges = [
  ...[
    'tools/review',
    'tools/check.ts',
    'tools/compliance',
    'tools/grades',
    'lib/compliance',
    'judges',
    'test/review',
    'test/compliance',
  ],
  ...['review/accepted.yaml', '.github', '.ci', 'cdk.json', 'package.json', '.npmrc', 'deployment'],
];

/** The state of a checkout. @param ownRules the rules that judge are not those of this checkout: it counts as none */
export function repository(checkout: string, ownRules = false): Environment {
  const files = judges.flatMap((path) => filesBeneath(checkout, path));
  const resources: Record<string, Resource> = Object.fromEntries(
    files.map((path) => [
      path,
      { Type: 'Harbourline::Judge', Properties: { Text: readFileSync(join(checkout, path), 'utf8') } },
    ]),
  );
  return {
    // Who deploys, and the boundary of all that is deployed: judged as the templates of the app are.
    ...Object.fromEntries(
      files
        .filter((path) => /^deployment\/.*\.ya?ml$/.test(path))
        .map((path) => [path, deployed(join(checkout, path))]),
    ),
    Repository: {
      resources: {
        ...resources,
        'package-lock.json': { Type: 'Harbourline::Packages', Properties: { Packages: packages(checkout) } },
        rules: { Type: 'Harbourline::Rules', Properties: { Of: ownRules ? 'nobody' : 'the base' } },
      },
      template: {},
      terminationProtection: false,
    },
  };
}

function deployed(path: string): Environment[string] {
  const { Resources: resources = {}, ...template } = parseTemplate(readFileSync(path, 'utf8'));
  return { resources, template, terminationProtection: false };
}

function filesBeneath(checkout: string, path: string): string[] {
  const at = join(checkout, path);
  if (!existsSync(at)) return [];
  if (statSync(at).isFile()) return [path];
  return readdirSync(at, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.includes('node_modules') && statSync(join(at, name)).isFile())
    .map((name) => join(path, name))
    .sort();
}

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

/** `node_modules/yaml` → `2.9.1 of npm`, with the beginning of its digest. */
function packages(checkout: string): Record<string, string> {
  const file = join(checkout, 'package-lock.json');
  if (!existsSync(file)) return {};
  const { packages: all = {} } = parse(readFileSync(file, 'utf8')) as { packages?: Record<string, Locked> };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => name !== '')
      .map(([name, { version = '', resolved = '', integrity = '', hasInstallScript }]) => [
        name.replaceAll('node_modules/', '').replaceAll('.', '․'),
        `${version} ${/^https:\/\/registry\.npmjs\.org\//.test(resolved) ? 'of npm' : `from ${resolved.replace(/\/-\/.*/, '') || 'nowhere'}`} ${integrity.slice(0, 19)}${hasInstallScript ? ', runs a script when it is installed' : ''}`,
      ]),
  );
}
