/** What the project promises, and what holds each promise: a test looks whether all of it is there. */
export interface Control {
  readonly promise: string;
  /** CloudFormation types that carry it. */
  readonly resources: readonly string[];
  /** Ids of packs' rules, as they are acknowledged without their finding. */
  readonly rules: readonly string[];
  /** Rules of `npm run review` that report a change of it. */
  readonly reviewed: readonly string[];
  /** Test file → title. */
  readonly tests: readonly (readonly [string, string])[];
}

export const controls: Readonly<Record<string, Control>> = {
  'TLS everywhere': {
    promise: 'Mutual TLS 1.2 or newer between tiers, TLS to the store and to AWS; ended in the collectors.',
    resources: ['AWS::OpenSearchService::Domain', 'AWS::EC2::LaunchTemplate', 'AWS::SecretsManager::Secret'],
    rules: ['NIST.800.53.R5-OpenSearchNodeToNodeEncryption', 'Harbourline-FineGrainedAccess'],
    reviewed: ['transport-weakens', 'encryption-weakens'],
    tests: [
      ['test/collector/pipelines.test.ts', 'listens on every address only with TLS; without it on loopback'],
      ['test/collector/pipelines.test.ts', 'verifies whom it sends to'],
      ['test/machine/certificates.test.ts', 'are verified by name under their authority, and under no other'],
      ['test/app.test.ts', 'the domain is encrypted throughout, in the VPC, without passwords'],
    ],
  },
  'Encryption at rest': {
    promise: 'Own KMS keys, one for each purpose: domain, volumes, logs, certificates, alarm messages.',
    resources: ['AWS::KMS::Key', 'AWS::OpenSearchService::Domain', 'AWS::Logs::LogGroup', 'AWS::EC2::LaunchTemplate'],
    rules: [
      'NIST.800.53.R5-OpenSearchEncryptedAtRest',
      'NIST.800.53.R5-CloudWatchLogGroupEncrypted',
      'NIST.800.53.R5-KMSBackingKeyRotationEnabled',
      'Harbourline-VolumeEncryption',
    ],
    reviewed: ['encryption-weakens', 'open-search-replaced'],
    tests: [
      ['test/app.test.ts', 'every log group is encrypted and has an end'],
      ['test/app.test.ts', 'instances: IMDSv2, encrypted volumes, no key, no public address'],
    ],
  },
  'Least privilege': {
    promise: 'No wildcard action; every role by its list of actions; in the store the writer writes and nothing else.',
    resources: ['AWS::IAM::ManagedPolicy', 'AWS::IAM::Role', 'Custom::HarbourlineStoreDocuments'],
    rules: ['AwsSolutions-IAM4', 'AwsSolutions-IAM5', 'NIST.800.53.R5-IAMPolicyNoStatementsWithAdminAccess'],
    reviewed: [
      'iam-sweeping',
      'iam-widens',
      'iam-deny-gone',
      'iam-managed-policy',
      'store-rights-sweeping',
      'store-master',
    ],
    tests: [
      ['test/app.test.ts', 'what each role may do'],
      ['test/app.test.ts', 'no permission of a wildcard action'],
      ['test/store/documents-on-a-node.test.ts', 'the writer writes in bulk to what exists, and can do nothing else'],
      ['test/store/documents-on-a-node.test.ts', 'without a role, without a name or without TLS nobody is let in'],
    ],
  },
  'Allow-list': {
    promise: 'Only listed prefixes reach the gateways, only members of a group the store; no way out of the VPC.',
    resources: ['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress', 'AWS::EC2::VPCEndpoint'],
    rules: [
      'Harbourline-OpenSecurityGroup',
      'Harbourline-PublicAddress',
      'Harbourline-EndpointService',
      'AwsSolutions-EC23',
    ],
    reviewed: [
      'network-opens',
      'network-open-to-all',
      'network-refusal-gone',
      'flow-added',
      'flow-of-control',
      'endpoint-of-strangers',
      'way-out',
    ],
    tests: [
      ['test/app.test.ts', 'admits the service VPCs to the gateways, the gateways to the samplers, and nobody else'],
      ['test/app.test.ts', 'has no way out and nothing public'],
    ],
  },
  Retention: {
    promise:
      'Raw spans for 14 days in production, then deleted; nothing of them anywhere else for longer; logs have an end.',
    resources: ['Custom::HarbourlineStoreDocuments', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup'],
    rules: ['NIST.800.53.R5-CloudWatchLogGroupRetentionPeriod'],
    reviewed: [
      'retention-shortens',
      'deletion-policy',
      'stateful-removed',
      'stateful-replaced',
      'termination-protection',
    ],
    tests: [
      [
        'test/store/documents.test.ts',
        'spans are deleted by the age since rollover, after all the days that were asked for',
      ],
      ['test/app.test.ts', 'no bucket keeps anything for longer than 14 days, and none is public'],
      ['test/app.test.ts', 'keeps the trace store when its stack goes, and nothing of a creation that failed'],
    ],
  },
  'Separation of environments': {
    promise: 'Own account, VPC and keys for each; prefixes do not overlap; spans of another environment are dropped.',
    resources: ['AWS::EC2::VPC', 'AWS::KMS::Key'],
    rules: ['Harbourline-EndpointService'],
    reviewed: ['iam-widens'],
    tests: [
      ['test/config/config.test.ts', 'environments together'],
      [
        'test/collector/pipelines.test.ts',
        'cuts spans, then drops those of another environment, before it does anything else with them',
      ],
    ],
  },
  'Aggregates only': {
    promise:
      'Metrics are made of spans before sampling and hold no free text; raw spans have no route to the mainland.',
    resources: ['AWS::Logs::LogGroup', 'AWS::EC2::RouteTable'],
    rules: ['Harbourline-PublicAddress'],
    reviewed: ['network-opens', 'network-open-to-all'],
    tests: [
      ['test/collector/pipelines.test.ts', 'no dimension can hold free text'],
      ['test/collector/pipelines.test.ts', 'metrics see every span: they are taken before the sampling'],
      ['test/app.test.ts', 'has no way out and nothing public'],
    ],
  },
  'Nothing sensitive is stored': {
    promise:
      'Values of persons, accounts and cards are masked before they are stored; in production by an allow-list of keys.',
    resources: ['AWS::EC2::LaunchTemplate', 'AWS::SSM::Parameter'],
    rules: ['Harbourline-ClearTextSecret'],
    reviewed: ['redaction-weakens', 'masking-data', 'store-unmasked', 'transport-weakens'],
    tests: [
      ['test/collector/redaction/corpus.test.ts', 'every listed value is masked, in every place'],
      [
        'test/collector/redaction/corpus.test.ts',
        'with an allow-list, an unknown key is masked and a known one is not',
      ],
    ],
  },
  'Every access leaves a trace': {
    promise: 'Audit log of the store, flow logs of the VPC, both encrypted and retained.',
    resources: ['AWS::EC2::FlowLog', 'AWS::OpenSearchService::Domain'],
    rules: ['AwsSolutions-VPC7', 'AwsSolutions-OS9'],
    reviewed: ['logging-weakens', 'watch-removed', 'nobody-paged', 'alarm-removed', 'alarm-laxer'],
    tests: [['test/app.test.ts', 'every log group is encrypted and has an end']],
  },
};
