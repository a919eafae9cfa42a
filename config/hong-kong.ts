/**
 * What AWS offers in ap-east-1: facts that CloudFormation would reveal only when it creates the resource.
 * Source: the region's CloudFormation registry data of November 2026. `npm run preflight` will ask AWS itself.
 */

/** EC2 families on Graviton in Hong Kong. */
export const gravitonFamilies = 't4g c6g c6gn c7g c8g c8gn m6g m7g m8g r6g r7g r8g'.split(' ');

const upTo = (largest: number, ...before: string[]): string[] => [
  ...before,
  'large',
  'xlarge',
  ...[2, 4, 8, 12, 16].filter((size) => size <= largest).map((size) => `${size}xlarge`),
];

/** OpenSearch Service: family → sizes, for data and manager nodes with EBS volumes. */
export const searchFamilies: Readonly<Record<string, readonly string[]>> = {
  t3: ['small', 'medium'],
  c5: ['large', 'xlarge', '2xlarge', '4xlarge', '9xlarge', '18xlarge'],
  m5: ['large', 'xlarge', '2xlarge', '4xlarge', '12xlarge'],
  r5: ['large', 'xlarge', '2xlarge', '4xlarge', '12xlarge'],
  c6g: upTo(12),
  m6g: upTo(12),
  r6g: upTo(12),
  c7g: upTo(16),
  c7i: upTo(16),
  m7g: upTo(16, 'medium'),
  m7i: upTo(16),
  r7g: upTo(16, 'medium'),
  c8g: upTo(16),
  m8g: upTo(16, 'medium'),
  r8g: upTo(16, 'medium'),
  om2: upTo(16),
  or2: upTo(16, 'medium'),
};

/** Offered in Hong Kong, but with disks of their own: OpenSearch Service takes no EBS volumes for them. */
export const searchFamiliesWithoutEbs = 'i3 i4i i7i i8ge r7gd r8gd'.split(' ');

/** Families that keep segments in S3. They refuse a refresh interval under 10 s, and a domain cannot leave them again. */
export const searchFamiliesOnS3 = 'om2 or2'.split(' ');

/** Memory in GiB for each vCPU: EC2's families by their first letter. */
const memoryPerCpu: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

/** vCPUs of the sizes below xlarge; from there on 4 for each. */
const cpus: Readonly<Record<string, number>> = { medium: 1, large: 2, xlarge: 4 };

/** The burstable family goes by its own list: https://aws.amazon.com/ec2/instance-types/t4/ */
const burstable: Readonly<Record<string, number>> = {
  nano: 0.5,
  micro: 1,
  small: 2,
  medium: 4,
  large: 8,
  xlarge: 16,
  '2xlarge': 32,
};

/** Memory of a Graviton instance type in GiB; 0 for a size that there is not. */
export function memoryGiB(instanceType: string): number {
  const [family = '', size = ''] = instanceType.split('.');
  if (family.startsWith('t')) return burstable[size] ?? 0;
  const times = /^(\d+)xlarge$/.exec(size)?.[1];
  return (cpus[size] ?? 4 * Number(times ?? 0)) * (memoryPerCpu[family.charAt(0)] ?? 0);
}

/** Versions of OpenSearch Service that this project's documents were tried with. */
export const engineVersions = ['OpenSearch_2.19', 'OpenSearch_3.1', 'OpenSearch_3.3', 'OpenSearch_3.5'] as const;
