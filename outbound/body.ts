// The bytes of an answer: counted as they come and again once unpacked, so that neither a long answer nor a small one that unpacks to gigabytes fills memory.
import { pipeline, Transform } from 'node:stream';
import type { Readable, TransformCallback } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { IncomingMessage } from 'node:http';
import { ConfigError, RetryableError } from '../pipeline/core/errors.ts';

export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/**
 * @param maxBytes Most bytes that are read from the wire, and most that come out.
 * @returns The unpacked body. It errors with ConfigError OUTBOUND_TOO_LARGE beyond the limit and RetryableError OUTBOUND_FAILED when it breaks off or cannot be unpacked.
 * @throws the same, when the headers tell already.
 */
export function boundedBody(answer: IncomingMessage, host: string, maxBytes: number): Readable {
  const declared = Number(answer.headers['content-length'] ?? 0);
  if (declared > maxBytes) throw tooLarge(host, maxBytes);
  const steps = [new Limit(host, maxBytes), ...unpackers(answer.headers['content-encoding'], host, maxBytes)];
  const last = steps.at(-1)!;
  pipeline([answer, ...steps], () => {}); // an error of any comes out of the last
  return last;
}

export const tooLarge = (host: string, maxBytes: number): ConfigError =>
  new ConfigError('OUTBOUND_TOO_LARGE', `${host} answered with more than ${maxBytes} bytes. Ask it for less, or point at another address.`, { host, maxBytes });

export const asFailure = (error: unknown, host: string): Error =>
  error instanceof ConfigError || error instanceof RetryableError
    ? error
    : new RetryableError('OUTBOUND_FAILED', `${host} did not answer in full: ${(error as Error).message}`, { host }, { cause: error });

function unpackers(encoding: string | undefined, host: string, maxBytes: number): readonly Transform[] {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return [];
    case 'gzip':
    case 'x-gzip':
      return [createGunzip(), new Limit(host, maxBytes)];
    case 'deflate':
      return [createInflate(), new Limit(host, maxBytes)];
    case 'br':
      return [createBrotliDecompress({ params: { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 0 } }), new Limit(host, maxBytes)];
    default: // also of several, which only a bomb has
      throw new RetryableError('OUTBOUND_FAILED', `${host} answered in an encoding that was not asked for.`, { host });
  }
}

class Limit extends Transform {
  readonly #host: string;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(host: string, maxBytes: number) {
    super();
    this.#host = host;
    this.#maxBytes = maxBytes;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    done(error === null ? null : asFailure(error, this.#host));
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) done(tooLarge(this.#host, this.#maxBytes));
    else done(null, chunk);
  }
}
