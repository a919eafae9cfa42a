/** `npm run collector:build`, `npm run collector:generate`: see `--help`. `cdk deploy` runs `collector asset`. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { zipSync } from 'fflate';
import { misused, refused } from '../config/refused';
import {
  collectorBinary,
  collectorName,
  hostTarget,
  type Platform,
  platforms,
} from '../lib/collector/distribution/build';
import { releaseOf } from './collector-upgrade/versions';
import { command, nothingMore } from './command';

const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const help = `Builds the collector, and writes its sources. Only the path goes to standard output.

npm run collector:build [-- TARGET]   builds for linux/amd64 or linux/arm64 (default: this machine), prints the path
npm run collector:generate            writes sources, go.mod and go.sum again from builder.yaml
tsx tools/collector.ts asset TARGET   packages the binary for instances, prints the path of the zip
  --help                              this text
`;

function platformOf(target: string): Platform {
  const platform = platforms.find((each) => each === target);
  if (!platform)
    throw refused(
      'HL-COLLECTOR-005',
      `${target || 'An empty target'} is no target: no collector is built for it. Use ${platforms.join(' or ')}.`,
    );
  return platform;
}

async function main([task, argument, ...more]: string[]): Promise<void> {
  const unexpected = task === 'generate' ? [argument, ...more].filter((each) => each !== undefined) : more;
  nothingMore('One task', unexpected);
  switch (task) {
    case 'build': {
      console.log(await collectorBinary(platformOf(argument ?? hostTarget()), progress, 'deployed'));
      return;
    }
    case 'asset': {
      const binary = await collectorBinary(platformOf(argument ?? ''), progress, 'deployed');
      const zip = join(dirname(binary), `${collectorName}.zip`);
      // Fixed time, owner and mode: the same binary gives the same bytes.
      const entry = { mtime: '1980-01-01T12:00:00Z', os: 3, attrs: 0o755 << 16, level: 9 } as const;
      const bytes = readFileSync(binary);
      progress(`${collectorName}: SHA-256 ${createHash('sha256').update(bytes).digest('hex')}`);
      writeFileSync(zip, zipSync({ [collectorName]: [bytes, entry] }));
      console.log(zip);
      return;
    }
    case 'generate': {
      const cwd = join(__dirname, '..', 'lib', 'collector', 'distribution');
      // Sums of modules that the proxy carries but the checksum database does not: go.sum is committed instead.
      const env = { ...process.env, GOFLAGS: '-mod=mod', GONOSUMDB: '*' };
      const version = releaseOf(readFileSync(join(cwd, 'builder.yaml'), 'utf8')).version;
      const builder = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
      execFileSync('go', ['run', builder, '--config', 'builder.yaml', '--skip-compilation'], {
        cwd,
        env,
        stdio: 'inherit',
      });
      return;
    }
    default:
      throw misused('HL-COLLECTOR-006', `There is no task ${task ?? 'without a name'}: use one of those below.`);
  }
}

command(help, () => main(parseArgs({ options: {}, allowPositionals: true }).positionals));
