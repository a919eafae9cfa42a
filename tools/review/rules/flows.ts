import { type AllowlistEntry, parseAllowlist } from '../../../config/allowlist';
import { within } from '../../../config/cidr';
import { type Change, type Comparison, place, type Resource } from '../changes';
import { both, type Hit, type ReviewRule } from './rule';

/** Ports by the name that people know; those by which machines are ruled are dangers. */
const known: Readonly<Record<number, string>> = {
  7: 'echo',
  20: 'FTP',
  21: 'FTP',
  22: 'SSH',
  23: 'Telnet',
  25: 'SMTP',
  53: 'DNS',
  69: 'TFTP',
  80: 'HTTP',
  111: 'RPC',
  135: 'RPC',
  139: 'NetBIOS',
  389: 'LDAP',
  443: 'HTTPS',
  445: 'SMB',
  512: 'rexec',
  513: 'rlogin',
  514: 'rsh',
  636: 'LDAPS',
  873: 'rsync',
  1433: 'SQL Server',
  1521: 'Oracle',
  2049: 'NFS',
  2375: 'Docker',
  2376: 'Docker',
  2379: 'etcd',
  3306: 'MySQL',
  3389: 'RDP',
  4317: 'OTLP',
  4318: 'OTLP',
  5432: 'PostgreSQL',
  5900: 'VNC',
  5985: 'WinRM',
  5986: 'WinRM',
  6379: 'Redis',
  6443: 'Kubernetes',
  8080: 'HTTP',
  8088: 'continuity check',
  8443: 'HTTPS',
  9092: 'Kafka',
  9200: 'OpenSearch',
  10250: 'kubelet',
  11211: 'memcached',
  27017: 'MongoDB',
};
const control = [
  20, 21, 22, 23, 69, 111, 135, 139, 445, 512, 513, 514, 873, 2049, 2375, 2376, 2379, 3389, 5900, 5985, 5986, 6443,
  10250,
];

const flow = ({ from, to, port }: AllowlistEntry): string =>
  `${from} → ${to} at TCP ${port}${known[port] ? ` (${known[port]})` : ''}`;
const terms = ({ owner, ticket, expires }: AllowlistEntry): string => `owner ${owner}, ${ticket}, until ${expires}`;

/** Lines of an allow-list before and after. */
function lists({ changes }: Comparison): { change: Change; old: AllowlistEntry[]; now: AllowlistEntry[] }[] {
  return changes
    .filter(({ type }) => type === 'Harbourline::AllowList')
    .map((change) => {
      const entries = (side: 'before' | 'after'): AllowlistEntry[] =>
        parseAllowlist(`${change[side]?.Properties?.Text ?? ''}`).entries;
      return { change, old: entries('before'), now: entries('after') };
    });
}

/** Every line that came, went or has other terms. */
export const flowTable = (comparison: Comparison): string[][] =>
  lists(comparison).flatMap(({ old, now }) => {
    const is = (list: readonly AllowlistEntry[], entry: AllowlistEntry): boolean =>
      list.some((each) => same(each, entry) && terms(each) === terms(entry));
    const cells = ({ from, to, port, owner, ticket, expires }: AllowlistEntry): string[] => [
      from,
      to,
      `${port}${known[port] ? ` (${known[port]})` : ''}`,
      owner,
      ticket,
      expires,
    ];
    return [
      ...old.filter((entry) => !is(now, entry)).map((entry) => ['➖', ...cells(entry)]),
      ...now.filter((entry) => !is(old, entry)).map((entry) => ['➕', ...cells(entry)]),
    ];
  });

const admits = (outer: AllowlistEntry, inner: AllowlistEntry): boolean =>
  outer.port === inner.port &&
  (outer.from === inner.from || (outer.from !== 'relay' && inner.from !== 'relay' && within(inner.from, outer.from))) &&
  (outer.to === inner.to || within(inner.to, outer.to));

const same = (one: AllowlistEntry, other: AllowlistEntry): boolean => flow(one) === flow(other);

const added = (comparison: Comparison, wanted: (entry: AllowlistEntry) => boolean): Hit[] =>
  lists(comparison).flatMap(({ change, old, now }) =>
    now
      .filter((entry) => !old.some((each) => admits(each, entry)) && wanted(entry))
      .map((entry) => {
        const narrower = old.find((each) => admits(entry, each));
        const verb = narrower ? `a flow is wider than ${flow(narrower)}` : 'a new flow';
        return { at: place(change), what: `${verb}: ${flow(entry)}; ${terms(entry)}`, of: ['Properties.Text'] };
      }),
  );

/** Is every line a flow or a comment? */
const isAllReadable = ({ Properties }: Resource): boolean =>
  parseAllowlist(`${Properties?.Text ?? ''}`).problems.length === 0;

const isControl = ({ port }: AllowlistEntry): boolean => control.includes(port);

export const flowRules: readonly ReviewRule[] = [
  {
    id: 'flow-of-control',
    severity: 'danger',
    asks: 'leaves',
    effect: 'A flow across the border by which machines are ruled or files are taken.',
    source: 'config/allowlist.ts',
    find: (comparison) => added(comparison, isControl),
  },
  {
    id: 'flow-added',
    severity: 'caution',
    asks: 'leaves',
    effect: 'A flow may cross the border that could not before. The far end has to open it, too.',
    source: 'config/allowlist.ts',
    find: (comparison) => added(comparison, (entry) => !isControl(entry)),
  },
  {
    id: 'flow-terms',
    severity: 'caution',
    asks: 'leaves',
    effect: 'A flow lasts longer, or somebody else answers for it.',
    source: 'config/allowlist.ts',
    find: (comparison) =>
      lists(comparison).flatMap(({ change, old, now }) =>
        now.flatMap((entry) => {
          const match = old.find((each) => same(each, entry));
          if (!match || terms(match) === terms(entry)) return [];
          return [
            { at: place(change), what: `${flow(entry)}: ${terms(match)} → ${terms(entry)}`, of: ['Properties.Text'] },
          ];
        }),
      ),
  },
  {
    id: 'flow-gone',
    severity: 'note',
    asks: 'works',
    effect: 'A flow may no longer cross the border.',
    source: 'config/allowlist.ts',
    find: (comparison) =>
      lists(comparison).flatMap(({ change, old, now }) =>
        old
          .filter((entry) => !now.some((each) => admits(each, entry)))
          .map((entry) => ({
            at: place(change),
            what: `no longer: ${flow(entry)}; ${terms(entry)}`,
            of: ['Properties.Text'],
          })),
      ),
    // Comments, blanks, another order: the lines themselves are compared both ways.
    reads: ({ path }, change) =>
      change.type === 'Harbourline::AllowList' && path === 'Properties.Text' && both(change, isAllReadable),
  },
];
