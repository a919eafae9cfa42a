import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { namesIn } from '../common/names';
import { acknowledge } from '../compliance/acknowledge';
import { handoverBucketName } from '../contract/buckets';

/** Longest time that raw spans may be anywhere, in days. */
export const lifetimeDays = 14;

/** Dead letters are first on a sampler's disk, then in the bucket: both together for no longer than {@link lifetimeDays}. */
export const deadLetterDays = { disk: 7, bucket: 7 } as const;

/**
 * Where an instance that goes leaves what it could not hand over: the rest of its queue, for the next instance of its
 * tier, and dead letters, for people. Gone after 14 days.
 */
export class HandoverBucket extends Construct {
  readonly bucket: Bucket;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: { readonly environment: string; readonly key: IKey },
  ) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: handoverBucketName(namesIn(this, props.environment), Stack.of(this).account),
      encryption: BucketEncryption.KMS,
      // The key of the volumes: the same queues, read by the same roles.
      encryptionKey: props.key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: false,
      lifecycleRules: [
        { prefix: 'dead-letters/', expiration: Duration.days(deadLetterDays.bucket) },
        { expiration: Duration.days(lifetimeDays), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(
      this.bucket,
      {
        id: 'NIST.800.53.R5-S3BucketVersioningEnabled',
        reason: 'Raw spans must be gone after 14 days: versions would keep what the lifecycle rule deletes.',
      },
      {
        id: 'NIST.800.53.R5-S3BucketReplicationEnabled',
        reason:
          'Raw spans must not leave Hong Kong, and what is handed over stays for minutes: until the next instance takes it.',
      },
      ...['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'].map((finding) => ({
        id: finding,
        reason:
          'Two roles of this stack alone can reach it, through one endpoint; CloudTrail data events say who did, without a second bucket of logs to guard.',
      })),
    );
  }

  /** What instances of a tier may do: hand over, claim and take over what is of their own tier. */
  statements(tier: string): PolicyStatement[] {
    const { key } = this.props;
    const { region } = Stack.of(this);
    return [
      new PolicyStatement({
        sid: 'RemaindersOfItsTier',
        actions: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'],
        resources: folders(tier).map((name) => this.objects(name)),
      }),
      // Set aside for people: whoever puts them there has no need to read or to delete those of others.
      ...letters(tier).map(
        (name) => new PolicyStatement({ sid: 'SetAside', actions: ['s3:PutObject'], resources: [this.objects(name)] }),
      ),
      new PolicyStatement({
        sid: 'FindRemainders',
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        conditions: { StringEquals: { 's3:prefix': `${tier}/` } },
      }),
      new PolicyStatement({
        sid: 'KeyThroughS3',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } },
      }),
    ];
  }

  /** By the bucket's physical name, so that policies of other stacks read the same. */
  private objects(name: string): string {
    const resource = handoverBucketName(namesIn(this, this.props.environment), Stack.of(this).account);
    return Stack.of(this).formatArn({ service: 's3', region: '', account: '', resource, resourceName: name });
  }

  /** Acknowledges the wildcards of {@link statements} on the policy that holds them. */
  acknowledgeOn(policy: Construct, tier: string): void {
    for (const name of [...folders(tier), ...letters(tier)]) {
      acknowledge(policy, {
        id: `AwsSolutions-IAM5[Resource::${this.objects(name)}]`,
        reason:
          'Objects are named after instances, which nobody knows beforehand. The folder is that of the tier, and the bucket is emptied after 14 days.',
      });
    }
  }
}

const folders = (tier: string): string[] => [`${tier}/*`, `claims/${tier}/*`];

const letters = (tier: string): string[] => (tier === 'sampler' ? ['dead-letters/*'] : []);
