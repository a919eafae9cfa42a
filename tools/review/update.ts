/** `npm run review:update`: writes review/ anew, from the app or from an assembly that it is given. */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { deploymentRoot } from '../../harness/deployment';
import { command, nothingMore } from '../command';
import { synthesise } from './assembly';
import { reviewFiles, writeReview } from './files';

const help = `Writes review/<environment>/<Stack>.json again: the templates that reviewers read.

npm run review:update [-- ASSEMBLY]
  ASSEMBLY   folder of an assembly to take (default: synthesises bin/app.ts)
  --help     this text
`;

command(help, () => {
  const { positionals } = parseArgs({ options: {}, allowPositionals: true });
  nothingMore('One assembly', positionals.slice(1));
  const [given] = positionals;
  const root = deploymentRoot();
  const directory = given ?? synthesise(root);
  const files = reviewFiles(directory);
  writeReview(root, files);
  if (!given) rmSync(directory, { recursive: true });
  console.log([...files.keys()].join('\n'));
});
