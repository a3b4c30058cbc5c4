// Packets as exporters make them, for tests and fixtures: written by hand from RFC 3954 and RFC 7011.

/** Numbers to bytes: pairs of value and width. */
export function bytesOf(...parts: readonly (readonly [value: number, width: number] | Buffer)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (Buffer.isBuffer(part)) return part;
      const [value, width] = part;
      const bytes = Buffer.alloc(width);
      if (width > 6) bytes.writeBigUInt64BE(BigInt(value));
      else bytes.writeUIntBE(value, 0, width);
      return bytes;
    }),
  );
}
export const ip = (text: string): Buffer => Buffer.from(text.split('.').map(Number));

/** A set, padded to four bytes. */
export function set(id: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
  return Buffer.concat([bytesOf([id, 2], [padded.length + 4, 2]), padded]);
}
/** @param fields Number, length and, of an enterprise, its number. */
export const template = (id: number, fields: readonly (readonly number[])[]): Buffer =>
  bytesOf([id, 2], [fields.length, 2], ...fields.map(([element, length, enterprise]) => fieldOf(element!, length!, enterprise)));
export const fieldOf = (element: number, length: number, enterprise?: number): Buffer =>
  enterprise === undefined ? bytesOf([element, 2], [length, 2]) : bytesOf([element | 0x8000, 2], [length, 2], [enterprise, 4]);

export const SECONDS = 1_780_000_000;
export function ipfix(domain: number, ...sets: readonly Buffer[]): Buffer {
  const length = 16 + sets.reduce((sum, one) => sum + one.length, 0);
  return Buffer.concat([bytesOf([10, 2], [length, 2], [SECONDS, 4], [7, 4], [domain, 4]), ...sets]);
}
/** An exporter that has been up for 100 seconds. */
export const v9 = (domain: number, ...sets: readonly Buffer[]): Buffer =>
  Buffer.concat([bytesOf([9, 2], [Math.max(sets.length, 1), 2], [100_000, 4], [SECONDS, 4], [7, 4], [domain, 4]), ...sets]);
export function v5(...records: readonly Buffer[]): Buffer {
  return Buffer.concat([bytesOf([5, 2], [records.length, 2], [100_000, 4], [SECONDS, 4], [500_000_000, 4], [7, 4], [0, 1], [3, 1], [0x4064, 2]), ...records]);
}
export const v5Record = (from: string, to: string): Buffer =>
  bytesOf(
    ip(from),
    ip(to),
    ip('192.0.2.254'),
    [1, 2],
    [2, 2],
    [10, 4],
    [1400, 4],
    [90_000, 4],
    [99_500, 4],
    [50_000, 2],
    [443, 2],
    [0, 1],
    [0x1b, 1],
    [6, 1],
    [0, 1],
    [64_500, 2],
    [0, 2],
    [24, 1],
    [16, 1],
    [0, 2],
  );
