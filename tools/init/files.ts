/** The files of a new repository. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AllowlistFile } from '../../config/allowlist';
import { nodeMajor } from '../../lib/contract/node';
import { manifest } from '../cli/manifest';
import { Expression, literal } from './literal';
import { readme } from './readme';
import type { Whole } from './settings';

/** Folder that has what goes along as it stands here: workflows, feature flags, roles of the pipeline. */
const own = join(__dirname, '../..');
const read = (file: string): string => readFileSync(join(own, file), 'utf8');

/** What `npm ci` needs to install. */
function packageJson(name: string, spec: string): string {
  const { devDependencies: tried, dependencies } = manifest;
  return json({
    name: packageName(name),
    version: '0.0.0',
    private: true,
    description: 'Tracing by Harbourline: what we deploy',
    scripts: {
      synth: 'cdk synth --quiet',
      check: 'harbourline check',
      rehearse: 'harbourline rehearse',
    },
    dependencies: {
      'aws-cdk-lib': tried['aws-cdk-lib'],
      constructs: tried.constructs,
      harbourline: spec,
    },
    devDependencies: {
      '@types/node': tried['@types/node'],
      'aws-cdk': tried['aws-cdk'],
      tsx: dependencies.tsx,
      typescript: tried.typescript,
    },
  });
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const tsconfig = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['bin', 'config', '*.ts'],
};

/** Names that mean something else in the files that are written, words of the language among them. */
const taken = /^(allowlist|define\w+|deployment|synthesise)$/;
const isWord = (name: string): boolean => {
  try {
    // What the language keeps for itself cannot be declared, in a module least of all.
    new Function(`'use strict'; const ${name} = 0;`);
    return taken.test(name) || /^(await|async|undefined)$/.test(name);
  } catch {
    return true;
  }
};

/** An identifier of an environment's name: another one for `uat-2` than for `uat2`. */
export function variable(name: string): string {
  const plain = name.replaceAll('-', '_');
  return isWord(plain) ? `${plain}_` : plain;
}

/** What npm takes as a name, of a folder's: lower case, and nothing that an address would have to escape. */
export const packageName = (folder: string): string =>
  folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
    .slice(0, 200) || 'tracing';

function environmentFile(name: string, input: Record<string, unknown>): string {
  const link = input.link as { allowlist: AllowlistFile } | undefined;
  const shown = link
    ? { ...input, link: { ...link, allowlist: new Expression(`allowlist(${literal(link.allowlist.file)})`) } }
    : input;
  return `import { ${link ? 'allowlist, ' : ''}defineEnvironment } from 'harbourline';

/** Every setting, its unit, default and source: the types of \`defineEnvironment\` say it where you write. */
export const ${variable(name)} = defineEnvironment(${literal(shown)});
`;
}

function deploymentFile(names: readonly string[]): string {
  return `import { defineDeployment } from 'harbourline';
${names.map((name) => `import { ${variable(name)} } from './config/${name}';\n`).join('')}
/** What we deploy. \`extend\` adds what is our own: docs/adopt.md of Harbourline shows it. */
export default defineDeployment({
  environments: { ${names.map((name) => `'config/${name}.ts': ${variable(name)}`).join(', ')} },
});
`;
}

const app = `import { synthesise } from 'harbourline';
import deployment from '../harbourline.config';

synthesise(deployment);
`;

/** A workflow of Harbourline's own repository, for one that has the package. */
export function workflow(text: string, names: readonly string[]): string {
  return text
    .replace(/options: \[.*\]/, `options: [${names.join(', ')}]`)
    .replace(/npm run ([\w:-]+) --(?= )/g, 'npx harbourline $1')
    .replace(/ {8}go-version-file: .*\n/, "        go-version: '1.25'\n        cache: false\n")
    .replace(/ {8}cache-dependency-path: \|\n( {10}.*\n)+/, '')
    .replace("hashFiles('**/go.sum', '**/*.lock')", "hashFiles('package-lock.json')")
    .replaceAll('docs/operations.md', "docs/operations.md of Harbourline's repository");
}

function pullRequest(deploy: string): string {
  const checkout = /uses: (actions\/checkout@.*)/.exec(deploy)?.[1];
  return `# What a change must pass, and what it would do to AWS. No credentials: a fork may run it.
name: pull request
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 45
    steps:
      - uses: ${checkout}
        with:
          fetch-depth: 0 # the review compares with the base commit
          persist-credentials: false
      - uses: ./.github/actions/tools
      - run: npm ci --no-audit --no-fund
      - run: npx harbourline check \${BASE:+--base "$BASE"}
        env:
          # What is checked out is the merge: its first parent is what it is merged into.
          BASE: \${{ github.event_name == 'pull_request' && 'HEAD^1' || '' }}
      - run: npx harbourline rehearse
`;
}

const codeowners = (
  team: string,
): string => `# Who has to agree. Protect main: a review of code owners, and none by who made the change.
*                        ${owner(team)}

# What may cross the border, and what runs where credentials are: put in those who answer for it.
/config/allowlists/      ${owner(team)}
/.github/                ${owner(team)}
/review/accepted.yaml    ${owner(team)}
/package-lock.json       ${owner(team)}
`;

const owner = (team: string): string => (/^@|.@./.test(team) ? team : `@${team}`);

/** Every file of the repository by path, package-lock.json apart. */
export function filesOf(
  name: string,
  inputs: ReadonlyMap<string, Record<string, unknown>>,
  whole: Whole,
  spec: string,
): Map<string, string> {
  const names = [...inputs.keys()];
  const deploy = read('.github/workflows/deploy.yml');
  const links = [...inputs.values()].flatMap(({ link }) => (link ? [link as { allowlist: AllowlistFile }] : []));
  return new Map([
    ['README.md', readme(name, names)],
    ['package.json', packageJson(name, spec)],
    ['tsconfig.json', json(tsconfig)],
    ['.gitignore', 'cdk.out/\nnode_modules/\n/far-end/\n'],
    ['.nvmrc', `${nodeMajor}\n`],
    ['cdk.json', read('cdk.json')],
    ['harbourline.config.ts', deploymentFile(names)],
    ['bin/app.ts', app],
    ...[...inputs].map(([each, input]) => [`config/${each}.ts`, environmentFile(each, input)] as const),
    ...links.map(({ allowlist: { file, text } }) => [file, text] as const),
    ['.github/CODEOWNERS', codeowners(whole.team)],
    ['.github/actions/tools/action.yml', workflow(read('.github/actions/tools/action.yml'), names)],
    ['.github/workflows/pull-request.yml', pullRequest(deploy)],
    ...['deploy', 'deploy-stack', 'deploy-mainland'].map(
      (each) => [`.github/workflows/${each}.yml`, workflow(read(`.github/workflows/${each}.yml`), names)] as const,
    ),
    ['deployment/pipeline-roles.yaml', read('deployment/pipeline-roles.yaml')],
  ]);
}
