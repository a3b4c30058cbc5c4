// Packs answers for those who take them packed: with zstd, brotli or gzip.
import { Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliCompress, createGzip, createZstdCompress, gzip, zstdCompress } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

interface Packer {
  readonly whole: (bytes: Buffer) => Promise<Buffer>;
  readonly stream: () => Transform;
}
/** What is made for one answer is read once, so the fast levels. Files of the dashboard are packed once more with each request that no cache keeps. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
const GZIP = { level: 5 };
const PACKERS = {
  zstd: { whole: async (bytes) => promisify(zstdCompress)(bytes, ZSTD), stream: () => createZstdCompress(ZSTD) },
  br: { whole: async (bytes) => promisify(brotliCompress)(bytes, BROTLI), stream: () => createBrotliCompress(BROTLI) },
  gzip: { whole: async (bytes) => promisify(gzip)(bytes, GZIP), stream: () => createGzip(GZIP) },
} as const satisfies Record<string, Packer>;
type Encoding = keyof typeof PACKERS;
/** The first of those that a client likes equally well. */
const PREFERRED: readonly Encoding[] = ['br', 'zstd', 'gzip'];

/** Below that packing saves no packet. */
const SMALL_BYTES = 1_024;
const PACKABLE = /^(?:text\/(?!event-stream)|application\/(?:[\w.+-]*json|javascript|x-ndjson|xml|yaml|openmetrics-text)|image\/svg\+xml)/i;

export function registerCompression(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (!isPackable(request, reply, payload)) return payload;
    addVary(reply);
    const encoding = encodingOf(request.headers['accept-encoding']);
    if (encoding === null) return payload;
    const packer: Packer = PACKERS[encoding];
    if (payload instanceof Readable) {
      described(reply, encoding);
      const packed = packer.stream();
      payload.once('error', (error) => packed.destroy(error));
      packed.once('close', () => payload.destroy()); // whoever reads has gone
      return payload.pipe(packed);
    }
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload as string);
    if (bytes.length < SMALL_BYTES) return payload;
    const packed = await packer.whole(bytes);
    described(reply, encoding);
    return packed;
  });
}

function isPackable(request: FastifyRequest, reply: FastifyReply, payload: unknown): boolean {
  if (!(typeof payload === 'string' || Buffer.isBuffer(payload) || payload instanceof Readable)) return false;
  if (request.method === 'HEAD' || reply.statusCode === 204 || reply.statusCode === 206 || reply.statusCode === 304) return false;
  if (reply.hasHeader('content-encoding') || reply.hasHeader('content-range') || mayHoldSecret(request, reply)) return false;
  return PACKABLE.test(String(reply.getHeader('content-type') ?? ''));
}

/** Read, though they come by POST: the question is in the body. */
const QUESTIONS = new Set(['/v2/events/query']);

/**
 * BREACH (2013): the length of a packed answer tells whether what the attacker had put into it is equal to a secret beside it. So what may hold a token is not packed: everything
 * under /auth, what sets a cookie, and what a change answers with (enrolment gives a credential), a mutation of GraphQL included.
 */
function mayHoldSecret({ method, url, body }: FastifyRequest, reply: FastifyReply): boolean {
  if (url.startsWith('/auth/') || reply.hasHeader('set-cookie')) return true;
  if (method === 'GET' || QUESTIONS.has(url)) return false;
  const query = (body as { readonly query?: unknown } | null | undefined)?.query;
  return !(url.startsWith('/graphql') && typeof query === 'string' && !/\bmutation\b/.test(query));
}

/** The one that the client likes best of those we have; null = none, or it says nothing. @param accepted As RFC 9110, 12.5.3 has it. */
export function encodingOf(accepted: string | undefined): Encoding | null {
  if (accepted === undefined) return null;
  const weights = new Map<string, number>();
  for (const part of accepted.toLowerCase().split(',', 20)) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.map((text) => /^q=([\d.]+)$/.exec(text)?.[1]).find((text) => text !== undefined);
    weights.set(name, weight === undefined ? 1 : Number(weight));
  }
  let best: Encoding | null = null;
  let bestWeight = 0;
  for (const name of PREFERRED) {
    const weight = weights.get(name) ?? weights.get('*') ?? 0;
    if (weight > bestWeight) [best, bestWeight] = [name, weight];
  }
  // `identity` may be liked better still.
  return (weights.get('identity') ?? 0) > bestWeight ? null : best;
}

function described(reply: FastifyReply, encoding: Encoding): void {
  reply.header('content-encoding', encoding).removeHeader('content-length');
  const etag = reply.getHeader('etag');
  // Other bytes, so no strong tag of the plain ones.
  if (typeof etag === 'string' && !etag.startsWith('W/')) reply.header('etag', `W/${etag}`);
}

function addVary(reply: FastifyReply): void {
  const before = reply.getHeader('vary');
  reply.header('vary', before === undefined ? 'Accept-Encoding' : `${String(before)}, Accept-Encoding`);
}
