import { entries } from '../../../lib/compliance/rules/rule';
import { type Change, place, short } from '../changes';
import type { Hit, ReviewRule } from './rule';

/** Keys whose presence, or `true`, protects. */
const protections =
  /^(Encrypted|EncryptionEnabled|StorageEncrypted|KmsKeyId|KmsMasterKeyId|KMSMasterKeyID|SSEAlgorithm|EnforceHTTPS|EnableKeyRotation|SqsManagedSseEnabled|EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic|DeleteProtection|FirewallPolicyChangeProtection|SubnetChangeProtection|MutationProtection|Block(Public(Acls|Policy))|IgnorePublicAcls|RestrictPublicBuckets|DeletionProtectionEnabled|EnableTunnelLifecycleControl)$/;
/** `Enabled` protects beneath these, and means something else elsewhere. */
const protectiveParents =
  /(EncryptionAtRestOptions|NodeToNodeEncryptionOptions|AdvancedSecurityOptions|SnapStart)\.Enabled$/;

const flat = (change: Change, side: 'before' | 'after'): Map<string, unknown> =>
  new Map([...entries(change[side]?.Properties)].map(({ path, value }) => [path, value]));

/** Where a setting went with what it stood in: every property above it. */
const above = (path: string): string[] => {
  const [name = ''] = path.split('.');
  return [`Properties.${name}`];
};

const isOn = (value: unknown): boolean => value !== undefined && !/^(false|off|disabled|)$/i.test(`${value}`);

/** Paths that protected before and do not any more, on resources that stay. */
const lost =
  (protects: (path: string) => boolean) =>
  ({ changes }: { changes: readonly Change[] }): Hit[] =>
    changes.flatMap((change) => {
      if (!change.before || !change.after) return [];
      const after = flat(change, 'after');
      return [...flat(change, 'before')]
        .filter(([path, value]) => protects(path) && isOn(value) && !isOn(after.get(path)))
        .map(([path, value]) => ({
          at: place(change),
          what: `${path}: ${short(value)} → ${short(after.get(path))}`,
          of: [`Properties.${path}`, ...(after.has(path) ? [] : above(path))],
        }));
    });

const last = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** From strong to weak; a name that is not in its list is not judged. */
const orders: Readonly<Record<string, readonly string[]>> = {
  TLSSecurityPolicy: ['Policy-Min-TLS-1-2-PFS-2023-10', 'Policy-Min-TLS-1-2-2019-07', 'Policy-Min-TLS-1-0-2019-07'],
  HttpTokens: ['required', 'optional'],
  TrafficType: ['ALL', 'REJECT', 'ACCEPT'],
  SSEAlgorithm: ['aws:kms:dsse', 'aws:kms', 'AES256'],
  PreSharedKeyStorage: ['SecretsManager', 'Standard'],
  DefaultResult: ['ABANDON', 'CONTINUE'],
};

function weaker({ changes }: { changes: readonly Change[] }): Hit[] {
  return changes.flatMap((change) => {
    const after = flat(change, 'after');
    return [...flat(change, 'before')].flatMap(([path, value]) => {
      const order = orders[last(path)] ?? [];
      const [from, to] = [order.indexOf(String(value)), order.indexOf(String(after.get(path)))];
      // What a resource that stays no longer says is left to AWS, whose default is seldom the strongest.
      const unsaid = change.after && !after.has(path) && last(path) !== 'DefaultResult';
      return from >= 0 && (to > from || unsaid)
        ? [
            {
              at: place(change),
              what: `${path}: ${value} → ${after.get(path) ?? 'nothing'}`,
              of: [`Properties.${path}`],
            },
          ]
        : [];
    });
  });
}

/** Lines of a collector's or a script's text that take protection away, or give it. */
const risky =
  /insecure: true|insecure_skip_verify: true|min_version: ['"]?1\.[01]\b|--no-verify-ssl|http_tokens=optional/;
const guarding = /client_ca_file:|min_version:|harbourline_redaction|redaction\//;

/** The lines of all texts of a resource: user data, documents, parameters. */
function lines(change: Change, side: 'before' | 'after'): string[] {
  const texts = [...entries(change[side]?.Properties)].flatMap(({ value }) =>
    typeof value === 'string' && value.includes('\n') ? value.split('\n') : [],
  );
  return texts.map((line) => line.trim());
}

const count = (all: readonly string[], pattern: RegExp): number => all.filter((line) => pattern.test(line)).length;

export const weakeningRules: readonly ReviewRule[] = [
  {
    id: 'encryption-weakens',
    severity: 'danger',
    asks: 'guarded',
    effect: 'What was encrypted or guarded is not any more, for what is written from now on.',
    source: 'https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/protecting-data-at-rest.html',
    find: (comparison) => [
      ...lost((path) => protections.test(last(path)) || protectiveParents.test(path))(comparison),
      ...weaker(comparison),
    ],
  },
  {
    id: 'transport-weakens',
    severity: 'danger',
    asks: 'guarded',
    effect: 'A collector speaks or listens with less than mutual TLS 1.2, or a step of the redaction is gone.',
    source: 'https://pkg.go.dev/go.opentelemetry.io/collector/config/configtls',
    find: ({ changes }) =>
      changes.flatMap((change) => {
        if (!change.before || !change.after) return [];
        const [before, after] = [lines(change, 'before'), lines(change, 'after')];
        const news = [...new Set(after.filter((line) => risky.test(line)))].filter((line) => !before.includes(line));
        const fewer = count(after, guarding) < count(before, guarding);
        return [
          ...news.map((line) => ({ at: place(change), what: `new line “${line}”` })),
          ...(fewer
            ? [
                {
                  at: place(change),
                  what: `lines that guard (client_ca_file, min_version, redaction): ${count(before, guarding)} → ${count(after, guarding)}`,
                },
              ]
            : []),
        ];
      }),
  },
];
