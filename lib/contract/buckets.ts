/** Names of buckets that several stacks know by. */

/**
 * A physical name, because the endpoint policy of the VPC names the bucket, and belongs to a stack that is deployed
 * before this one.
 */
export const handoverBucketName = (environment: string, account: string): string =>
  `harbourline-${environment}-remainders-${account}`;
