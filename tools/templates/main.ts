/** `npm run lint:templates`: see `--help`. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../command';
import { synthesise } from '../review/update';
import { judge, lintTemplates, readAccepted } from './findings';

const help = `Judges the templates of all environments by cfn-lint and checkov, from hashed locks, offline.

npm run lint:templates [-- ASSEMBLY]
  ASSEMBLY   folder of an assembly to take (default: synthesises bin/app.ts)
  --help     this text

What is lived with stands in tools/templates/accepted.yaml, each with its reason. Exit code 1 for any other finding, and for
an entry that nothing needs any more.
`;

command(help, async () => {
  const { positionals } = parseArgs({ options: {}, allowPositionals: true });
  if (positionals.length > 1) throw new Error(`One assembly at the most, not ${positionals.length}.`);
  const assembly = positionals[0] ?? synthesise();
  const templates = readdirSync(assembly, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.template.json'))
    .sort()
    .map((file) => join(assembly, file));
  const findings = await lintTemplates(templates, (line) => process.stderr.write(`${line}\n`));
  if (!positionals[0]) rmSync(assembly, { recursive: true });

  const { open, stale } = judge(findings, readAccepted());
  for (const { tool, id, at, message } of open)
    console.log(`${tool.padEnd(9)} ${id.padEnd(12)} ${at}\n          ${message}`);
  for (const { id, on } of stale) console.log(`accepted.yaml: ${id}${on ? ` on ${on}` : ''} is needed no more`);
  console.log(
    `${templates.length} templates, ${findings.length} findings, ${findings.length - open.length} accepted, ${open.length} open`,
  );
  return open.length + stale.length > 0 ? 1 : 0;
});
