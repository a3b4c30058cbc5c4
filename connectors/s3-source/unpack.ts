// Bytes as they lie in an object, unpacked where they are gzip or zstd: told by their first bytes, not by names or headers.
import { pipeline, Transform } from 'node:stream';
import type { Readable, TransformCallback } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** @returns Errors of the body come out of it, and those of what cannot be unpacked. Destroying it destroys the body. */
export function unpacked(body: Readable): Readable {
  return pipeline([body, new Unpacker()], () => {}) as unknown as Readable;
}

type Decoder = ReturnType<typeof createGunzip>;

/**
 * Frames of zstd that follow one another are read to the last: Node's own stream drops what comes behind a frame that ends within a chunk, and says nothing
 * (`unpack.test.ts`).
 */
class Unpacker extends Transform {
  #first: Buffer | null = Buffer.alloc(0);
  /** Null: as it is. */
  #make: (() => Decoder) | null = null;
  #decoder: Decoder | null = null;
  #hasEnded = false;
  #atEnd: (() => void) | null = null;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#first === null) return this.#feed(chunk, done);
    const first = Buffer.concat([this.#first, chunk]);
    if (first.length < ZSTD.length) {
      this.#first = first;
      return done();
    }
    this.#begin(first, done);
  }

  override _flush(done: TransformCallback): void {
    if (this.#first === null || this.#first.length === 0) return this.#finish(done);
    this.#begin(this.#first, (error, data) => {
      if (error) return done(error);
      if (data !== undefined) this.push(data);
      this.#finish(done);
    });
  }

  override _read(size: number): void {
    this.#decoder?.resume();
    super._read(size); // oxlint-disable-line no-underscore-dangle -- Node's name for it
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#decoder?.destroy();
    done(error);
  }

  #finish(done: TransformCallback): void {
    const decoder = this.#decoder;
    if (decoder === null || this.#hasEnded) return done();
    this.#atEnd = done;
    decoder.end();
  }

  #begin(first: Buffer, done: TransformCallback): void {
    this.#first = null;
    if (first.subarray(0, GZIP.length).equals(GZIP)) this.#make = createGunzip;
    else if (first.subarray(0, ZSTD.length).equals(ZSTD)) this.#make = createZstdDecompress;
    this.#feed(first, done);
  }

  #feed(chunk: Buffer, done: TransformCallback): void {
    if (this.#make === null) return done(null, chunk);
    const decoder = (this.#decoder ??= this.#open(this.#make()));
    const before = decoder.bytesWritten;
    decoder.write(chunk, (error) => {
      if (error) return; // `error` of the decoder says it
      const taken = decoder.bytesWritten - before;
      if (taken >= chunk.length) return done();
      const next = () => {
        this.#decoder = null;
        this.#hasEnded = false;
        this.#feed(chunk.subarray(taken), done);
      };
      if (this.#hasEnded) next();
      else this.#atEnd = next;
    });
  }

  #open(decoder: Decoder): Decoder {
    decoder.on('data', (part: Buffer) => {
      if (!this.push(part)) decoder.pause();
    });
    decoder.on('error', (error) => this.destroy(error));
    decoder.on('end', () => {
      this.#hasEnded = true;
      const then = this.#atEnd;
      this.#atEnd = null;
      then?.();
    });
    return decoder;
  }
}
