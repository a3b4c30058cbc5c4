const MAGIC = 0x184d2204;
const BLOCK_SIZES = [0, 0, 0, 0, 65_536, 262_144, 1_048_576, 4_194_304];

/**
 * Unpacks one LZ4 frame. Checksums of blocks and content are skipped: the record batch has its own.
 *
 * @throws RangeError on malformed input, or beyond `maxBytes`.
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md
 */
export function unlz4(packed: Buffer, maxBytes: number): Buffer {
  if (packed.length < 7 || packed.readUInt32LE(0) !== MAGIC) throw new RangeError('LZ4 frame has no magic number');
  const flags = packed[4]!;
  const maxBlock = BLOCK_SIZES[(packed[5]! >>> 4) & 7]!;
  if (flags >>> 6 !== 1 || maxBlock === 0) throw new RangeError('LZ4 frame descriptor is malformed');
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0); // content size, dictionary id; the last byte is the header's checksum
  let out = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(65_536, packed.length * 4)));
  let to = 0;
  for (;;) {
    if (at + 4 > packed.length) throw new RangeError('LZ4 frame is cut off');
    const word = packed.readUInt32LE(at);
    at += 4;
    if (word === 0) return out.subarray(0, to);
    const length = word & 0x7fffffff;
    if (at + length > packed.length) throw new RangeError('LZ4 block is cut off');
    if (out.length - to < maxBlock) {
      const grown = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(out.length * 2, to + maxBlock)));
      out.copy(grown, 0, 0, to);
      out = grown;
    }
    const end = Math.min(out.length, to + maxBlock);
    if (word >>> 31) {
      if (to + length > end) throw new RangeError('LZ4 block unpacks beyond the limit');
      packed.copy(out, to, at, at + length);
      to += length;
    } else {
      to = block(packed, at, at + length, out, to, end);
    }
    at += length + (flags & 0x10 ? 4 : 0);
  }
}

/** Unpacks [at, stop) to `out` from `to` on, not beyond `end`. Copies may reach back into earlier blocks. */
function block(packed: Buffer, at: number, stop: number, out: Buffer, to: number, end: number): number {
  while (at < stop) {
    const token = packed[at++]!;
    let length = token >>> 4;
    if (length === 15) {
      let byte: number;
      do {
        byte = packed[at++] ?? 0;
        length += byte;
      } while (byte === 255);
    }
    if (at + length > stop || to + length > end) throw new RangeError('LZ4 literal leaves the block');
    packed.copy(out, to, at, at + length);
    at += length;
    to += length;
    if (at === stop) return to; // the last sequence has no copy
    if (at + 2 > stop) throw new RangeError('LZ4 copy is cut off');
    const offset = packed.readUInt16LE(at);
    at += 2;
    let copied = (token & 15) + 4;
    if (copied === 19) {
      let byte: number;
      do {
        byte = packed[at++] ?? 0;
        copied += byte;
      } while (byte === 255);
    }
    if (offset === 0 || offset > to || to + copied > end) throw new RangeError('LZ4 copy leaves the block');
    for (; copied > 0; copied--, to++) out[to] = out[to - offset]!;
  }
  return to;
}
