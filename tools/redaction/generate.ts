/** `npm run redaction:generate`: see `--help`. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { generated, root } from './generated';

const help = `Writes what Go, TypeScript and Python redact by, from config/redaction/list.yaml.

npm run redaction:generate
  --help   this text
`;

command(help, () => {
  parseArgs({ options: {} });
  for (const [file, text] of generated()) writeFileSync(file, text);
  execFileSync('npx', ['biome', 'format', '--write', ...generated().keys()], { cwd: root, stdio: 'inherit' });
});
