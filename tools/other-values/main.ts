/** `npm run other-values`: see `--help`. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';

const root = join(__dirname, '..', '..');

const help = `Runs the product's tests in a copy of this checkout whose deployment has other values: every account, another name
for an environment, other addresses of people; an environment without a mainland, and one with all that an organisation may bring
along. A firm's values must turn none of them red.

npm run other-values [-- PATH…]
  PATH     tests to run, as for jest (default: all but test/deployment, which is the deployment's own)
  --help   this text
`;

/** What an organisation has already, as docs/adopt.md lists it. */
const organisation = `
  assetsKeyArn: 'arn:aws:kms:ap-east-1:333333333333:key/00000000-0000-4000-8000-000000000001',
  organisation: {
    permissionsBoundary: 'boundary-\${AWS::AccountId}',
    bootstrapQualifier: 'bank01',
    tags: { 'cost-centre': 'cc-4711' },
    flowLogArchiveArn: 'arn:aws:s3:::log-archive/network',
    namePrefix: 'bank-',
    keyArns: {
      logs: 'arn:aws:kms:ap-east-1:333333333333:key/00000000-0000-4000-8000-000000000003',
      volumes: 'arn:aws:kms:ap-east-1:333333333333:key/00000000-0000-4000-8000-000000000004',
      secrets: 'arn:aws:kms:ap-east-1:333333333333:key/00000000-0000-4000-8000-000000000005',
      topics: 'arn:aws:kms:ap-east-1:333333333333:key/00000000-0000-4000-8000-000000000006',
    },
    certificateAuthorityArn:
      'arn:aws:acm-pca:ap-east-1:333333333333:certificate-authority/00000000-0000-4000-8000-000000000007',
  },`;

/** Sections and settings of a kind, by file: a section of the first level that goes, lines that come behind one. */
const others: Readonly<Record<string, (text: string) => string>> = {
  'config/acceptance.ts': (text) => ['mainland', 'link'].reduce(without, text),
  'config/prod.ts': (text) =>
    behind(
      behind(text, "  account: '333333333333',", organisation),
      '  store: {',
      `
    keyArn: 'arn:aws:kms:ap-east-1:333333333333:key/00000000-0000-4000-8000-000000000002',`,
    ),
};

const without = (text: string, section: string): string =>
  changed(text, text.replace(new RegExp(`^  ${section}: \\{\\n[^]*?^  \\},\\n`, 'm'), ''), section);

const behind = (text: string, line: string, more: string): string =>
  changed(
    text,
    text.replace(line, () => line + more),
    line,
  );

function changed(before: string, after: string, what: string): string {
  if (before === after) throw new Error(`${what} is not where it was: fix tools/other-values.`);
  return after;
}

/** What a firm would write instead, in the deployment's own files alone. */
function otherValues(folder: string): void {
  const config = join(folder, 'config');
  renameSync(join(config, 'staging.ts'), join(config, 'acceptance.ts'));
  renameSync(join(config, 'allowlists/staging.txt'), join(config, 'allowlists/acceptance.txt'));
  for (const file of ['config/dev.ts', 'config/acceptance.ts', 'config/prod.ts', 'harbourline.config.ts']) {
    const path = join(folder, file);
    const text = (others[file] ?? ((same) => same))(readFileSync(path, 'utf8'))
      .replace(/'staging'|staging\.(ts|txt)|\/staging'|\bstaging\b/g, (word) => word.replace('staging', 'acceptance'))
      .replace(/\b([123])\1{11}\b|\b([123])\2{10}[0-9]\b/g, (account) =>
        account.replace(/\d/g, (digit) => `${(Number(digit) + 5) % 10}`),
      )
      .replaceAll('example.com', 'firm.example');
    writeFileSync(path, text);
  }
}

command(help, () => {
  const { positionals } = parseArgs({ options: {}, allowPositionals: true });
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-other-values-'));
  try {
    const files = execFileSync('git', ['-C', root, 'ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
      .trim()
      .split('\n');
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      cpSync(join(root, file), join(folder, file));
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    otherValues(folder);
    // Tests of change review compare commits.
    const git = (...args: string[]): void => {
      execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args]);
    };
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'other values');
    console.log(
      `In ${folder}: ${readdirSync(join(folder, 'config')).filter((name) => name === 'acceptance.ts').length} environment renamed`,
    );
    const { status } = spawnSync('npx', ['jest', ...positionals, '--testPathIgnorePatterns=/test/deployment/'], {
      cwd: folder,
      stdio: 'inherit',
    });
    return status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
