/** What must not be a finding: a page that cries wolf is not read. */
import { after, edit, type Graded } from '../graded';

const allowlist = 'config/allowlists/prod.txt';

export const harmless: readonly Graded[] = [
  {
    name: 'comments of the sources',
    edits: [
      edit('lib/store/domain.ts', '// OpenSearch Service asks at', '// The service asks at'),
      after(
        'lib/machine/lifecycle.ts',
        'const groups = (scope: Construct): string =>',
        '  // Groups of this account and region.',
      ),
    ],
    grade: 'nothing',
  },
  {
    name: 'comments and order of the allow-list',
    edits: [
      edit(allowlist, '# payment calls settlement', '# payment asks settlement'),
      edit(
        allowlist,
        'relay           10.22.255.1/32   7      trace-platform   NET-3203   2027-06-30   # RTT by way of dxvpn-1\nrelay           10.22.255.2/32   7      trace-platform   NET-3203   2027-06-30   # RTT by way of dxvpn-2\n',
        'relay           10.22.255.2/32   7      trace-platform   NET-3203   2027-06-30   # RTT by way of dxvpn-2\nrelay           10.22.255.1/32   7      trace-platform   NET-3203   2027-06-30   # RTT by way of dxvpn-1\n',
      ),
    ],
    grade: 'note',
    finds: { 'far-end-order': 'another order' },
  },
  {
    name: 'statements and actions in another order',
    edits: [
      edit(
        'lib/machine/lifecycle.ts',
        "['autoscaling:CompleteLifecycleAction', 'autoscaling:RecordLifecycleActionHeartbeat']",
        "['autoscaling:RecordLifecycleActionHeartbeat', 'autoscaling:CompleteLifecycleAction']",
      ),
    ],
    grade: 'nothing',
  },
  {
    name: 'descriptions of parameters, rules and statements',
    edits: [
      edit(
        'lib/machine/certificates.ts',
        "description: 'Renews the certificates of the collector tiers',\n      schedule",
        "description: 'Renews certificates of collectors',\n      schedule",
      ),
      edit('lib/machine/lifecycle.ts', "sid: 'FindItsGroup'", "sid: 'FindTheGroup'"),
    ],
    grade: 'nothing',
  },
  {
    name: 'a description of an alarm',
    edits: [
      edit('lib/observe/alarms/pipeline.ts', 'No span was counted for five minutes:', 'Five minutes without a span:'),
    ],
    grade: 'nothing',
  },
  {
    name: 'documents and tests',
    edits: [after('SECURITY.md', '# Security', '')],
    grade: 'nothing',
  },
];
