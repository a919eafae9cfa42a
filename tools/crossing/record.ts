import { listedAttributes } from '../../lib/collector/relay';
import { flows, type LinkedConfig } from '../../lib/contract/link-parameters';
import { metrics } from '../../lib/contract/metrics';
import { kinds, laws } from './law';

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The lines of an environment: each with the side that opens it. */
function lines(config: LinkedConfig): string {
  const rows = flows(config).map(({ side, fromRelay, from, to, port, owner, ticket, expires }) => [
    side === 'hong-kong' ? 'Hong Kong → mainland' : 'mainland → Hong Kong',
    fromRelay ? 'relays' : from.join(', '),
    to,
    port,
    owner,
    ticket,
    expires,
  ]);
  const { transports, services, relay } = config.link;
  return `### ${config.environment}

Transports: ${transports.join(', then ')}. Services under their own names: ${services.join(', ') || 'none'}; all others as \`other\`. Groups below
${relay.minimumCalls} calls a minute stay in Hong Kong.

${table(['direction of the call', 'from', 'to', 'TCP port', 'owner', 'ticket', 'last day'], rows)}`;
}

/** The record of what crosses the border, from what holds it. */
export function record(environments: readonly LinkedConfig[]): string {
  const [first] = environments;
  const attributes = Object.entries(listedAttributes(first?.environment ?? '', ['listed services']));
  return `# What crosses the border

Written by \`npm run crossing\` from the configuration, the allow-lists and the relay's list of keys; a test holds it against them. It says
what Harbourline was built to let through, for whoever decides whether it may. **Nothing here is legal advice**: numbers of articles are
for finding the text, and each firm's counsel judges its own case.

## Kinds

${table(
  ['what', 'direction', 'what it holds', 'held against', 'owner'],
  kinds.map(({ what, direction, holds, basis, owner }) => [what, direction, holds, basis, owner]),
)}

## Keys of aggregates

Metrics: ${Object.values(metrics)
    .map(({ name }) => `\`${name}\``)
    .join(', ')}. Each point is made again by the relay, with these keys and values like these, and nothing else
([ADR 18](adr/0018-relays-make-every-point-anew.md)).

${table(
  ['key', 'values'],
  attributes.map(([key, pattern]) => [
    `\`${key}\``,
    key === 'deployment.environment.name'
      ? 'the environment'
      : pattern
          .replace(/\(\?:|\)/g, '')
          .split('|')
          .join(', '),
  ]),
)}

## Lines

Who may open a connection to whom; the firewall of the link holds each until the end of its last day ([link.md](link.md)).

${environments.map(lines).join('\n\n')}

## Held against

${laws.map(({ short, title, says }) => `- **${short}**: ${title}.\n${says.map((text) => `  - ${text}.`).join('\n')}`).join('\n')}
`;
}
