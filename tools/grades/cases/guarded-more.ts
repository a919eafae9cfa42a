/** What protects data, and what runs on machines: kinds that no earlier case has. */
import { after, edit, type Graded } from '../graded';

const fleet = 'lib/machine/fleet.ts';
const store = 'lib/store/domain.ts';
const bucket = 'lib/machine/handover-bucket.ts';
const components = 'lib/collector/blocks/components.ts';
const units = 'lib/machine/instance-files';

export const guardedMore: readonly Graded[] = [
  {
    name: 'the collector as root',
    edits: [edit(`${units}/harbourline-collector.service`, 'User=harbourline\n', '')],
    grade: 'danger',
    finds: { 'runs-as-root': 'User=harbourline' },
  },
  {
    name: 'a unit that may gain rights',
    edits: [edit(`${units}/harbourline-drain.service`, 'NoNewPrivileges=yes', 'NoNewPrivileges=no')],
    grade: 'danger',
    finds: { 'runs-as-root': 'NoNewPrivileges' },
  },
  {
    name: 'certificates are looked for once a year',
    edits: [edit(`${units}/harbourline-certificate.timer`, 'OnCalendar=daily', 'OnCalendar=yearly')],
    grade: 'danger',
    finds: { 'runs-as-root': 'OnCalendar=yearly' },
  },
  {
    name: 'a comment in a unit',
    edits: [edit(`${units}/harbourline-drain.service`, '# Waits for the instance', '# It waits for the instance')],
    grade: 'note',
    finds: { 'machine-comments': 'harbourline-drain.service' },
  },
  {
    name: 'a library that every program loads',
    edits: [
      edit(
        fleet,
        '            AWS_REGION: region,\n            GOMEMLIMIT',
        "            AWS_REGION: region,\n            LD_PRELOAD: '/tmp/x.so',\n            GOMEMLIMIT",
      ),
    ],
    grade: 'danger',
    finds: { 'runs-as-root': 'LD_PRELOAD' },
  },
  {
    name: 'the agent looks after nodes less often',
    edits: [
      edit(
        'lib/collect/agent.ts',
        "`rate(${agent.everyHours} ${agent.everyHours === 1 ? 'hour' : 'hours'})`",
        "'rate(30 days)'",
      ),
    ],
    grade: 'caution',
  },
  {
    name: 'the agent takes any script',
    edits: [edit('lib/collect/agent.ts', "            allowedValues: ['install', 'verify', 'uninstall'],\n", '')],
    grade: 'danger',
    finds: { 'runs-elsewhere': 'allowedValues' },
  },
  {
    name: 'volumes that stay when an instance goes',
    edits: [
      edit(
        fleet,
        '          volume: BlockDeviceVolume.ebs(props.volumeGiB, {\n            volumeType: EbsDeviceVolumeType.GP3,\n            encrypted: true,\n            kmsKey: props.volumesKey,\n            deleteOnTermination: true,',
        '          volume: BlockDeviceVolume.ebs(props.volumeGiB, {\n            volumeType: EbsDeviceVolumeType.GP3,\n            encrypted: true,\n            kmsKey: props.volumesKey,\n            deleteOnTermination: false,',
      ),
    ],
    grade: 'caution',
    finds: { 'lives-longer': 'DeleteOnTermination' },
  },
  {
    name: 'no time to find out whether a new instance works',
    edits: [edit(fleet, 'bakeTime: Duration.minutes(5),', 'bakeTime: Duration.minutes(0),')],
    grade: 'caution',
    finds: { 'roll-out-faster': 'BakeTime' },
  },
  {
    name: 'a key pair to log in with',
    edits: [
      edit(
        fleet,
        '      requireImdsv2: true,\n',
        "      requireImdsv2: true,\n      keyPair: require('aws-cdk-lib/aws-ec2').KeyPair.fromKeyPairName(this, 'Pair', 'ops'),\n",
      ),
    ],
    grade: 'caution',
    finds: { 'machine-guard': 'KeyName' },
  },
  {
    name: 'instances that are gone when CloudFormation is in doubt',
    edits: [
      edit(
        'lib/machine/lifecycle.ts',
        "    heartbeatTimeout: 300,\n    defaultResult: 'CONTINUE',",
        "    heartbeatTimeout: 300,\n    defaultResult: 'ABANDON',",
      ),
    ],
    grade: 'danger',
    finds: { 'hand-over-changes': 'ABANDON' },
  },
  {
    name: 'a log group without a key',
    edits: [
      edit(
        'lib/common/function.ts',
        '{ encryptionKey: logsKey, retention: logRetention, removalPolicy: RemovalPolicy.DESTROY }',
        '{ retention: logRetention, removalPolicy: RemovalPolicy.DESTROY }',
      ),
    ],
    grade: 'danger',
    finds: { 'encryption-weakens': 'KmsKeyId' },
  },
  {
    name: 'a secret under a key of AWS',
    edits: [edit('lib/machine/pseudonyms.ts', '      encryptionKey: key,\n', '')],
    grade: 'danger',
    finds: { 'encryption-weakens': 'KmsKeyId' },
  },
  {
    name: 'a bucket that may become public',
    edits: [
      edit(
        bucket,
        '      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,\n',
        '      blockPublicAccess: BlockPublicAccess.BLOCK_ACLS_ONLY,\n',
      ),
    ],
    grade: 'danger',
    finds: { 'encryption-weakens': 'BlockPublicPolicy' },
  },
  {
    name: 'a bucket under a key of S3',
    edits: [
      edit(bucket, '      encryption: BucketEncryption.KMS,\n', '      encryption: BucketEncryption.S3_MANAGED,\n'),
      edit(bucket, '      encryptionKey: props.key,\n      bucketKeyEnabled: true,\n', ''),
    ],
    grade: 'danger',
    finds: { 'encryption-weakens': 'aws:kms → AES256' },
  },
  {
    name: 'a bucket that keeps every version',
    edits: [edit(bucket, '      versioned: false,\n', '      versioned: true,\n')],
    grade: 'caution',
    finds: { 'data-life-cycle': 'VersioningConfiguration' },
  },
  {
    name: 'dead letters for a month',
    edits: [edit(bucket, 'deadLetterDays = { disk: 7, bucket: 7 }', 'deadLetterDays = { disk: 7, bucket: 30 }')],
    grade: 'caution',
    finds: { 'kept-longer': '30 days' },
  },
  {
    name: 'nodes of the store in clear, by an override',
    edits: [
      after(
        store,
        "    // OpenSearch Service asks at the domain's creation whether it may write.",
        "    (this.domain.node.defaultChild as CfnDomain).addPropertyOverride('NodeToNodeEncryptionOptions.Enabled', false);",
      ),
    ],
    grade: 'danger',
    finds: { 'encryption-weakens': 'NodeToNodeEncryptionOptions' },
  },
  {
    name: 'no updates of the store',
    edits: [edit(store, 'enableAutoSoftwareUpdate: true,', 'enableAutoSoftwareUpdate: false,')],
    grade: 'caution',
    finds: { 'data-life-cycle': 'SoftwareUpdateOptions' },
  },
  {
    name: 'a key that is gone after a week',
    edits: [
      edit(
        'lib/common/encryption-key.ts',
        '    enableKeyRotation: true,\n',
        "    enableKeyRotation: true,\n    pendingWindow: require('aws-cdk-lib').Duration.days(7),\n",
      ),
    ],
    grade: 'danger',
    finds: { 'key-changes': 'PendingWindowInDays' },
  },
  {
    name: 'keys that rotate every year and a half',
    edits: [
      edit(
        'lib/common/encryption-key.ts',
        '    enableKeyRotation: true,\n',
        "    enableKeyRotation: true,\n    rotationPeriod: require('aws-cdk-lib').Duration.days(540),\n",
      ),
    ],
    grade: 'danger',
    finds: { 'key-changes': 'RotationPeriodInDays' },
  },
  {
    name: 'TLS 1.3 between tiers',
    edits: [edit(components, "min_version: '1.2',", "min_version: '1.3',")],
    grade: 'caution',
    finds: { 'collector-transport-otherwise': 'min_version' },
  },
  {
    name: 'queues that give up after a minute',
    edits: [edit(components, "max_elapsed_time: '0s',", "max_elapsed_time: '60s',")],
    grade: 'caution',
    finds: { 'collector-otherwise': 'max_elapsed_time' },
  },
  {
    name: 'no guard against spans of other environments',
    edits: [
      edit(
        components,
        'harbourline_environment: { environment } })',
        "harbourline_environment: { environment: environment === 'prod' ? '' : environment } })",
      ),
    ],
    grade: 'caution',
    finds: { 'collector-otherwise': 'environment' },
  },
  {
    name: 'values of any length',
    edits: [
      edit(components, '    value_bytes: spanLimits.valueBytes,\n', '    value_bytes: 100 * spanLimits.valueBytes,\n'),
    ],
    grade: 'caution',
    finds: { 'collector-otherwise': 'value_bytes' },
  },
  {
    name: 'another part of the traces is kept',
    edits: [
      edit('lib/collector/sampler.ts', 'probabilistic: { hash_salt: hashSalt,', "probabilistic: { hash_salt: 'other',"),
    ],
    grade: 'caution',
    finds: { 'sampling-changes': 'hash_salt' },
  },
  {
    name: 'no redaction at the gateways',
    edits: [edit('lib/collector/gateway.ts', '...guard, ...redactionProcessors(redaction) };', '...guard };')],
    grade: 'danger',
    finds: { 'redaction-weakens': 'harbourline_redaction' },
  },
  {
    name: 'a value is never masked',
    edits: [after('lib/collector/blocks/redaction.ts', "  'service.name',", "  'customer.name',")],
    grade: 'danger',
    finds: { 'redaction-weakens': 'customer.name' },
  },
  {
    name: 'keys of the firm are masked, too',
    edits: [
      edit('config/prod.ts', "redaction: { allowedKeys: ['payment'], pseudonymKeys", 'redaction: { pseudonymKeys'),
    ],
    grade: 'caution',
    finds: { 'redaction-tightens': 'no longer let through: payment', 'machine-settings': 'ALLOWED_KEYS=' },
  },
  {
    name: 'one pseudonym more',
    edits: [
      edit('config/prod.ts', "pseudonymKeys: ['enduser.id'] }", "pseudonymKeys: ['enduser.id', 'customer.number'] }"),
    ],
    grade: 'note',
    finds: { 'redaction-tightens': 'customer.number' },
  },
];
