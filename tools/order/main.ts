/** `npm run day-two`: see `--help`. */
import { parseArgs } from 'node:util';
import { orderRules, type Refusal } from '../../judges/order/order';
import { command } from '../command';
import { dayTwoChanges } from './changes';
import { judgeChange } from './day-two';
import { expectedRefusals } from './expected';

const help = `Tries what may be changed in an environment's file, one change at a time: adds, removes, reorders, changes. Each is
synthesised and judged by the order of CloudFormation, on the way there and on the way back. Nothing is deployed.

npm run day-two [-- --only TEXT]
  --only TEXT   changes whose place holds this text
  --all         prints those that pass, too
  --help        this text

Exit code 1 where a change is refused of which docs/operations.md does not say how it is done in two steps.
`;

const line = (way: string, { rule, stack, id, what, source }: Refusal): string =>
  `  ${way}  ${rule}: ${stack}/${id}: ${what}\n         ${source}\n         → ${orderRules[rule]}`;

command(help, () => {
  const { values } = parseArgs({ options: { only: { type: 'string' }, all: { type: 'boolean', default: false } } });
  const started = Date.now();
  const counts = { passes: 0, order: 0, configuration: 0 };
  const unexpected: string[] = [];
  for (const change of dayTwoChanges.filter(({ path }) => path.includes(values.only ?? ''))) {
    const name = `${change.path}: ${change.what}`;
    const verdict = judgeChange(change);
    counts[verdict.refusedBy ?? 'passes'] += 1;
    if (verdict.refusedBy === 'configuration') {
      if (values.all) console.log(`config   ${name}\n         ${verdict.why.split('\n').slice(0, 3).join(' ')}`);
      continue;
    }
    const expected = expectedRefusals[name];
    if (verdict.refusedBy === undefined) {
      if (expected) unexpected.push(`${name} passes, and is listed as refused`);
      if (values.all) console.log(`passes   ${name}`);
      continue;
    }
    if (!expected) unexpected.push(name);
    console.log(`${expected ? 'two steps' : 'REFUSED'}  ${name}${expected ? `\n         ${expected}` : ''}`);
    const shown = [
      ...verdict.there.map((each) => line('there', each)),
      ...verdict.back.map((each) => line('back ', each)),
    ];
    console.log(shown.slice(0, 3).join('\n'));
    if (shown.length > 3) console.log(`  and ${shown.length - 3} more of the kind`);
  }
  const tried = counts.passes + counts.order + counts.configuration;
  console.log(
    `\n${tried} changes tried in ${Math.round((Date.now() - started) / 1000)} s: ${counts.passes} pass both ways, ${counts.order} refused by the order of CloudFormation (${counts.order - unexpected.length} of them documented), ${counts.configuration} by the configuration before anything happens`,
  );
  for (const each of unexpected) console.log(`not documented: ${each}`);
  return unexpected.length > 0 ? 1 : 0;
});
