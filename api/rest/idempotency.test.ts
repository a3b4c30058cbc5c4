import Fastify from 'fastify';
import type { FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { RetryableError } from '../../pipeline/core/errors.ts';
import type { Principal } from '../auth/tokens.ts';
import { asProblem } from '../gate/as-problem.ts';
import { sendProblem } from '../gate/gate.ts';
import { ApiProblem } from '../gate/problem.ts';
import { AnswersInMemory } from './idempotency-answers.ts';
import type { Answers } from './idempotency-answers.ts';
import { registerIdempotency } from './idempotency.ts';

const away: Answers = { claim: () => Promise.reject(new RetryableError('DATABASE_UNAVAILABLE', 'away')) };
const userOf = ({ headers }: FastifyRequest) => headers['x-user'] as string | undefined;

/** Routes that count how often they were done. */
function open(stored: Answers = new AnswersInMemory(), inMemory = new AnswersInMemory()) {
  const app = Fastify();
  const gates = new Map<string, Promise<void>>();
  let done = 0;
  app.decorateRequest('principal', null);
  app.setErrorHandler((error, request, reply) => sendProblem(asProblem(error), request, reply));
  app.addHook('onRequest', async (request) => {
    const user = userOf(request);
    request.principal = user === undefined ? null : ({ organization: 'a', user, roles: [], permissions: new Set(), expiresAt: 0 } satisfies Principal);
  });
  registerIdempotency(app, stored, inMemory);
  app.get('/v2/things', async () => ({ done: ++done }));
  app.post('/v2/things', async (_request, reply) => reply.code(201).header('location', '/v2/things/1').send({ done: ++done }));
  app.put('/v2/things/:id', async () => ({ done: ++done }));
  app.delete('/v2/things/:id', async (_request, reply) => {
    done += 1;
    return reply.code(204).send(null);
  });
  app.post('/v2/bytes', async (_request, reply) => reply.type('application/x-protobuf').send(Buffer.from([0xff, 0x00, (done += 1)])));
  app.post('/v2/refused', async () => {
    done += 1;
    throw new ApiProblem('CONFLICT', 'No.');
  });
  app.route({
    method: 'POST',
    url: '/v2/slow',
    handler: async (request) => {
      await gates.get((request.body as { gate: string }).gate);
      return { done: ++done };
    },
  });
  app.post('/v2/cookie', async (_request, reply) => reply.header('set-cookie', 'a=b').send({ done: ++done }));
  app.post('/v2/events/bulk', async () => ({ done: ++done }));
  // Async: else it would begin only when it is awaited.
  const ask = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, key: string | undefined, payload: object = {}, user: string | undefined = 'u') =>
    app.inject({
      method,
      url,
      ...(method !== 'GET' && method !== 'DELETE' && { payload }),
      headers: { ...(key !== undefined && { 'idempotency-key': key }), ...(user !== 'nobody' && { 'x-user': user }) },
    });
  return { ask, gates, count: () => done };
}

it('answers a repeat as the first time, and says that it does', async () => {
  const { ask, count } = open();
  const [first, second] = [await ask('POST', '/v2/things', 'k'), await ask('POST', '/v2/things', 'k')];
  expect([second.statusCode, second.json(), second.headers.location, second.headers['content-type']]).toEqual([
    201,
    first.json(),
    '/v2/things/1',
    first.headers['content-type'],
  ]);
  expect([first.headers['idempotent-replayed'], second.headers['idempotent-replayed'], count()]).toEqual([undefined, 'true', 1]);
});

it.each<[name: string, twice: (ask: ReturnType<typeof open>['ask']) => Promise<unknown>, done: number]>([
  ['without a key', async (ask) => [await ask('POST', '/v2/things', undefined), await ask('POST', '/v2/things', undefined)], 2],
  ['under other keys', async (ask) => [await ask('POST', '/v2/things', 'k1'), await ask('POST', '/v2/things', 'k2')], 2],
  ['for another user', async (ask) => [await ask('POST', '/v2/things', 'k'), await ask('POST', '/v2/things', 'k', {}, 'v')], 2],
  ['on another route', async (ask) => [await ask('POST', '/v2/things', 'k'), await ask('PUT', '/v2/things/1', 'k')], 2],
  ['that only reads', async (ask) => [await ask('GET', '/v2/things', 'k'), await ask('GET', '/v2/things', 'k')], 2],
  ['that failed', async (ask) => [await ask('POST', '/v2/refused', 'k'), await ask('POST', '/v2/refused', 'k')], 2],
  ['that set a cookie', async (ask) => [await ask('POST', '/v2/cookie', 'k'), await ask('POST', '/v2/cookie', 'k')], 2],
  ['of nobody', async (ask) => [await ask('POST', '/v2/things', 'k', {}, 'nobody'), await ask('POST', '/v2/things', 'k', {}, 'nobody')], 2],
  ['with an empty answer', async (ask) => [await ask('DELETE', '/v2/things/1', 'k'), await ask('DELETE', '/v2/things/1', 'k')], 1],
])('does a request %s as often as it should', async (_name, twice, done) => {
  const { ask, count } = open();
  await twice(ask);
  expect(count()).toBe(done);
});

