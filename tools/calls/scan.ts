/** Which AWS calls the sources make: of SDKs, of the command line in scripts and units, of components of the collector. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

/** How each kind of call looks. The name of one is what stands in the first group. */
const patterns: readonly { readonly files: RegExp; readonly call: RegExp; readonly prefix: string }[] = [
  { files: /\.ts$/, call: /new (\w+)Command\(/g, prefix: '' },
  { files: /\.ts$/, call: /\b(AwsSigv4Signer)\(/g, prefix: '' },
  { files: /\.ts$/, call: /\bprivateCa\('(\w+)'/g, prefix: '' },
  { files: /\.(sh|service|ts)$/, call: /(?<![\w.-]|in )aws ([a-z0-9]+ [a-z][a-z0-9-]+)(?= )/gm, prefix: 'aws ' },
  {
    files: /collector\/.*\.ts$/,
    call: /\b(awsemf|aws_cloud_map|awscloudwatchlogs|awsxray|awss3|sigv4auth|opensearch)(?=[/'":\]])/g,
    prefix: 'component ',
  },
];

/** Comments and what is printed for people are no calls. */
const code = (text: string): string => text.replace(/^\s*(\/\/|\*|#).*$/gm, '');

/** `lib/machine/certificates.handler.ts: GetSecretValue`, once each. */
export function callsInSources(): string[] {
  const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).map((file) => `lib/${file}`);
  const found = files.flatMap((file) =>
    patterns
      .filter((pattern) => pattern.files.test(file) && !/node_modules|distribution\//.test(file))
      .flatMap(({ call, prefix }) =>
        [...code(readFileSync(join(root, file), 'utf8')).matchAll(call)].map(([, name]) => `${file}: ${prefix}${name}`),
      ),
  );
  return [...new Set(found)].sort();
}
