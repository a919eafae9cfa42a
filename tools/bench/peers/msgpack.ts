/** Reads MessagePack, in which Refinery sends its events: https://github.com/msgpack/msgpack/blob/master/spec.md. */

/** @throws RangeError where the bytes end too early, Error at a byte that begins nothing */
export function decodeMessagePack(bytes: Buffer): unknown {
  let at = 0;
  const slice = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError(`MessagePack ends at ${bytes.length}`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const unsigned = (size: 1 | 2 | 4): number => slice(size).readUIntBE(0, size);
  const text = (length: number): string => slice(length).toString('utf8');
  const list = (length: number): unknown[] => Array.from({ length }, () => value());
  const map = (length: number): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length }, () => [String(value()), value()]));
  /** Timestamps are such: nobody here asks what they hold. */
  const extension = (length: number): Buffer => slice(length + 1);
  const sizes = [1, 2, 4] as const;
  const size = (type: number, from: number): 1 | 2 | 4 => sizes[type - from] as 1 | 2 | 4;

  const value = (): unknown => {
    const type = unsigned(1);
    if (type < 0x80) return type;
    if (type < 0x90) return map(type & 0x0f);
    if (type < 0xa0) return list(type & 0x0f);
    if (type < 0xc0) return text(type & 0x1f);
    if (type === 0xc0) return null;
    if (type === 0xc2 || type === 0xc3) return type === 0xc3;
    if (type >= 0xc4 && type <= 0xc6) return slice(unsigned(size(type, 0xc4)));
    if (type >= 0xc7 && type <= 0xc9) return extension(unsigned(size(type, 0xc7)));
    if (type === 0xca) return slice(4).readFloatBE();
    if (type === 0xcb) return slice(8).readDoubleBE();
    if (type >= 0xcc && type <= 0xce) return unsigned(size(type, 0xcc));
    if (type === 0xcf) return slice(8).readBigUInt64BE();
    if (type >= 0xd0 && type <= 0xd2) {
      const length = size(type, 0xd0);
      return slice(length).readIntBE(0, length);
    }
    if (type === 0xd3) return slice(8).readBigInt64BE();
    if (type >= 0xd4 && type <= 0xd8) return extension(1 << (type - 0xd4));
    if (type >= 0xd9 && type <= 0xdb) return text(unsigned(size(type, 0xd9)));
    if (type === 0xdc || type === 0xdd) return list(unsigned(type === 0xdc ? 2 : 4));
    if (type === 0xde || type === 0xdf) return map(unsigned(type === 0xde ? 2 : 4));
    if (type >= 0xe0) return type - 0x100;
    throw new Error(`0x${type.toString(16)} at ${at - 1} begins nothing in MessagePack`);
  };
  return value();
}
