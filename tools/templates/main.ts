/** `npm run lint:templates`: see `--help`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deploymentRoot, loadEnvironments } from '../../harness/deployment';
import { sourceExtension } from '../../harness/program';
import { command, nothingMore, notSynthesised } from '../command';
import { judge, lintTemplates, readAccepted } from './findings';

const help = `Judges the templates of all environments by cfn-lint and checkov, from hashed locks, offline.

npm run lint:templates [-- ASSEMBLY]
  ASSEMBLY   folder of an assembly to take (default: what cdk synth makes now)
  --help     this text

What is accepted stands in tools/templates/accepted.yaml, each with its reason. Exit code 1 for any other finding, and for
an entry that nothing needs any more.
`;

/** By the CLI, which adds paths of constructs, as it does for a deployment: cfn-lint knows CDK's templates by them. */
function synthesise(): string {
  const root = deploymentRoot();
  const directory = mkdtempSync(join(tmpdir(), 'harbourline-templates-'));
  const { status, stdout, stderr } = spawnSync(
    join(root, 'node_modules/.bin/cdk'),
    ['synth', '--quiet', '--output', directory],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}\n`);
    throw notSynthesised('The app');
  }
  return directory;
}

command(help, async () => {
  const { positionals } = parseArgs({ options: {}, allowPositionals: true });
  nothingMore('One assembly', positionals.slice(1));
  const assembly = positionals[0] ?? synthesise();
  const templates = readdirSync(assembly, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.template.json'))
    .sort()
    .map((file) => join(assembly, file));
  const regions = [...new Set(loadEnvironments().map(({ region }) => region))];
  const findings = await lintTemplates(templates, regions, (line) => process.stderr.write(`${line}\n`));
  if (!positionals[0]) rmSync(assembly, { recursive: true });

  const { open, stale: unneeded } = judge(findings, readAccepted());
  // A firm need not have everything that the list is about.
  const stale = sourceExtension === '.ts' ? unneeded : [];
  for (const { tool, id, at, message } of open)
    console.log(`${tool.padEnd(9)} ${id.padEnd(12)} ${at}\n          ${message}`);
  for (const { id, on } of stale) console.log(`accepted.yaml: ${id}${on ? ` on ${on}` : ''} is needed no more`);
  console.log(
    `${templates.length} templates, ${findings.length} findings, ${findings.length - open.length} accepted, ${open.length} open`,
  );
  return open.length + stale.length > 0 ? 1 : 0;
});
