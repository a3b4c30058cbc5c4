import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODEC, compress, decompress, zstdContentSize } from './compression.ts';

const XERIAL = Buffer.from('82534e415050590000000001000000010000000d', 'hex');
const SNAPPY = Buffer.from([12, (6 - 1) << 2, ...Buffer.from('abcabc'), ((6 - 4) << 2) | 1, 3]); // 6 literal bytes, then 6 from 3 back
const LZ4 = Buffer.from([
  0x04,
  0x22,
  0x4d,
  0x18,
  0x60,
  0x40,
  0x82, // magic, version 1 with independent blocks, 64 KiB blocks, header checksum
  0x0c,
  0,
  0,
  0,
  0x32,
  0x61,
  0x62,
  0x63,
  3,
  0,
  0x50,
  0x78,
  0x79,
  0x7a,
  0x78,
  0x79, // 3 literals, 6 copied from 3 back; 5 literals
  0x03,
  0,
  0,
  0x80,
  0x21,
  0x21,
  0x21, // a block that is not compressed
  0,
  0,
  0,
  0,
]);

describe('decompress', () => {
  it.each<[name: string, codec: number, packed: Buffer, text: string]>([
    ['zstd', CODEC.zstd, compress(Buffer.from('hello hello hello')), 'hello hello hello'],
    ['zstd of nothing', CODEC.zstd, compress(Buffer.alloc(0)), ''],
    ['gzip', CODEC.gzip, gzipSync('hello'), 'hello'],
    ['a raw block of Snappy, with a copy that overlaps itself', CODEC.snappy, SNAPPY, 'abcabcabcabc'],
    [
      'Snappy as Java clients frame it',
      CODEC.snappy,
      Buffer.concat([XERIAL.subarray(0, 16), Buffer.from([0, 0, 0, SNAPPY.length]), SNAPPY, Buffer.from([0, 0, 0, SNAPPY.length]), SNAPPY]),
      'abcabcabcabcabcabcabcabc',
    ],
    ['LZ4, blocks of both kinds', CODEC.lz4, LZ4, 'abcabcabcxyzxy!!!'],
  ])('reads %s', (_name, codec, packed, text) => {
    expect(decompress(codec, packed).toString()).toBe(text);
  });

  it('gives back what zstd took, whatever the size', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000 }), (array) => {
        const raw = Buffer.from(array);
        const packed = compress(raw);
        expect(zstdContentSize(packed)).toBe(raw.length);
        expect(decompress(CODEC.zstd, packed).equals(raw)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  const zeros = Buffer.alloc(1_000_000);
  it.each<[name: string, codec: number, bomb: Buffer]>([
    ['zstd', CODEC.zstd, zstdCompressSync(zeros)],
    ['gzip', CODEC.gzip, gzipSync(zeros)],
    ['Snappy', CODEC.snappy, Buffer.from([0xc0, 0x84, 0x3d, ...Buffer.alloc(20)])], // says 1,000,000
    ['LZ4', CODEC.lz4, Buffer.concat([LZ4.subarray(0, 7), Buffer.from([0x0a, 1, 0, 0, 0x1f, 0, 1, 0, ...Buffer.alloc(257, 255), 0, 0, 0, 0, 0])])],
  ])('refuses to unpack %s beyond the limit', (_name, codec, bomb) => {
    expect(() => decompress(codec, bomb, 10_000)).toThrow();
  });

  it('does not believe sizes that a frame claims', () => {
    const lying = gzipSync('hello');
    lying.writeUInt32LE(0xfffffff0, lying.length - 4);
    expect(() => decompress(CODEC.gzip, lying)).toThrow();
    expect(zstdContentSize(deflateRawSync('x'))).toBeUndefined();
  });

  it('throws on any other bytes, and does no more than that', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(CODEC), 5, 7),
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(Buffer.alloc(0), LZ4.subarray(0, 7), XERIAL, SNAPPY.subarray(0, 3)),
        (codec, array, head) => {
          try {
            expect(decompress(codec, Buffer.concat([head, Buffer.from(array)]), 100_000).length).toBeLessThanOrEqual(100_000);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
            expect((error as Error).name).not.toBe('AssertionError');
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
