/** The README of a new repository. */
import { nodeMajor } from '../../lib/contract/node';

export const readme = (name: string, environments: readonly string[]): string => `# ${name}

What we deploy of Harbourline (\`node_modules/harbourline/README.md\`): ${environments.join(', ')}. Two commands, on Linux with
Node ≥ ${nodeMajor}, Go ≥ 1.25, a JDK ≥ 21, Python ≥ 3.10 and openssl, without an AWS account:

\`\`\`sh
npm ci && npx cdk synth --quiet   # every template, judged by all rules
npx harbourline rehearse          # ${environments[0]} on this machine: a minute of payments, then one table
\`\`\`

| file | says |
|---|---|
| [\`config/\`](config) | an environment each; the editor shows every setting with its unit, default and source |
| [\`config/allowlists/\`](config) | where there is a link: what may cross the border, line by line, each with an owner, a ticket and an end |
| [\`harbourline.config.ts\`](harbourline.config.ts) | which environments there are, and what we add to them |
| [\`.github/\`](.github) | what a change must pass, and the deployment: change set prepared, shown, approved, executed |
| [\`deployment/pipeline-roles.yaml\`](deployment/pipeline-roles.yaml) | the roles of that pipeline, deployed once by hand |

\`\`\`sh
npx harbourline                            # all commands
npx harbourline check                      # what a change of these files must pass
npx harbourline preflight --env ${environments[0]} --asks  # what is asked of AWS before a deployment
npx harbourline upgrade --help             # to another version, with the list of what a deployment would do
\`\`\`
`;
