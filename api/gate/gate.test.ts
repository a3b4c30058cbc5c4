import { afterEach, describe, expect, it } from 'vitest';
import { openBehindTheGate } from './test/behind-the-gate.ts';
import type { BehindTheGate, GateOptions } from './test/behind-the-gate.ts';

let gate: BehindTheGate;
const open = async (options?: GateOptions) => (gate = await openBehindTheGate(options));
afterEach(() => gate.app.close());

it.each<[name: string, method: 'GET' | 'POST' | 'DELETE' | 'PROPFIND', url: string, status: number, code: string]>([
  ['an address that is not there', 'GET', '/v2/nothing', 404, 'NOT_FOUND'],
  ['another method', 'DELETE', '/auth/me', 405, 'METHOD_NOT_ALLOWED'],
  ['another method, with a query', 'POST', '/auth/me?a=b', 405, 'METHOD_NOT_ALLOWED'],
  ['a method of other servers', 'PROPFIND', '/auth/me', 405, 'METHOD_NOT_ALLOWED'],
  ['a version that is not there', 'GET', '/v3/events', 404, 'UNKNOWN_VERSION'],
  ['a version alone', 'GET', '/v17', 404, 'UNKNOWN_VERSION'],
  ['what only looks like a version', 'GET', '/v2x/events', 404, 'NOT_FOUND'],
])('%s is said in a problem document', async (_name, method, url, status, code) => {
  const { app } = await open();
  const response = await app.inject({ method: method as 'GET', url });
  expect([response.statusCode, response.json().code, response.headers['content-type']]).toEqual([status, code, 'application/problem+json; charset=utf-8']);
});

it('names the methods that an address takes, and the versions that there are', async () => {
  const { app } = await open();
  const response = await app.inject({ method: 'DELETE', url: '/auth/me' });
  expect(response.headers.allow).toBe('GET, HEAD');
  expect((await app.inject({ url: '/v1/events' })).json()).toMatchObject({ versions: ['v2'], detail: expect.stringContaining('v2') });
});

describe('a deprecated route', () => {
  const since = Date.UTC(2026, 0, 1);
  const routes =
    (sunset: number): GateOptions['routes'] =>
    (app) =>
      void app.get('/.well-known/jwks.json', { config: { deprecated: { since, sunset, info: '/docs/moved' } } }, async () => ({}));

  it('says since when, until when, and where it is said what to do', async () => {
    const { app } = await open({ routes: routes(Date.UTC(9999, 0, 1)) });
    const { headers } = await app.inject('/.well-known/jwks.json');
    expect(headers).toMatchObject({
      deprecation: '@1767225600',
      sunset: 'Fri, 01 Jan 9999 00:00:00 GMT',
      link: '</docs/moved>; rel="deprecation"; type="text/html"',
    });
  });

  it('has ended after its sunset', async () => {
    const { app } = await open({ routes: routes(since) });
    expect((await app.inject('/.well-known/jwks.json')).json()).toMatchObject({ status: 410, code: 'GONE', detail: expect.stringContaining('/docs/moved') });
  });
});

it('lets nobody keep an answer that was made for one caller', async () => {
  const { app } = await open();
  expect((await app.inject({ url: '/auth/me', headers: { authorization: 'Bearer good' } })).headers['cache-control']).toBe('no-store');
  expect((await app.inject({ url: '/health' })).headers).not.toHaveProperty('cache-control');
});
