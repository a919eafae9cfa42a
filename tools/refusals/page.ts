/** docs/errors.md: each refusal with its message, in the order of the examples. */
import { examples, messageOf } from './refusals';

const rooms: Readonly<Record<string, string>> = {
  SHAPE: 'Form of a setting',
  ENV: 'Environment',
  FIELD: 'Names and ids',
  CIDR: 'Prefixes',
  NETWORK: 'Network',
  QUOTA: 'Quotas of AWS',
  ACCOUNT: 'Accounts and keys',
  COLLECT: 'Collectors and sampling',
  ENTRANCE: 'Way in of services',
  STORE: 'Store',
  ACCESS: 'Way in of people',
  OBSERVE: 'Metrics, alarms, notifications',
  LINK: 'Link',
  ALLOW: 'Allow-list',
  ORG: 'What the organisation has',
  BETWEEN: 'Between environments',
};

const head = `# Errors

A configuration that is wrong is refused before anything is synthesised or created. All that is wrong is listed at once. Each
refusal says where it is, what stands there, why it is refused and how to fix it, and ends with its code, which stays with its
rule.

\`\`\`text
${messageOf('HL-CIDR-004')}
\`\`\`

Below is an example of each, as \`cdk synth\` prints it. Values that you see are those of the example environments.
\`npm run refusals -- --write\` writes this page; a test holds that every code of the configuration is on it, and that its example gets
that code.
`;

/** The whole page. */
export function page(): string {
  const sections = Object.entries(rooms).map(([room, title]) => {
    const codes = Object.keys(examples).filter((code) => code.split('-')[1] === room);
    const entries = codes.map((code) => `### ${code}\n\n\`\`\`text\n${messageOf(code)}\n\`\`\`\n`);
    return `## ${title}\n\n${entries.join('\n')}`;
  });
  return `${head}\n${sections.join('\n')}`;
}
