/** Address blocks, without the configuration's own helpers: a judge shares nothing with what it judges. */

const bits = (cidr: string): { from: number; size: number } => {
  const [address = '', mask = '32'] = cidr.split('/');
  const from = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return { from, size: 2 ** (32 - Number(mask)) };
};

/** Do two IPv4 blocks share an address? */
export function blocksOverlap(one: string, other: string): boolean {
  const [a, b] = [bits(one), bits(other)];
  return a.from < b.from + b.size && b.from < a.from + a.size;
}
