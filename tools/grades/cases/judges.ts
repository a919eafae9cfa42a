/** What judges changes, or runs where credentials are. */
import { edit, type Graded } from '../graded';

const roles = 'deployment/pipeline-roles.yaml';
const workflow = '.github/workflows/pull-request.yml';

export const judges: readonly Graded[] = [
  {
    name: 'a workflow that may write',
    edits: [edit(workflow, 'permissions:\n  contents: read\nconcurrency:', 'permissions: write-all\nconcurrency:')],
    grade: 'danger',
    finds: { 'workflow-may-more': 'write-all' },
  },
  {
    name: 'strangers start a workflow',
    edits: [edit(workflow, 'on:\n  pull_request:\n', 'on:\n  pull_request_target:\n')],
    grade: 'danger',
    finds: { 'workflow-may-more': 'pull_request_target' },
  },
  {
    name: 'a workflow in other words',
    edits: [edit(workflow, 'name: pull request\n', 'name: pull requests\n')],
    grade: 'caution',
    finds: { 'judge-changes': 'is changed' },
  },
  {
    name: 'a rule of review that finds nothing',
    edits: [
      edit(
        'tools/review/rules/vpn.ts',
        'const vpn = /^AWS::EC2::(VPNConnection|CustomerGateway|VPNGateway)$/;',
        'const vpn = /^$/;',
      ),
    ],
    grade: 'caution',
    finds: { 'judge-changes': 'is changed' },
  },
  {
    name: 'owners who look later',
    edits: [
      edit(
        'lib/compliance/owners.ts',
        "Store: { owner: 'observability-platform', reviewBy: '2027-05-31' }",
        "Store: { owner: 'observability-platform', reviewBy: '2027-11-30' }",
      ),
    ],
    grade: 'caution',
    finds: { 'judge-changes': 'is changed' },
  },
  {
    name: 'nobody has to agree',
    edits: [edit('.github/CODEOWNERS', '/tools/review/           @example/security-engineering\n', '')],
    grade: 'caution',
    finds: { 'judge-changes': 'is changed' },
  },
  {
    name: 'whoever plans may execute',
    edits: [
      edit(
        roles,
        '                  - cloudformation:ExecuteChangeSet\n                  - cloudformation:CreateStack\n',
        '                  - cloudformation:CreateStack\n',
      ),
    ],
    grade: 'danger',
    finds: { 'iam-deny-gone': 'cloudformation:ExecuteChangeSet' },
  },
  {
    name: 'any branch may take the role that executes',
    edits: [
      edit(
        roles,
        'token.actions.githubusercontent.com:sub: !Sub repo:${Repository}:environment:${Environment}\n',
        'token.actions.githubusercontent.com:sub: !Sub repo:${Repository}:*\n',
      ),
    ],
    grade: 'danger',
    finds: { 'iam-trust': 'repo:${Repository}:*' },
  },
  {
    name: 'the boundary allows what it forbade',
    edits: [edit(roles, '              - iam:CreateUser\n', '')],
    grade: 'danger',
    finds: { 'iam-deny-gone': 'iam:CreateUser' },
  },
  {
    name: 'a script that runs when packages are installed',
    edits: [edit('package.json', '"scripts": {', '"scripts": {\n    "postinstall": "node tools/x.js",')],
    grade: 'danger',
    finds: { 'workflow-may-more': 'postinstall' },
  },
  {
    name: 'a finding is accepted',
    edits: [
      edit(
        'lib/store/domain.ts',
        "    acknowledge(this.domain, {\n      id: 'AwsSolutions-OS3',",
        "    acknowledge(this.domain, {\n      id: 'AwsSolutions-OS7',\n      reason: 'Somebody looked at this once and thought that it would do for now, more or less.',\n    });\n    acknowledge(this.domain, {\n      id: 'AwsSolutions-OS3',",
      ),
    ],
    grade: 'caution',
    finds: { 'acknowledgment-added': 'AwsSolutions-OS7' },
  },
];
