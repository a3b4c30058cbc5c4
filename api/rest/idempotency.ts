// A request that is sent again under the same `Idempotency-Key` is answered again, not done again. Holds for every route that changes something.
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { asProblem } from '../gate/as-problem.ts';
import { classOf } from '../gate/limits/classes.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { Answer, Answers, AnswersInMemory, Claim, Scope } from './idempotency-answers.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer holds a secret that is kept nowhere: under a key of the caller's the request is done anew. */
    readonly isShownOnce?: boolean;
  }
  interface FastifyRequest {
    /** What this request works on under its key; null = without a key, or settled. */
    claim: Extract<Claim, { outcome: 'claimed' }> | null;
  }
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What an answer is told again with, besides its body. */
const KEPT_HEADERS = ['content-type', 'location', 'etag', 'link'] as const;
/** What is longer is not kept: then a repeat is done again, as without a key. */
const MAX_ANSWER_BYTES = 1 << 20;

/**
 * Only what succeeded is kept: after a failure the request is done anew. Without a principal nothing is: nobody else may be told the answer.
 * While the database is away, sending events goes on, with keys that this process alone remembers; other routes need the database anyway.
 * Register it before what packs answers.
 */
export function registerIdempotency(app: FastifyInstance, stored: Answers, inMemory: AnswersInMemory): void {
  app.decorateRequest('claim', null);

  app.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request);
    if (key === undefined || SAFE.has(request.method) || request.principal === null || request.routeOptions.config.isShownOnce === true) return;
    const scope = scopeOf(request, key);
    const claim = inMemory.find(scope) ?? (await stored.claim(scope).catch((error: unknown) => withoutDatabase(error, request, scope)));
    switch (claim.outcome) {
      case 'claimed':
        request.claim = claim;
        return;
      case 'answered':
        return replay(reply, claim.answer);
      case 'reused':
        throw new ApiProblem('IDEMPOTENCY_KEY_REUSED', 'Use a new key for another request.');
      case 'in_progress':
        throw new ApiProblem('REQUEST_IN_PROGRESS', 'The first request under this key has no answer yet. Ask again in a few seconds.', {
          headers: { 'retry-after': '2' },
        });
    }
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const { claim } = request;
    if (claim === null) return payload;
    request.claim = null;
    const answer = answerOf(reply, payload);
    try {
      await (answer === null ? claim.release() : claim.keep(answer));
    } catch (error) {
      // It is done: to say otherwise would make it be done twice.
      request.log.warn({ code: asProblem(error).code, requestId: request.id }, 'An answer could not be kept for its idempotency key.');
    }
    return payload;
  });

  async function withoutDatabase(error: unknown, request: FastifyRequest, scope: Scope): Promise<Claim> {
    if (asProblem(error).code !== 'DATABASE_UNAVAILABLE' || !sendsEvents(request)) throw error;
    return inMemory.claim(scope);
  }
}

const sendsEvents = ({ method, routeOptions: { url = '' } }: FastifyRequest): boolean => classOf(method, url, false) === 'bulk';

/** 1 to 200 printable characters. */
export const KEY_FORM = /^[\x21-\x7e]{1,200}$/;

/** @throws ApiProblem INVALID_REQUEST */
function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY_FORM.test(key)) return key;
  throw new ApiProblem('INVALID_REQUEST', 'An idempotency key is 1 to 200 printable characters without space.', {
    errors: [{ pointer: '/headers/idempotency-key', detail: 'Not of that form.' }],
  });
}

function scopeOf({ principal, method, url, routeOptions, body }: FastifyRequest, key: string): Scope {
  const { organization, user } = principal!;
  const requestHash = createHash('sha256')
    .update(`${url}\n`)
    .update(Buffer.isBuffer(body) ? body : (JSON.stringify(body) ?? ''))
    .digest();
  return { organization, of: `${user} ${method} ${routeOptions.url ?? ''}`, key, requestHash };
}

/** Null when it is not to be kept. */
function answerOf(reply: FastifyReply, payload: unknown): Answer | null {
  if (reply.statusCode >= 400 || reply.hasHeader('set-cookie')) return null;
  const isBytes = Buffer.isBuffer(payload);
  const body = isBytes ? payload.toString('base64') : (payload ?? '');
  if (typeof body !== 'string' || body.length > MAX_ANSWER_BYTES) return null;
  const headers = KEPT_HEADERS.flatMap((name) => (reply.hasHeader(name) ? [[name, String(reply.getHeader(name))] as const] : []));
  return { status: reply.statusCode, headers: Object.fromEntries(headers), body, isBytes };
}

const replay = (reply: FastifyReply, { status, headers, body, isBytes }: Answer): FastifyReply =>
  reply
    .code(status)
    .headers({ ...headers, 'idempotent-replayed': 'true' })
    .send(body === '' ? null : isBytes ? Buffer.from(body, 'base64') : body);
