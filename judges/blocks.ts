/** Blocks of IPv4 addresses, without the configuration's own helpers: a judge shares nothing with what it judges. */

/** Addresses from the first to the last, both of them in it. */
export interface Block {
  readonly from: number;
  readonly to: number;
}

/** Every address that there is. */
export const anywhere: Block = { from: 0, to: 2 ** 32 - 1 };

/** `10.10.0.0/16`, or one address. @throws Error where it is neither */
export function block(cidr: string): Block {
  const [, address = '', mask = '32'] = /^(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?$/.exec(cidr) ?? [];
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => part > 255) || Number(mask) > 32) {
    throw new Error(`${cidr} is neither an IPv4 prefix nor an IPv4 address.`);
  }
  const size = 2 ** (32 - Number(mask));
  const from = Math.floor(parts.reduce((sum, part) => sum * 256 + part, 0) / size) * size;
  return { from, to: from + size - 1 };
}

/** Are all of them blocks? Others are somebody else's to refuse. */
export const areBlocks = (...values: readonly unknown[]): boolean =>
  values.every((value) => {
    try {
      return typeof value === 'string' && block(value) !== undefined;
    } catch {
      return false;
    }
  });

/** `10.10.0.1` of a number. */
export const addressText = (value: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join('.');

export const holds = ({ from, to }: Block, address: number): boolean => from <= address && address <= to;

/** Do two prefixes share an address? */
export function blocksOverlap(one: string, other: string): boolean {
  const [a, b] = [block(one), block(other)];
  return a.from <= b.to && b.from <= a.to;
}

/** One value of each part that the cuts make of a range: whatever a rule that begins or ends at a cut says of it, it says of its part. */
export const representatives = ({ from, to }: Block, cuts: readonly number[]): number[] => [
  ...new Set([from, ...cuts.filter((cut) => cut > from && cut <= to)]),
];

/** Blocks, less others. */
export const without = (blocks: readonly Block[], others: readonly Block[]): Block[] =>
  others.reduce<Block[]>(
    (left, other) =>
      left.flatMap((each) =>
        other.to < each.from || other.from > each.to
          ? [each]
          : [
              { from: each.from, to: other.from - 1 },
              { from: other.to + 1, to: each.to },
            ].filter(({ from, to }) => from <= to),
      ),
    [...blocks],
  );
