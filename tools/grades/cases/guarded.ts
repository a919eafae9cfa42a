/** What protects data in motion, on disk, and for how long it is kept. */
import { after, edit, type Graded } from '../graded';

const fleet = 'lib/machine/fleet.ts';
const prod = 'config/prod.ts';
const store = 'lib/store/domain.ts';
const list = 'config/redaction/list.json';

export const guarded: readonly Graded[] = [
  {
    name: 'an instance that goes hands over nothing',
    edits: [
      edit(
        'lib/machine/lifecycle.ts',
        "    heartbeatTimeout: 300,\n    defaultResult: 'CONTINUE',",
        "    heartbeatTimeout: 30,\n    defaultResult: 'CONTINUE',",
      ),
    ],
    grade: 'danger',
    finds: { 'hand-over-changes': '300 → 30' },
  },
  {
    name: 'no hooks at all',
    edits: [
      edit(
        fleet,
        '    (this.group.node.defaultChild as CfnAutoScalingGroup).lifecycleHookSpecificationList = lifecycleHooks;\n',
        '    void (lifecycleHooks satisfies unknown as CfnAutoScalingGroup);\n',
      ),
    ],
    grade: 'danger',
    finds: { 'hand-over-changes': 'LifecycleHookSpecificationList' },
  },
  {
    name: 'volumes without encryption',
    edits: [
      edit(
        fleet,
        '          volume: BlockDeviceVolume.ebs(props.volumeGiB, {\n            volumeType: EbsDeviceVolumeType.GP3,\n            encrypted: true,\n            kmsKey: props.volumesKey,',
        '          volume: BlockDeviceVolume.ebs(props.volumeGiB, {\n            volumeType: EbsDeviceVolumeType.GP3,',
      ),
    ],
    grade: 'danger',
    finds: { 'encryption-weakens': 'Encrypted' },
  },
  {
    name: 'an older TLS of the store',
    edits: [edit(store, 'TLSSecurityPolicy.TLS_1_2_PFS', 'TLSSecurityPolicy.TLS_1_0')],
    grade: 'danger',
    finds: { 'encryption-weakens': 'TLSSecurityPolicy' },
  },
  {
    name: 'renewals ten times rarer',
    edits: [
      edit(
        'lib/machine/certificates.ts',
        'Schedule.rate(Duration.days(renewalDays))',
        'Schedule.rate(Duration.days(10 * renewalDays))',
      ),
    ],
    grade: 'caution',
    finds: { 'schedule-otherwise': 'rate(300 days)' },
  },
  {
    name: 'a tier that asks for no certificate',
    edits: [
      edit(
        'lib/collector/blocks/components.ts',
        "export const serverTls = { ...ownCertificate, client_ca_file: file('authority'), client_ca_file_reload: true };",
        'export const serverTls = { ...ownCertificate };',
      ),
    ],
    grade: 'danger',
    finds: { 'collector-transport': 'client_ca_file' },
  },
  {
    name: 'TLS 1.0 between tiers',
    edits: [edit('lib/collector/blocks/components.ts', "min_version: '1.2',", "min_version: '1.0',")],
    grade: 'danger',
    finds: { 'collector-transport': 'min_version' },
  },
  {
    name: 'a kind is no longer masked',
    edits: [edit(list, '    "identity-number",\n', '')],
    grade: 'danger',
    finds: { 'masking-data': 'list.json' },
  },
  {
    name: 'spans for 90 days',
    edits: [after(prod, '  store: {', '    retentionDays: 90,'), edit(prod, 'volumeGiB: 1_000', 'volumeGiB: 4_000')],
    grade: 'caution',
    finds: { 'kept-longer': '90 days' },
  },
  {
    name: 'spans for three days',
    edits: [
      edit('lib/store/documents/retention.ts', 'min_rollover_age: `${retentionDays}d`', "min_rollover_age: '3d'"),
    ],
    grade: 'danger',
    finds: { 'retention-shortens': '3 days' },
  },
  {
    name: 'what was handed over stays for a year',
    edits: [
      edit(
        'lib/machine/handover-bucket.ts',
        '{ expiration: Duration.days(lifetimeDays), abort',
        '{ expiration: Duration.days(365), abort',
      ),
    ],
    grade: 'caution',
    finds: { 'kept-longer': '365 days' },
  },
  {
    name: 'keys that do not rotate',
    edits: [edit('lib/common/encryption-key.ts', 'enableKeyRotation: true,', 'enableKeyRotation: false,')],
    grade: 'danger',
    finds: { 'encryption-weakens': 'EnableKeyRotation' },
  },
  {
    name: 'topics without a key',
    edits: [
      edit(
        'lib/observe/topics.ts',
        '{ masterKey: key(), enforceSSL: true, displayName }',
        '{ enforceSSL: true, displayName }',
      ),
    ],
    grade: 'danger',
    finds: { 'encryption-weakens': 'KmsMasterKeyId' },
  },
  {
    name: 'the store goes with its stack',
    edits: [
      edit(
        store,
        '      offPeakWindowEnabled: true,\n      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,',
        '      offPeakWindowEnabled: true,\n      removalPolicy: RemovalPolicy.DESTROY,',
      ),
    ],
    grade: 'danger',
    finds: { 'deletion-policy': '→ Delete' },
  },
  {
    name: 'stacks that anybody deletes',
    edits: [
      edit(
        'lib/store/store-stack.ts',
        '{ terminationProtection: true, ...props }',
        '{ terminationProtection: false, ...props }',
      ),
    ],
    grade: 'danger',
    finds: { 'termination-protection': 'on → off' },
  },
  {
    name: 'errors are sampled, too',
    edits: [
      edit(
        'lib/collector/sampler.ts',
        "          within('errors', sampling.errorBytesPerSecond, {\n            name: 'error',\n            type: 'status_code',\n            status_code: { status_codes: ['ERROR'] },\n          }),\n",
        '',
      ),
    ],
    grade: 'caution',
    finds: { 'sampling-changes': 'errors' },
  },
  {
    name: 'decisions before the trace is whole',
    edits: [edit('lib/contract/sampling.ts', 'rootWaitSeconds = 60', 'rootWaitSeconds = 6')],
    grade: 'caution',
    finds: { 'sampling-changes': '60s → 6s' },
  },
];
