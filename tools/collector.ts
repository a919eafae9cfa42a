/**
 * `collector build [linux/amd64|linux/arm64]`  builds the collector (default: for this machine) and prints its path
 * `collector asset`                            packages the arm64 binary for the fleets and prints the zip's path
 * `collector generate`                         writes sources, go.mod and go.sum again from builder.yaml
 *
 * Only the path goes to standard output: `cdk deploy` runs `collector asset` when it publishes the artifact.
 */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { collectorBinary, collectorName, hostTarget, type Target } from '../lib/collect/distribution/build';

const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** The OpenTelemetry Collector Builder that wrote the committed sources. */
const builder = 'go.opentelemetry.io/collector/cmd/builder@v0.158.0';

async function main([command, argument]: string[]): Promise<void> {
  switch (command) {
    case 'build': {
      const target = (argument ?? hostTarget()) as Target;
      if (target !== 'linux/amd64' && target !== 'linux/arm64') {
        throw new Error(`No such target: ${argument}. Use linux/amd64 or linux/arm64.`);
      }
      console.log(await collectorBinary(target, progress));
      return;
    }
    case 'asset': {
      const binary = await collectorBinary('linux/arm64', progress);
      const zip = join(dirname(binary), `${collectorName}.zip`);
      // Fixed time and mode: the same binary gives the same bytes.
      const script = [
        'import sys,zipfile',
        'b,n,z=sys.argv[1:]',
        'i=zipfile.ZipInfo(n,(1980,1,1,0,0,0)); i.external_attr=0o100755<<16; i.compress_type=zipfile.ZIP_DEFLATED',
        'zipfile.ZipFile(z,"w").writestr(i,open(b,"rb").read(),compresslevel=9)',
      ].join('\n');
      execFileSync('python3', ['-c', script, binary, collectorName, zip], { stdio: ['ignore', 'ignore', 'inherit'] });
      console.log(zip);
      return;
    }
    case 'generate': {
      const cwd = join(__dirname, '..', 'lib', 'collect', 'distribution');
      // Sums of modules that the proxy carries but the checksum database does not: go.sum is committed instead.
      const env = { ...process.env, GOFLAGS: '-mod=mod', GONOSUMDB: '*' };
      execFileSync('go', ['run', builder, '--config', 'builder.yaml', '--skip-compilation'], {
        cwd,
        env,
        stdio: 'inherit',
      });
      return;
    }
    default:
      throw new Error('Usage: collector build [linux/amd64|linux/arm64] | asset | generate');
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
