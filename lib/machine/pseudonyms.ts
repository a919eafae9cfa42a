import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { encryptionKey } from '../common/encryption-key';
import { secretName } from '../common/names';
import { acknowledge } from '../compliance/acknowledge';
import { allowForeignReaders, type ForeignReaders, type InstanceSecret, instanceSecret } from './instance-secret';

/**
 * The secret under which pseudonyms are made, the same at agents and gateways. Secrets Manager generates it: it stands in no
 * template. Whoever reads it can try values, so nobody but the two tiers may.
 */
export class Pseudonyms extends Construct {
  readonly secret: InstanceSecret;

  /**
   * @param readers nodes of other accounts, whose agents make the same pseudonyms
   * @param keyArn `organisation.keyArns.secrets`
   */
  constructor(scope: Construct, id: string, environment: string, readers: readonly ForeignReaders[], keyArn?: string) {
    super(scope, id);
    const key = encryptionKey(this, 'Key', 'secret of the pseudonyms in spans', keyArn);
    const secret = new Secret(this, 'Secret', {
      description: 'Key of the pseudonyms in spans',
      ...secretName(this, environment, 'pseudonyms'),
      encryptionKey: key,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const reason =
      'A new secret makes new pseudonyms: spans of before and after no longer join. It is changed by decision, not by a schedule.';
    acknowledge(
      secret,
      { id: 'AwsSolutions-SMG4', reason },
      { id: 'NIST.800.53.R5-SecretsManagerRotationEnabled', reason },
    );
    allowForeignReaders(secret, key, readers);
    this.secret = instanceSecret('PseudonymSecret', secret, key);
  }
}
