/** Names of buckets that several stacks know by. */
import type { EnvironmentConfig } from '../../config/schema';

/**
 * A physical name, because the endpoint policy of the VPC names the bucket, and belongs to a stack that is deployed
 * before this one.
 */
export const remaindersBucketName = ({ environment, account }: EnvironmentConfig): string =>
  `harbourline-${environment}-remainders-${account}`;
