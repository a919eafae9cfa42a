/** `npx harbourline audit`: see `--help`. */
import { context } from '../../harness/context';
import { deployedApp, loadEnvironments } from '../../harness/deployment';
import { auditPolicy } from '../../lib/compliance/policy';
import { command } from '../command';

const help = `Judges what is deployed as it stands in the templates: raw resources and overrides too, which the packs pass by at synth.
And every acknowledgment: whether a finding needs it, whether it covers one kind of resource, whether its reason is true.

npx harbourline audit
  --help   this text

Exit code 1 where something is open.
`;

command(help, () => {
  const app = deployedApp(loadEnvironments(), { context: { ...context(), 'aws:cdk:bundling-stacks': [] } });
  const { unacknowledged, acknowledged, stale, bypassed, wide, untrue } = auditPolicy(app);
  const lines = [
    ...unacknowledged.map(({ id, path, message }) => `open: ${path}: ${id}: ${message}`),
    ...stale.map(({ id, path }) => `nothing needs it: ${path}: ${id}`),
    ...bypassed.map(({ id, path }) => `not by acknowledge(), or refused by it: ${path}: ${id}`),
    ...wide.map(({ id, path }) => `covers several kinds of resources: ${path}: ${id}`),
    ...untrue.map(({ id, path, claim }) => `the reason says “${claim}”, the template does not: ${path}: ${id}`),
  ];
  for (const line of lines) console.log(line);
  console.log(`${acknowledged.length} findings with a reason, ${lines.length} open`);
  return lines.length > 0 ? 1 : 0;
});
