/**
 * What AWS offers where: facts that CloudFormation would reveal only when it creates the resource. What is not here is refused.
 *
 * Source: the resource schemas of 21 October 2026 that CDK's built-in validation goes by (`@aws/cloudformation-validate`
 * 1.14.0, rules E3628 and E3653), asked for each type and region; memory: the Go module
 * `github.com/cristim/ec2-instances-info` of 28 May 2025. `npm run preflight` asks AWS itself.
 */

/** A region, and what the project may use there. */
export interface Region {
  /** As texts name it. */
  readonly place: string;
  readonly zones: readonly string[];
  /** EC2 families for fleets: with EBS volumes alone, and memory of the usual measure. */
  readonly families: readonly string[];
}

/** Regions that raw traces may stay in, and their zones. */
export const homeNames = ['ap-east-1', 'ap-southeast-1'] as const;
export type Home = (typeof homeNames)[number];
export type Zone = `${Home}${'a' | 'b' | 'c'}`;

/** A home region has a trace store, too. */
export interface HomeRegion extends Region {
  readonly zones: readonly Zone[];
  /** OpenSearch Service: family → sizes, for data and manager nodes with EBS volumes; without previous generations. */
  readonly search: Readonly<Record<string, readonly string[]>>;
  /** Offered, but with disks of their own: OpenSearch Service takes no EBS volumes for them. */
  readonly searchWithoutEbs: readonly string[];
}

const upTo = (largest: number, ...before: string[]): string[] => [
  ...before,
  'large',
  'xlarge',
  ...[2, 4, 8, 12, 16].filter((size) => size <= largest).map((size) => `${size}xlarge`),
];

/** Graviton: the same ones in every region here. */
const graviton = 't4g c6g c6gn c7g c8g c8gn m6g m7g m8g r6g r7g r8g'.split(' ');

/** Nodes that both home regions have. */
const search = {
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

/** Where raw traces may stay: everything of an environment but the mainland's half is in its home region. */
export const homes: Readonly<Record<Home, HomeRegion>> = {
  'ap-east-1': {
    place: 'Hong Kong',
    zones: ['ap-east-1a', 'ap-east-1b', 'ap-east-1c'],
    families: [...graviton, ...'t3 c5 c5a c6a c6i c6in c7i m5 m6i m7i r5 r5n r6i'.split(' ')],
    search,
    searchWithoutEbs: 'i3 i4i i7i i8ge r7gd r8gd'.split(' '),
  },
  'ap-southeast-1': {
    place: 'Singapore',
    zones: ['ap-southeast-1a', 'ap-southeast-1b', 'ap-southeast-1c'],
    families: [
      ...graviton,
      ...'t3 t3a c5 c5a c6a c6i c6in c7i c8i m5 m5a m5n m6a m6i m6in m7i m8i r5 r5a r5b r5n r6a r6i r6in r7i r8i'.split(
        ' ',
      ),
    ],
    search: { ...search, r7i: upTo(16), or1: upTo(16, 'medium') },
    searchWithoutEbs: 'i3 i4g i4i i7i i8g i8ge im4gn oi2 r6gd r7gd r8gd'.split(' '),
  },
};

/** Where the mainland's receivers may be. */
export const mainlandRegions = {
  'cn-north-1': {
    place: 'Beijing',
    zones: ['cn-north-1a', 'cn-north-1b', 'cn-north-1d'],
    families: [...graviton, ...'t3 t3a c5 c5a c6i c8i m5 m5a m6i m8i r5 r5a r6i r8i'.split(' ')],
  },
  'cn-northwest-1': {
    place: 'Ningxia',
    zones: ['cn-northwest-1a', 'cn-northwest-1b', 'cn-northwest-1c'],
    families: [...graviton, ...'t3 t3a c5 c5a c6i c6in c8i m5 m5a m6i m8i r5 r5a r6i r8i'.split(' ')],
  },
} as const satisfies Record<string, Region>;

/** A region of either side, by name: a template may be of any. */
export const regionNamed = (name: string): Region | undefined =>
  ({ ...homes, ...mainlandRegions })[name as Home | keyof typeof mainlandRegions];

const usual = 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge';

/** EC2: families → their sizes without bare metal. A region that has a family has all of them. */
const sizesOfFamilies: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [
    ['t3 t3a t4g', 'nano micro small medium large xlarge 2xlarge'],
    ['c6g c6gn c7g m6g m7g r6g r7g', `medium ${usual}`],
    ['c8g c8gn m8g r8g', `medium ${usual} 24xlarge 48xlarge`],
    ['c5', 'large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge'],
    ['c5a m5 m5a m5n r5 r5a r5b r5n', `${usual} 24xlarge`],
    ['c6i c6in m6i m6in r6i r6in', `${usual} 24xlarge 32xlarge`],
    ['c6a m6a r6a', `${usual} 24xlarge 32xlarge 48xlarge`],
    ['c7i m7i r7i', `${usual} 24xlarge 48xlarge`],
    ['c8i m8i r8i', `${usual} 24xlarge 32xlarge 48xlarge 96xlarge`],
  ].flatMap(([families = '', sizes = '']) => families.split(' ').map((family) => [family, sizes.split(' ')])),
);

