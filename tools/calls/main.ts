/** `npm run calls`: see `--help`. */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { refused } from '../../config/refused';
import { environmentsNamed } from '../../harness/stages';
import { listOf, type Statement } from '../../judges/permissions/policies';
import { command } from '../command';
import { withStages } from '../reach/with-model';
import { judgeCalls, judgeRefusals } from './judge';
import { worldsOf } from './world';

const help = `Judges every AWS call that our code, scripts and collectors make, by all policies together: of the role, of its
boundary, of the VPC's endpoint, of the resource, of the key. And that a list of others is refused. Nothing is deployed, and AWS is not asked.

npm run calls [-- --env NAME] [--boundary FILE]
  --env NAME       Default: all environments, with what other accounts deploy of them
  --boundary FILE  what the organisation's permissions boundary says, as JSON: as printed by
                   aws iam get-policy-version --query PolicyVersion.Document. Needed where roles have a boundary
  --help           this text

Exit code 1 where a call is refused, or one that must be refused is not.
`;

/** What `get-policy-version` printed of a boundary. @throws Refusal where it is something else */
function statementsOf(file: string): readonly Statement[] {
  const how = `Write it with: aws iam get-policy-version --policy-arn ARN --version-id ID --query PolicyVersion.Document > ${file}`;
  if (!existsSync(file)) throw refused('HL-CALLS-001', `--boundary ${file}: there is no such file. ${how}`);
  let said: { Statement?: Statement | Statement[] } | null;
  try {
    said = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw refused('HL-CALLS-002', `--boundary ${file}: it is no JSON. ${how}`);
  }
  const statements = listOf(said?.Statement);
  if (statements.length === 0) throw refused('HL-CALLS-003', `--boundary ${file}: it has no Statement. ${how}`);
  return statements;
}

command(help, async () => {
  const { values } = parseArgs({ options: { env: { type: 'string' }, boundary: { type: 'string' } } });
  const environments = environmentsNamed(values.env);
  const boundary = values.boundary ? statementsOf(values.boundary) : undefined;
  let fails = 0;
  for (const config of environments) {
    const worlds = withStages(config, (stages) => worldsOf(config, stages, boundary));
    for (const world of worlds) {
      const { asked, refused } = await judgeCalls(world);
      // Who must not do what is said of the environment's own roles.
      const { tried, allowed } =
        world.stage.kind === 'environment' ? await judgeRefusals(world) : { tried: 0, allowed: [] };
      console.log(
        `${world.stage.name}: ${asked - refused.length} of ${asked} requests allowed${tried > 0 ? `, ${tried - allowed.length} of ${tried} refused that must be` : ''}`,
      );
      for (const { caller, request, why } of refused)
        console.log(`  REFUSED ${caller}: ${request.action} on ${request.resource}: ${why}`);
      for (const { caller, request, why } of allowed)
        console.log(`  ALLOWED ${caller}: ${request.action} on ${request.resource}: ${why}`);
      fails += refused.length + allowed.length;
    }
  }
  return fails > 0 ? 1 : 0;
});
