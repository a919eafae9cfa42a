/** `npm run order:facts`: writes judges/order/facts.json anew. Needed when a template holds a type that the judge does not know. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exampleEnvironments } from '../../harness/environments';
import { pythonEnvironment } from '../../harness/python/environment';
import { synthesiseApp } from '../../harness/synthesise';
import { isCustom } from '../../judges/order/state';
import { keyedTypes } from '../../judges/order/unique';
import { command } from '../command';

const file = join(__dirname, '../../judges/order/facts.json');

const help = `Writes judges/order/facts.json from the registry schemas that cfn-lint ships.

npm run order:facts
  --help  this text
`;

command(help, async () => {
  parseArgs({ options: {} });
  const { assembly, dispose } = synthesiseApp(exampleEnvironments());
  const types = assembly.stacksRecursively.flatMap(({ template }) =>
    Object.values(template.Resources as Record<string, { Type: string }>).map(({ Type }) => Type),
  );
  dispose();
  const known = Object.keys(JSON.parse(readFileSync(file, 'utf8')));
  const wanted = [...new Set([...types, ...known, ...keyedTypes])].filter(
    (type) => !isCustom(type) && type !== 'AWS::CDK::Metadata',
  );
  const { bin } = await pythonEnvironment([join(__dirname, '../templates/requirements.lock')], [], console.error);
  const { status, stdout, stderr } = spawnSync(join(bin, 'python'), [join(__dirname, 'facts.py')], {
    input: JSON.stringify(wanted),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(stderr);
  writeFileSync(file, stdout);
  console.log(`${Object.keys(JSON.parse(stdout)).length} types: ${file}`);
  return 0;
});
