import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpacked } from './unpack.ts';

async function read(bytes: Buffer, size: number): Promise<string> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_none, index) => bytes.subarray(index * size, (index + 1) * size));
  const parts: Buffer[] = [];
  for await (const part of unpacked(Readable.from(chunks))) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

describe('what lies in an object', () => {
  const long = Array.from({ length: 5_000 }, (_none, n) => `line ${n}\n`).join('');
  it.each<[string, Buffer, string]>([
    ['plain', Buffer.from('a\nb\n'), 'a\nb\n'],
    ['nothing', Buffer.alloc(0), ''],
    ['less than a magic number', Buffer.from('a'), 'a'],
    ['gzip', gzipSync(long), long],
    ['several members of gzip', Buffer.concat([gzipSync('one\n'), gzipSync(long), gzipSync('two\n')]), `one\n${long}two\n`],
    ['zstd', zstdCompressSync(long), long],
    ['several frames of zstd', Buffer.concat([zstdCompressSync('one\n'), zstdCompressSync(long), zstdCompressSync('two\n')]), `one\n${long}two\n`],
  ])('%s', async (_, bytes, text) => {
    for (const size of [1, 13, 100_000]) {
      if (size > 1 || bytes.length < 1_000) expect(await read(bytes, size)).toBe(text);
    }
  });

  it.each([
    ['gzip that breaks off', gzipSync(long).subarray(0, 1_000)],
    ['zstd that breaks off', zstdCompressSync(long).subarray(0, 1_000)],
    ['gzip with damage', Buffer.concat([gzipSync(long).subarray(0, 1_000), Buffer.alloc(500, 7)])],
    ['garbage behind a frame', Buffer.concat([zstdCompressSync('one'), Buffer.from('garbage behind it')])],
  ])('says so: %s', async (_, bytes) => {
    await expect(read(bytes, 64)).rejects.toMatchObject({ code: expect.stringMatching(/^(Z_|ZSTD_|ERR_)/) });
  });

  it('holds back what nobody reads', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(200 << 20));
    const stream = unpacked(Readable.from([bomb]));
    const before = process.memoryUsage().arrayBuffers;
    for await (const part of stream) {
      expect((part as Buffer).length).toBeGreaterThan(0);
      break;
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 << 20);
  });

  it('reads any frames in any pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 300 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        async (texts, size, isZstd) => {
          const bytes = Buffer.concat(texts.map((text) => (isZstd ? zstdCompressSync(text) : gzipSync(text))));
          expect(await read(bytes, size)).toBe(texts.join(''));
        },
      ),
    );
  });
});
