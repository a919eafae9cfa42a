/** Names of buckets that several stacks know by. */
import type { Names } from './names';

/**
 * A physical name, because the endpoint policy of the VPC names the bucket, and belongs to a stack that is deployed
 * before this one.
 */
export const handoverBucketName = ({ system }: Names, account: string): string => `${system}-remainders-${account}`;
