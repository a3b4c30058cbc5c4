import { constants, gunzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { unlz4 } from './lz4.ts';
import { unsnappy } from './snappy.ts';

/** What we write. All codecs of Kafka are read. */
export type Compression = 'none' | 'zstd';
/** The lowest three bits of a batch's attributes. */
export const CODEC = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
const LEVEL_1 = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** A batch that unpacks to more is refused. Our own are below 4 MiB, those of others at their producers' batch size. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
const DEFAULT_CHUNK_BYTES = 64 * 1024;

export const compress = (bytes: Buffer): Buffer => zstdCompressSync(bytes, LEVEL_1);

/** @throws RangeError, or an error of zlib, when the bytes are malformed or unpack to more than `maxBytes`. */
export function decompress(codec: number, packed: Buffer, maxBytes = MAX_UNPACKED_BYTES): Buffer {
  switch (codec) {
    case CODEC.zstd:
      return limited(maxBytes, () => unzstd(packed, maxBytes));
    case CODEC.gzip:
      return limited(maxBytes, () =>
        gunzipSync(packed, {
          maxOutputLength: maxBytes,
          chunkSize: chunkFor(packed.length >= 18 ? packed.readUInt32LE(packed.length - 4) : undefined, maxBytes),
        }),
      );
    case CODEC.snappy:
      return unsnappy(packed, maxBytes);
    case CODEC.lz4:
      return unlz4(packed, maxBytes);
    default:
      throw new RangeError(`There is no compression codec ${codec}`);
  }
}

/** zlib's own words for "too much" speak of Buffers. */
function limited(maxBytes: number, unpack: () => Buffer): Buffer {
  try {
    return unpack();
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_BUFFER_TOO_LARGE') throw cause;
    throw new RangeError(`The batch unpacks to more than ${maxBytes} bytes`, { cause });
  }
}

/** All frames, one after the other: Node's function stops after the first. */
function unzstd(packed: Buffer, maxBytes: number): Buffer {
  const frames: Buffer[] = [];
  let total = 0;
  for (let at = 0; at < packed.length;) {
    const rest = at === 0 ? packed : packed.subarray(at);
    const chunkSize = chunkFor(zstdContentSize(rest), maxBytes);
    const options = { maxOutputLength: Math.max(1, maxBytes - total), chunkSize, info: true };
    const { buffer, engine } = zstdDecompressSync(rest, options) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    if (engine.bytesWritten === packed.length) return buffer; // the usual case: one frame
    if (engine.bytesWritten === 0) throw new RangeError('Zstandard frame is empty');
    frames.push(buffer);
    total += buffer.length;
    at += engine.bytesWritten;
  }
  return Buffer.concat(frames, total);
}

/** One byte above the size that the frame declares, so that all fits in one chunk. A frame may lie, hence the bounds. */
const chunkFor = (declared: number | undefined, maxBytes: number) =>
  declared === undefined ? DEFAULT_CHUNK_BYTES : Math.min(Math.max(declared + 1, 64), maxBytes, MAX_UNPACKED_BYTES);

/** Content size of a zstd frame, if its header has it (RFC 8878, 3.1.1.1). */
export function zstdContentSize(frame: Buffer): number | undefined {
  if (frame.length < 6 || frame.readUInt32LE(0) !== 0xfd2fb528) return undefined;
  const descriptor = frame[4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const at = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  const flag = descriptor >>> 6;
  const bytes = flag === 0 ? (isSingleSegment ? 1 : 0) : 1 << flag;
  if (bytes === 0 || at + bytes > frame.length) return undefined;
  if (flag === 1) return frame.readUInt16LE(at) + 256;
  if (flag === 3) return frame.readUInt32LE(at) + frame.readUInt32LE(at + 4) * 2 ** 32;
  return frame.readUIntLE(at, bytes);
}
