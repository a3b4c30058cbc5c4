// Bodies of inputs: unpacked within limits, so that neither a bomb nor many large requests at once take the memory of the process.
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest, RequestPayload } from 'fastify';
import { RETRY_SOON } from '../gate/as-problem.ts';
import { ApiProblem } from '../gate/problem.ts';

/** Unpacked bytes of all bodies that are being read or worked on. */
const MAX_BYTES_AT_ONCE = 128 << 20;

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  zstd: createZstdDecompress,
  br: createBrotliDecompress,
};

export class BodyBudget {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number = MAX_BYTES_AT_ONCE) {
    this.#maxBytes = maxBytes;
  }
  /** False = not now. A body alone always fits: its own limit holds. */
  take(bytes: number, own: number): boolean {
    if (this.#bytes > own && this.#bytes + bytes > this.#maxBytes) return false;
    this.#bytes += bytes;
    return true;
  }
  release(bytes: number): void {
    this.#bytes -= bytes;
  }
  get bytes(): number {
    return this.#bytes;
  }
}

/**
 * Unpacks `content-encoding` for all routes of the scope. The limit of the route holds for the packed and for the unpacked body.
 * Problems: UNSUPPORTED_MEDIA_TYPE, INVALID_REQUEST when the packing is broken, GATEWAY_BUSY beyond the budget.
 */
export function unpackBodies(scope: FastifyInstance, budget: BodyBudget): void {
  scope.addHook('preParsing', async (request, reply, payload) => unpacked(request, reply, payload as Readable, budget));
}

function unpacked(request: FastifyRequest, reply: FastifyReply, payload: Readable, budget: BodyBudget): RequestPayload {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decoder = encoding === 'identity' || encoding === '' ? null : DECODERS[encoding]?.();
  if (decoder === undefined)
    throw new ApiProblem('UNSUPPORTED_MEDIA_TYPE', `Send the body as it is, or packed with one of ${Object.keys(DECODERS).join(', ')}.`);
  let taken = 0;
  const counted: Transform & { receivedEncodedLength?: number } = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (!budget.take(chunk.length, taken)) {
        done(new ApiProblem('GATEWAY_BUSY', 'Too many large requests at once. Send it again in a few seconds.', { headers: RETRY_SOON }));
        return;
      }
      taken += chunk.length;
      done(null, chunk);
    },
  });
  let received = 0;
  payload.on('data', (chunk: Buffer) => {
    received += chunk.length;
    counted.receivedEncodedLength = received; // fastify compares it with content-length, and with the limit
  });
  payload.once('error', (error) => counted.destroy(error));
  payload.once('aborted', () => counted.destroy(new ApiProblem('INVALID_REQUEST', 'The request ended before its body did.')));
  if (decoder === null) payload.pipe(counted);
  else {
    decoder.once('error', (error: Error) =>
      counted.destroy(new ApiProblem('INVALID_REQUEST', `The body is not valid ${encoding} (${error.message}).`, { cause: error })),
    );
    payload.pipe(decoder).pipe(counted);
  }
  reply.raw.once('close', () => {
    payload.unpipe();
    decoder?.destroy();
    counted.destroy();
    budget.release(taken);
    taken = 0;
  });
  return counted;
}

/** All bodies of the scope are bytes, whatever their media type says: the protocol decides. */
export function takeBytes(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}
/** Empty when the request had none. */
export const bytesOf = ({ body }: FastifyRequest): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));
