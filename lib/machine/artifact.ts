import { extname } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { distributionHash, type Platform } from '../collector/distribution/build';
import { bundle } from '../common/bundle';
import { regionalService } from '../contract/partition';

/** Whether this is the package, in the repository of a firm, and not Harbourline's own. */
const packaged = extname(__filename) === '.js';

/** A zip in the account's asset bucket that instances fetch at boot. */
export class Artifact extends Construct {
  readonly bucketName: string;
  readonly objectKey: string;

  private constructor(scope: Construct, id: string, location: { bucketName: string; objectKey: string }) {
    super(scope, id);
    this.bucketName = location.bucketName;
    this.objectKey = location.objectKey;
  }

  /**
   * The collector. Its key is the hash of the committed sources, so synth neither builds nor needs it: the CLI runs the
   * command when it publishes assets, and only where the key is not there yet.
   *
   * @param platform of the instances that fetch it
   */
  static collector(scope: Construct, id: string, platform: Platform): Artifact {
    const location = Stack.of(scope).synthesizer.addFileAsset({
      sourceHash: distributionHash(platform),
      executable: packaged
        ? ['npx', 'harbourline', 'collector', 'asset', platform]
        : ['npx', 'tsx', 'tools/collector.ts', 'asset', platform],
      displayName: `OpenTelemetry Collector, ${platform}`,
    });
    return new Artifact(scope, id, location);
  }

  /** A folder as it is. */
  static folder(scope: Construct, id: string, path: string): Artifact {
    const asset = new Asset(scope, `${id}Asset`, { path, displayName: id });
    return new Artifact(scope, id, { bucketName: asset.s3BucketName, objectKey: asset.s3ObjectKey });
  }

  /** A Node program, bundled into one file. */
  static program(scope: Construct, id: string, entry: string): Artifact {
    const asset = new Asset(scope, `${id}Asset`, { path: bundle(entry), displayName: id });
    return new Artifact(scope, id, { bucketName: asset.s3BucketName, objectKey: asset.s3ObjectKey });
  }

  /** As the CLI of AWS takes it. */
  get url(): string {
    return `s3://${this.bucketName}/${this.objectKey}`;
  }

  /** Permission to fetch this object and no other. */
  readStatement(): PolicyStatement {
    return new PolicyStatement({
      sid: `Fetch${this.node.id}`,
      actions: ['s3:GetObject'],
      resources: [
        Stack.of(this).formatArn({
          service: 's3',
          region: '',
          account: '',
          resource: this.bucketName,
          resourceName: this.objectKey,
        }),
      ],
    });
  }

  /** Shell command that unpacks the artifact into `folder`. */
  unpackInto(folder: string): string {
    return [
      `aws s3 cp --no-progress ${this.url} /tmp/${this.node.id}.zip`,
      `unzip -o -q /tmp/${this.node.id}.zip -d ${folder}`,
      `rm /tmp/${this.node.id}.zip`,
    ].join('\n');
  }
}

/**
 * What fetching an artifact takes beside {@link Artifact.readStatement}: the key of a bootstrap bucket that has one of its own.
 *
 * @param keyArn `assetsKeyArn` of the configuration
 */
export const decryptAssets = (keyArn: string | undefined, region: string): PolicyStatement[] =>
  keyArn
    ? [
        new PolicyStatement({
          sid: 'KeyOfTheAssets',
          actions: ['kms:Decrypt'],
          resources: [keyArn],
          conditions: { StringEquals: { 'kms:ViaService': regionalService('s3', region) } },
        }),
      ]
    : [];
