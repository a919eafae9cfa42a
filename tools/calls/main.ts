/** `npm run calls`: see `--help`. */
import { parseArgs } from 'node:util';
import { loadEnvironments } from '../../harness/deployment';
import { command } from '../command';
import { withStages } from '../reach/with-model';
import { judgeCalls, judgeRefusals } from './judge';
import { worldOf } from './world';

const help = `Judges every AWS call that our code, scripts and collectors make, by all policies together: of the role, of the VPC's
endpoint, of the resource, of the key. And that a list of others is refused. Nothing is deployed, and AWS is not asked.

npm run calls [-- --env NAME]
  --env NAME  Default: all environments
  --help      this text

Exit code 1 where a call is refused, or one that must be refused is not.
`;

command(help, async () => {
  const { values } = parseArgs({ options: { env: { type: 'string' } } });
  const all = loadEnvironments();
  const environments = all.filter(({ environment }) => !values.env || environment === values.env);
  if (environments.length === 0) {
    throw new Error(`--env is ${values.env}: name one of ${all.map(({ environment }) => environment).join(', ')}.`);
  }
  let fails = 0;
  for (const config of environments) {
    const world = withStages(config, (stages) => worldOf(config, stages.get(config.environment) ?? {}));
    const { asked, refused } = await judgeCalls(world);
    const { tried, allowed } = await judgeRefusals(world);
    console.log(
      `${config.environment}: ${asked - refused.length} of ${asked} requests allowed, ${tried - allowed.length} of ${tried} refused that must be`,
    );
    for (const { caller, request, why } of refused)
      console.log(`  REFUSED ${caller}: ${request.action} on ${request.resource}: ${why}`);
    for (const { caller, request, why } of allowed)
      console.log(`  ALLOWED ${caller}: ${request.action} on ${request.resource}: ${why}`);
    fails += refused.length + allowed.length;
  }
  return fails > 0 ? 1 : 0;
});
