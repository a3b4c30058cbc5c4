import Fastify from 'fastify';
import pino from 'pino';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import type { Principal } from '../../auth/tokens.ts';
import type { ApiConfig } from '../../config.ts';
import { config as configSchema } from '../../config.ts';
import { asProblem } from '../as-problem.ts';
import { sendProblem } from '../gate.ts';
import { openLimits } from './index.ts';
import { MemoryLimits } from './memory.ts';

const principal = (organization: string, user: string): Principal => ({ organization, user, roles: [], permissions: new Set(), expiresAt: 0 });

/** `x-user: organization/user` says who asks. */
async function open(options: Partial<ApiConfig>) {
  const config = { ...configSchema.parse({}), ...options };
  const metrics = new Registry();
  const limits = openLimits({ config, log: pino({ level: 'silent' }), metrics, store: new MemoryLimits(() => 0) });
  const app = Fastify();
  app.decorateRequest('principal', null);
  app.setErrorHandler((error, request, reply) => sendProblem(asProblem(error), request, reply));
  limits.register(app);
  app.addHook('onRequest', async (request) => {
    const [organization, user] = String(request.headers['x-user'] ?? '').split('/');
    if (organization !== undefined && user !== undefined) request.principal = principal(organization, user);
  });
  for (const url of ['/v2/events', '/v2/assets', '/health']) app.get(url, async () => ({}));
  app.post('/auth/login', async () => ({}));
  app.post('/v2/assets', async () => ({}));
  const get = (user?: string, remoteAddress = '192.0.2.1', url = '/v2/events', method: 'GET' | 'POST' = 'GET') =>
    app.inject({ method, url, remoteAddress, headers: user === undefined ? {} : { 'x-user': user } });
  const statuses = async (asking: Iterable<Promise<{ statusCode: number }>>) => (await Promise.all(asking)).map(({ statusCode }) => statusCode);
  return { get, statuses, limits, metrics };
}

it('holds back one user and lets others through, wherever they come from', async () => {
  const { get, statuses } = await open({ requestsPerMinute: 2 });
  expect(await statuses([get('a/u'), get('a/u', '192.0.2.2'), get('a/u', '192.0.2.3'), get('a/v')])).toEqual([200, 200, 429, 200]);
});

it('holds back an organization that has many users', async () => {
  const { get, statuses } = await open({ requestsPerMinute: 2, organizationUsers: 2 });
  const asked = ['1', '2', '3', '4', '5'].map((user) => get(`a/${user}`));
  expect(await statuses([...asked, get('b/1')])).toEqual([200, 200, 200, 200, 429, 200]);
});

it('holds back an address before anybody is asked who they are', async () => {
  const { get, statuses } = await open({ requestsPerMinute: 1, addressUsers: 2 });
  expect(await statuses([get('a/1'), get('a/2'), get('a/3'), get('a/3', '192.0.2.2')])).toEqual([200, 200, 429, 200]);
});

it('takes a network of IPv6 for one address', async () => {
  const { get, statuses } = await open({ loginsPerMinute: 1 });
  const login = (address: string) => get(undefined, address, '/auth/login', 'POST');
  expect(await statuses([login('2001:db8::1'), login('2001:db8::ffff:2'), login('2001:db8:0:1::1')])).toEqual([200, 429, 200]);
});

it('counts classes of routes apart, and probes not at all', async () => {
  const { get, statuses } = await open({ requestsPerMinute: 1, writesPerMinute: 1 });
  const asked = [get('a/u'), get('a/u', undefined, '/v2/assets', 'POST'), get('a/u', undefined, '/v2/assets'), get('a/u', undefined, '/health')];
  expect(await statuses(asked)).toEqual([200, 200, 429, 200]);
});

it('says in each answer how things stand, and in a refusal what to do', async () => {
  const { get, metrics } = await open({ requestsPerMinute: 2 });
  const { headers } = await get('a/u');
  expect(headers).toMatchObject({ 'ratelimit-limit': '2', 'ratelimit-remaining': '1', 'ratelimit-reset': '30', 'ratelimit-policy': '2;w=60' });
  await get('a/u');
  const refused = await get('a/u');
  expect(refused.headers).toMatchObject({ 'ratelimit-remaining': '0', 'retry-after': '30', 'content-type': 'application/problem+json; charset=utf-8' });
  expect(refused.json()).toMatchObject({ code: 'RATE_LIMITED', detail: 'Wait 30 s, then ask for less a minute: one user may have 2 at most here.' });
  expect(await metrics.metrics()).toContain('api_rate_limited_total{class="read",by="user"} 1');
});

it('counts what queries ask for', async () => {
  const { limits } = await open({ queryCostPerMinute: 1_000, organizationUsers: 2 });
  await limits.takeCost(principal('a', 'u'), 800);
  await expect(limits.takeCost(principal('a', 'u'), 300)).rejects.toMatchObject({ code: 'RATE_LIMITED', headers: { 'retry-after': '6' } });
  await limits.takeCost(principal('a', 'v'), 1_000);
  await expect(limits.takeCost(principal('a', 'w'), 300), 'the organization').rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await limits.takeCost(principal('b', 'u'), 1_000);
});

it('takes nobody for somebody else, however they are called', async () => {
  const { get, statuses } = await open({ writesPerMinute: 1 });
  const post = (user?: string) => get(user, '192.0.2.1', '/v2/assets', 'POST');
  expect(await statuses([post('a/192.0.2.1'), post(), post()])).toEqual([200, 200, 429]);
});

it('lets an office behind one address load pages and open sockets', async () => {
  const { get, statuses } = await open({ requestsPerMinute: 1, addressUsers: 3 });
  expect(await statuses([get(), get(), get(), get()])).toEqual([200, 200, 200, 429]);
});