/** Why a fleet cannot be of this type in a region, and what can be; nothing where it can. */
export function ec2Problem(
  instanceType: string,
  { place, families }: Region,
): { why: string; fix: string } | undefined {
  const [family = '', ...rest] = instanceType.split('.');
  const size = rest.join('.');
  if (!families.includes(family)) {
    return {
      why: `EC2 in ${place} has no ${family}, or it is none for fleets: theirs have no disks of their own, and 2, 4 or 8 GiB a processor.`,
      fix: `Use a family of: ${families.join(', ')}.`,
    };
  }
  const sizes = sizesOfFamilies[family] ?? [];
  return sizes.includes(size)
    ? undefined
    : { why: `${family} has no size ${size}.`, fix: `Use a size of: ${sizes.join(', ')}.` };
}

/** Processors that the collector is built for, as AWS names them in images. */
export type Architecture = 'arm64' | 'x86_64';

/** Of an instance type: a `g` right behind the generation is AWS Graviton (EC2 user guide, instance naming). */
export const architectureOf = (instanceType: string): Architecture =>
  /^[a-z]+\d+g[a-z]*\./.test(instanceType) ? 'arm64' : 'x86_64';

/** Which setting of `collect` pins the image for a processor. */
export const imageSettings = { arm64: 'imageId', x86_64: 'x86ImageId' } as const;

/** The image that instances of a type are pinned to, of those in `collect`. */
export const pinnedImage = (
  collect: { readonly imageId?: string | undefined; readonly x86ImageId?: string | undefined },
  instanceType: string,
): string | undefined => collect[imageSettings[architectureOf(instanceType)]];

/** Families that keep segments in S3. They refuse a refresh interval under 10 s, and a domain cannot leave them again. */
export const searchFamiliesOnS3 = 'om2 or1 or2'.split(' ');

/** Memory in GiB for each vCPU: EC2's families by their first letter. */
const memoryPerCpu: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

/** vCPUs of the sizes below xlarge; from there on 4 for each. */
const cpus: Readonly<Record<string, number>> = { medium: 1, large: 2, xlarge: 4 };

/** Burstable families go by their own list: https://aws.amazon.com/ec2/instance-types/t4/, …/t3/ */
const burstable: Readonly<Record<string, number>> = {
  nano: 0.5,
  micro: 1,
  small: 2,
  medium: 4,
  large: 8,
  xlarge: 16,
  '2xlarge': 32,
};

/** Memory of an instance type in GiB; 0 for one that there is not. */
export function memoryGiB(instanceType: string): number {
  const [family = '', size = ''] = instanceType.split('.');
  if (!sizesOfFamilies[family]?.includes(size)) return 0;
  if (family.startsWith('t')) return burstable[size] ?? 0;
  const times = /^(\d+)xlarge$/.exec(size)?.[1];
  return (cpus[size] ?? 4 * Number(times ?? 0)) * (memoryPerCpu[family.charAt(0)] ?? 0);
}

/** Versions of OpenSearch Service that this project's documents were tried with. */
export const engineVersions = ['OpenSearch_2.19', 'OpenSearch_3.1', 'OpenSearch_3.3', 'OpenSearch_3.5'] as const;
