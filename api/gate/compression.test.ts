import { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { encodingOf, registerCompression } from './compression.ts';

const LONG = JSON.stringify({ events: Array.from({ length: 200 }, (_, n) => ({ n, text: 'the same' })) });
const UNPACK: Readonly<Record<string, (bytes: Buffer) => Buffer>> = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync };

function open() {
  const app = Fastify();
  registerCompression(app);
  const json = 'application/json; charset=utf-8';
  app.get('/v2/long', async (_request, reply) => reply.type(json).header('etag', '"a"').send(LONG));
  app.get('/v2/short', async (_request, reply) => reply.type(json).send('{"a":1}'));
  app.get('/v2/stream', async (_request, reply) =>
    reply.type('application/x-ndjson').send(Readable.from(Array.from({ length: 500 }, (_, n) => `{"n":${n}}\n`))),
  );
  app.get('/v2/events-as-they-come', async (_request, reply) => reply.type('text/event-stream').send(`data: ${LONG}\n\n`));
  app.get('/v2/picture', async (_request, reply) => reply.type('image/png').send(Buffer.alloc(5_000)));
  app.get('/v2/packed', async (_request, reply) => reply.type(json).header('content-encoding', 'gzip').send(Buffer.alloc(5_000)));
  app.get('/v2/cookie', async (_request, reply) => reply.type(json).header('set-cookie', 'a=b').send(LONG));
  app.get('/v2/part', async (_request, reply) => reply.code(206).header('content-range', 'bytes 0-1/2').type(json).send(LONG));
  app.get('/v2/nothing', async (_request, reply) => reply.code(204).send());
  app.get('/auth/me', async (_request, reply) => reply.type(json).send(LONG));
  app.post('/v2/sensors', async (_request, reply) => reply.type(json).send(LONG));
  app.post('/v2/events/query', async (_request, reply) => reply.type(json).send(LONG));
  app.post('/graphql', async (_request, reply) => reply.type(json).send(LONG));
  return app;
}

it.each(['br', 'gzip', 'zstd'])('packs with %s what is long', async (encoding) => {
  const response = await open().inject({ url: '/v2/long', headers: { 'accept-encoding': encoding } });
  expect(response.headers).toMatchObject({ 'content-encoding': encoding, vary: 'Accept-Encoding', etag: 'W/"a"' });
  expect(response.rawPayload.length).toBeLessThan(LONG.length / 4);
  expect(Number(response.headers['content-length'])).toBe(response.rawPayload.length);
  expect(UNPACK[encoding]!(response.rawPayload).toString()).toBe(LONG);
});

it.each(['br', 'gzip', 'zstd'])('packs a stream with %s, piece by piece', async (encoding) => {
  const response = await open().inject({ url: '/v2/stream', headers: { 'accept-encoding': encoding } });
  expect(response.headers).not.toHaveProperty('content-length');
  expect(UNPACK[encoding]!(response.rawPayload).toString().split('\n')).toHaveLength(501);
});

it.each<[name: string, method: 'GET' | 'HEAD' | 'POST', url: string, payload?: object]>([
  ['what is short', 'GET', '/v2/short'],
  ['events as they come', 'GET', '/v2/events-as-they-come'],
  ['what is packed by its nature', 'GET', '/v2/picture'],
  ['what is packed already', 'GET', '/v2/packed'],
  ['what sets a cookie', 'GET', '/v2/cookie'],
  ['a part', 'GET', '/v2/part'],
  ['nothing', 'GET', '/v2/nothing'],
  ['only a header', 'HEAD', '/v2/long'],
  ['what may hold a token', 'GET', '/auth/me'],
  ['the answer to a change, which may be a credential', 'POST', '/v2/sensors', {}],
  ['the answer to a mutation', 'POST', '/graphql', { query: 'query a { b } mutation c { enrolSensor { token } }' }],
  ['the answer to a query that is not told', 'POST', '/graphql', { id: 'abc' }],
])('does not pack %s', async (_name, method, url, payload) => {
  const before = await open().inject({ method, url, ...(payload && { payload }) });
  const response = await open().inject({ method, url, ...(payload && { payload }), headers: { 'accept-encoding': 'br, gzip' } });
  expect(response.headers['content-encoding']).toBe(before.headers['content-encoding']);
  expect(response.rawPayload).toEqual(before.rawPayload);
});

it.each(['/graphql', '/v2/events/query'])('packs the answer to a query at %s', async (url) => {
  const response = await open().inject({ method: 'POST', url, payload: { query: '{ a }' }, headers: { 'accept-encoding': 'br' } });
  expect(response.headers['content-encoding']).toBe('br');
});

it('says that the answer depends on what was asked for, also where it is not packed', async () => {
  expect((await open().inject({ url: '/v2/long' })).headers).toMatchObject({ vary: 'Accept-Encoding' });
});

it.each<[accepted: string | undefined, expected: string | null]>([
  [undefined, null],
  ['', null],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate, br, zstd', 'br'],
  ['zstd, gzip', 'zstd'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  ['*;q=0', null],
  ['br;q=0, *', 'zstd'],
  ['identity', null],
  ['identity, br;q=0.5', null],
  ['deflate', null],
  ['nonsense;;;q=x,,', null],
])('for "%s" it is %s', (accepted, expected) => {
  expect(encodingOf(accepted)).toBe(expected);
});
