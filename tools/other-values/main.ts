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
for an environment, other addresses of people. A firm's values must turn none of them red.

npm run other-values [-- PATH…]
  PATH     tests to run, as for jest (default: all but test/deployment, which is the deployment's own)
  --help   this text
`;

/** What a firm would write instead, in the deployment's own files alone. */
function otherValues(folder: string): void {
  const config = join(folder, 'config');
  renameSync(join(config, 'staging.ts'), join(config, 'acceptance.ts'));
  renameSync(join(config, 'allowlists/staging.txt'), join(config, 'allowlists/acceptance.txt'));
  for (const file of ['config/dev.ts', 'config/acceptance.ts', 'config/prod.ts', 'harbourline.config.ts']) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8')
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
    const { status } = spawnSync('npx', ['jest', '--testPathIgnorePatterns=/test/deployment/', ...positionals], {
      cwd: folder,
      stdio: 'inherit',
    });
    return status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
