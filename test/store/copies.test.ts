/** Every place that can hold a raw span, as the templates say it, and how long it holds it. */

import { filesOf, paths, variablesOf } from '../../lib/contract/instance';
import { assemblyOf, environments } from '../support/app';

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, any>;
}

const days = 86_400;

/** Types that keep what is put into them. One that is not among `judged` would be a copy that nobody thought of. */
const keeps =
  /^AWS::(S3|SQS|SNS::Topic|DynamoDB|EFS|FSx|Kinesis|KinesisFirehose|MSK|RDS|Neptune|ElastiCache|Timestream|Backup|OpenSearchService|OpenSearchServerless|OSIS|EC2::Volume|EC2::Instance|AutoScaling::AutoScalingGroup|Logs::LogGroup|SSM::Parameter|SecretsManager::Secret)/;
const judged = {
  'AWS::OpenSearchService::Domain': 'indices, by their lifecycle policy',
  'AWS::AutoScaling::AutoScalingGroup': 'disk queues and dead letters, by the life of the instance',
  'AWS::S3::Bucket': 'queues that are handed over and dead letters, by lifecycle rules',
};
/** Hold no spans: operational logs, request metadata without bodies, metrics, alarm messages, configuration, certificates. */
const without = [
  'AWS::Logs::LogGroup',
  'AWS::Logs::ResourcePolicy',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::SSM::Parameter',
  'AWS::SecretsManager::Secret',
];

const resourcesOf = (name: string): Resource[] =>
  assemblyOf(name).stacksRecursively.flatMap(({ template }) => Object.values<Resource>(template.Resources ?? {}));

describe.each(environments.map(({ environment, store }) => [environment, store.retentionDays] as const))(
  'raw spans in %s',
  (name, retentionDays) => {
    const resources = resourcesOf(name);
    const of = (type: string) => resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);

    test('are kept by nothing that is not judged here', () => {
      const found = new Set(resources.map(({ Type }) => Type).filter((type) => keeps.test(type)));
      expect([...found].filter((type) => !(type in judged) && !without.includes(type))).toEqual([]);
      for (const type of Object.keys(judged)) expect(found).toContain(type);
    });

    test('leave the store after its retention', () => {
      const [documents] = of('Custom::HarbourlineStoreDocuments');
      const text = JSON.stringify(documents?.Documents['retention-policy/harbourline-spans']);
      expect(text).toContain(`min_rollover_age\\":\\"${retentionDays}d`);
      expect(retentionDays).toBeLessThanOrEqual(14);
    });

    test('leave the disks of the collectors with their instances', () => {
      const tierOf = ({ Tags }: any) => Tags.find(({ Key }: any) => Key === 'harbourline:tier')?.Value;
      // Relays and receivers get aggregates only.
      const groups = of('AWS::AutoScaling::AutoScalingGroup').filter((group) =>
        ['gateway', 'sampler'].includes(tierOf(group)),
      );
      expect(groups).toHaveLength(2);
      for (const { MaxInstanceLifetime } of groups) {
        expect(MaxInstanceLifetime).toBeGreaterThan(0);
        expect(MaxInstanceLifetime).toBeLessThanOrEqual(14 * days);
      }
      for (const { LaunchTemplateData } of of('AWS::EC2::LaunchTemplate')) {
        for (const { Ebs } of LaunchTemplateData.BlockDeviceMappings) expect(Ebs.DeleteOnTermination).toBe(true);
      }
    });

    test('leave the buckets, all of them', () => {
      for (const { LifecycleConfiguration, VersioningConfiguration } of of('AWS::S3::Bucket')) {
        const rules: { Prefix?: string; Status: string; ExpirationInDays: number }[] = LifecycleConfiguration.Rules;
        expect(rules.some(({ Prefix, Status }) => Prefix === undefined && Status === 'Enabled')).toBe(true);
        for (const { ExpirationInDays } of rules) expect(ExpirationInDays).toBeLessThanOrEqual(14);
        expect(VersioningConfiguration).toBeUndefined();
      }
    });

    test('that are dead letters leave disk and bucket within 14 days together', () => {
      const onDisk = of('AWS::EC2::LaunchTemplate').flatMap(({ LaunchTemplateData }) => {
        const text = flat(LaunchTemplateData.UserData['Fn::Base64'] ?? LaunchTemplateData.UserData);
        const writer = filesOf(text).get(paths.writerEnvironment);
        return writer ? [Number(variablesOf(writer).DEAD_LETTER_DAYS)] : [];
      });
      expect(onDisk).toHaveLength(1);
      const inBucket = of('AWS::S3::Bucket').flatMap(({ LifecycleConfiguration }) =>
        LifecycleConfiguration.Rules.filter(({ Prefix }: { Prefix?: string }) => Prefix === 'dead-letters/').map(
          ({ ExpirationInDays }: { ExpirationInDays: number }) => ExpirationInDays,
        ),
      );
      expect(inBucket).toHaveLength(1);
      expect(onDisk[0]! + inBucket[0]).toBeLessThanOrEqual(14);
    });
  },
);

/** A text with references in it, which stand for themselves. */
const flat = (value: any): string =>
  typeof value === 'string'
    ? value
    : value['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : 'x')).join('');
