/** Blocks as Java clients write them: this header, two version numbers, then `[int32 length, raw block]...`. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);

/**
 * Unpacks Snappy: one raw block, or the framing of Java clients.
 *
 * @throws RangeError on malformed input, or beyond `maxBytes`.
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
export function unsnappy(packed: Buffer, maxBytes: number): Buffer {
  if (!packed.subarray(0, 8).equals(XERIAL)) return block(packed, maxBytes);
  const blocks: Buffer[] = [];
  let total = 0;
  for (let at = 16; at < packed.length;) {
    const length = packed.readInt32BE(at);
    if (length < 0 || at + 4 + length > packed.length) throw new RangeError('Snappy block is cut off');
    const unpacked = block(packed.subarray(at + 4, at + 4 + length), maxBytes - total);
    blocks.push(unpacked);
    total += unpacked.length;
    at += 4 + length;
  }
  return blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks, total);
}

function block(packed: Buffer, maxBytes: number): Buffer {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    if (at >= packed.length || shift > 28) throw new RangeError('Snappy length is malformed');
    const byte = packed[at++]!;
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (size > maxBytes) throw new RangeError(`Snappy block unpacks to ${size} bytes, above the limit`);
  const out = Buffer.allocUnsafe(size);
  let to = 0;
  while (at < packed.length) {
    const tag = packed[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let length = (tag >>> 2) + 1;
      if (length > 60) {
        const extra = length - 60;
        if (at + extra > packed.length) throw new RangeError('Snappy literal is cut off');
        length = packed.readUIntLE(at, extra) + 1;
        at += extra;
      }
      if (at + length > packed.length || to + length > size) throw new RangeError('Snappy literal is cut off');
      packed.copy(out, to, at, at + length);
      at += length;
      to += length;
      continue;
    }
    const offsetBytes = kind === 1 ? 1 : kind === 2 ? 2 : 4;
    if (at + offsetBytes > packed.length) throw new RangeError('Snappy copy is cut off');
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const offset = kind === 1 ? ((tag >>> 5) << 8) | packed[at]! : packed.readUIntLE(at, offsetBytes);
    at += offsetBytes;
    if (offset === 0 || offset > to || to + length > size) throw new RangeError('Snappy copy leaves the block');
    for (let i = 0; i < length; i++, to++) out[to] = out[to - offset]!; // may overlap itself
  }
  if (to !== size) throw new RangeError('Snappy block is shorter than it says');
  return out;
}
