import { type AllowlistEntry, parseAllowlist } from '../../../config/allowlist';
import { within } from '../../../config/cidr';
import type { Json } from '../canonical';
import { type Change, type Comparison, place, short } from '../changes';
import { isMap } from '../values';
import type { Hit, ReviewRule } from './rule';

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

const isControl = ({ port }: AllowlistEntry): boolean => control.includes(port);

/** Files by name, of what is a program, a source or a paper for the far end. */
function files(change: Change): [Record<string, string>, Record<string, string>] {
  const of = (value: unknown): Record<string, string> => (isMap(value) ? value : {});
  return [of(change.before?.Properties?.Files), of(change.after?.Properties?.Files)];
}

interface FileChange {
  readonly change: Change;
  readonly name: string;
  readonly came: readonly string[];
  readonly went: readonly string[];
}

/** Files that differ, and in which lines. */
export function fileChanges({ changes }: Comparison, type: string): FileChange[] {
  return changes
    .filter((change) => change.type === type)
    .flatMap((change) => {
      const [old, now] = files(change);
      return [...new Set([...Object.keys(old), ...Object.keys(now)])]
        .filter((name) => old[name] !== now[name])
        .map((name) => {
          const [before, after] = [(old[name] ?? '').split('\n'), (now[name] ?? '').split('\n')];
          const [had, has] = [new Set(before), new Set(after)];
          return {
            change,
            name,
            came: after.filter((line) => !had.has(line)),
            went: before.filter((line) => !has.has(line)),
          };
        });
    });
}

const lines = ({ name, came, went }: FileChange): string => {
  const first = [...came.map((line) => `+ ${line.trim()}`), ...went.map((line) => `- ${line.trim()}`)].slice(0, 3);
  return `${name}: ${came.length} lines added, ${went.length} removed${first.length > 0 ? `, such as ${short(first.map((line) => `“${line}”`).join('; '))}` : ', the rest in another order'}`;
};

const fileHits = (comparison: Comparison, type: string, wanted: (change: FileChange) => boolean): Hit[] =>
  fileChanges(comparison, type)
    .filter(wanted)
    .map((each) => ({
      at: place(each.change),
      what: lines(each),
      of: each.change.parts
        .map(({ path }) => path)
        .filter(
          (path) => path === '' || path === 'Properties.Files' || path.startsWith(`Properties.Files.${each.name}`),
        ),
    }));

/** Lines of a program after which it asks whom it talks with less, runs what it is given, or talks in clear. */
const reckless =
  /rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity|InsecureSkipVerify:\s*true|\bchild_process\b|\beval\(|new Function\(|\bhttp:\/\/(?!\$|127\.|localhost|169\.254\.169\.254|www\.w3\.org|json-schema\.org)/;

/** Data that decides what is masked. */
const isSensitiveData = ({ name }: FileChange): boolean => /redact|sensitiv|mask|kinds|pseudonym/i.test(name);

export const handedOutRules: readonly ReviewRule[] = [
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
    reads: ({ path }, { type }) => type === 'Harbourline::AllowList' && path === 'Properties.Text',
  },
  {
    id: 'far-end-otherwise',
    severity: 'caution',
    asks: 'leaves',
    effect: 'What the far end is handed is other than what it has: its tunnels, routes or firewall. Hand it out again.',
    source: 'docs/link.md',
    find: (comparison) => [
      ...fileHits(comparison, 'Harbourline::FarEnd', () => true),
      ...comparison.changes
        .filter(({ type, parts }) => type === 'Harbourline::FarEnd' && parts.some(({ path }) => /error|^$/.test(path)))
        .map((change) => ({
          at: place(change),
          what: short(change.after?.Properties?.Files as Json),
          of: change.parts.map(({ path }) => path),
        })),
    ],
  },
  {
    id: 'program-reckless',
    severity: 'danger',
    asks: 'guarded',
    effect: 'A program that no longer asks whom it talks with, talks in clear, or runs what it is given.',
    source: 'https://owasp.org/www-project-top-ten/',
    find: (comparison) =>
      ['Harbourline::Program', 'Harbourline::Sources'].flatMap((type) =>
        fileChanges(comparison, type).flatMap(({ change, name, came }) => {
          const found = came.filter((line) => reckless.test(line));
          return found.length > 0 && change.before
            ? [
                {
                  at: place(change),
                  what: `${name}: ${short(
                    found
                      .slice(0, 3)
                      .map((line) => `“${line.trim()}”`)
                      .join('; '),
                  )}`,
                },
              ]
            : [];
        }),
      ),
  },
  {
    id: 'masking-data',
    severity: 'danger',
    asks: 'guarded',
    effect: 'The lists that decide what is masked: kinds, keys and their patterns, for every program that takes them.',
    source: 'docs/adr/0010-redaction-in-two-layers.md',
    find: (comparison) =>
      fileHits(
        comparison,
        'Harbourline::Sources',
        (each) => isSensitiveData(each) && !/\.go$/.test(each.name) && each.went.length > 0,
      ),
  },
  {
    id: 'masking-data-more',
    severity: 'caution',
    asks: 'guarded',
    effect:
      'The lists that decide what is masked have more lines: usually more is masked, but a line may also let something through.',
    source: 'docs/adr/0010-redaction-in-two-layers.md',
    find: (comparison) =>
      fileHits(
        comparison,
        'Harbourline::Sources',
        (each) => isSensitiveData(each) && !/\.go$/.test(each.name) && each.went.length === 0,
      ),
  },
  {
    id: 'program-changes',
    severity: 'caution',
    asks: 'root',
    effect:
      'Other code of a function, a program or the collector, from the roll-out on. No rule reads code: read the difference below, and its source.',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-function-zip.html',
    find: (comparison) => [
      ...fileHits(
        comparison,
        'Harbourline::Program',
        ({ name, change }) => !/\.(sh|service|timer|env)$/.test(name) || !change.after,
      ),
      ...fileHits(comparison, 'Harbourline::Sources', (each) => !isSensitiveData(each) || /\.go$/.test(each.name)),
      ...comparison.changes
        .filter(
          ({ type, before, after }) =>
            type === 'Harbourline::Program' &&
            !(isMap(before?.Properties?.Files ?? after?.Properties?.Files) && before && after),
        )
        .map((change) => ({
          at: place(change),
          what: `the program is ${change.action}`,
          of: change.parts.map(({ path }) => path),
        })),
    ],
  },
];