it('tells bytes again byte by byte', async () => {
  const { ask } = open();
  const [first, second] = [await ask('POST', '/v2/bytes', 'k'), await ask('POST', '/v2/bytes', 'k')];
  expect(second.rawPayload).toEqual(first.rawPayload);
  expect(second.headers['content-type']).toBe('application/x-protobuf');
});

it.each([
  ['another body', ['PUT', '/v2/things/1', { a: 2 }] as const],
  ['another address of the same route', ['PUT', '/v2/things/2', { a: 1 }] as const],
])('refuses a key that comes with %s', async (_name, [method, url, payload]) => {
  const { ask, count } = open();
  await ask('PUT', '/v2/things/1', 'k', { a: 1 });
  expect((await ask(method, url, 'k', payload)).json()).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
  expect(count()).toBe(1);
});

it('refuses a repeat while the first is being worked on', async () => {
  const { ask, gates, count } = open();
  const { promise, resolve } = Promise.withResolvers<void>();
  gates.set('x', promise);
  const first = ask('POST', '/v2/slow', 'k', { gate: 'x' });
  // Requests are taken in order: this one comes to the hook after the first.
  const second = await ask('POST', '/v2/slow', 'k', { gate: 'x' });
  expect(second.json()).toMatchObject({ status: 409, code: 'REQUEST_IN_PROGRESS' });
  expect(second.headers['retry-after']).toBe('2');
  resolve();
  expect((await first).statusCode).toBe(200);
  expect([(await ask('POST', '/v2/slow', 'k', { gate: 'x' })).headers['idempotent-replayed'], count()]).toEqual(['true', 1]);
});

it.each(['', 'two words', 'x'.repeat(201), 'ä'])('refuses the key "%s"', async (key) => {
  const { ask } = open();
  const { status, errors } = (await ask('POST', '/v2/things', key)).json();
  expect([status, errors[0].pointer]).toEqual([400, '/headers/idempotency-key']);
});

it('goes on taking events while the database is away, under keys that this process remembers', async () => {
  const { ask, count } = open(away);
  expect([(await ask('POST', '/v2/events/bulk', 'k')).statusCode, (await ask('POST', '/v2/events/bulk', 'k')).headers['idempotent-replayed'], count()]).toEqual(
    [200, 'true', 1],
  );
  expect((await ask('POST', '/v2/things', 'k')).json().code).toBe('DATABASE_UNAVAILABLE');
});

it('knows keys that it took while the database was away when the database is back', async () => {
  const inMemory = new AnswersInMemory();
  await open(away, inMemory).ask('POST', '/v2/events/bulk', 'k');
  const { ask, count } = open(new AnswersInMemory(), inMemory);
  expect([(await ask('POST', '/v2/events/bulk', 'k')).headers['idempotent-replayed'], count()]).toEqual(['true', 0]);
});

const scope = (key: string) => ({ organization: 'a', of: 'u POST /', key, requestHash: Buffer.alloc(32) });
async function keep(answers: AnswersInMemory, key: string, body: string): Promise<void> {
  const claim = await answers.claim(scope(key));
  if (claim.outcome === 'claimed') await claim.keep({ status: 200, headers: {}, body, isBytes: false });
}

it('gives up the oldest answers in memory when they take too much', async () => {
  const answers = new AnswersInMemory();
  const large = 'x'.repeat(10 << 20);
  for (const key of ['a', 'b', 'c']) await keep(answers, key, large);
  expect(answers.find(scope('a')), '30 MiB fit').toBeDefined();
  await keep(answers, 'd', large);
  expect([answers.find(scope('a')), answers.find(scope('d'))?.outcome]).toEqual([undefined, 'answered']);
  for (let n = 0; n <= 10_000; n += 1) await keep(answers, `n${n}`, '');
  expect([answers.find(scope('n0')), answers.find(scope('n10000'))?.outcome]).toEqual([undefined, 'answered']);
});

it('forgets answers in memory after a day', async () => {
  let now = 0;
  const answers = new AnswersInMemory(() => now);
  await keep(answers, 'a', '');
  now = 24 * 3_600_000 - 1;
  expect(answers.find(scope('a'))?.outcome).toBe('answered');
  now += 1;
  expect(answers.find(scope('a'))).toBeUndefined();
});
