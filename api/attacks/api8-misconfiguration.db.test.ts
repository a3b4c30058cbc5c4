// OWASP API8 (2023), misconfiguration: what every answer carries, what no answer tells, and what reaches the log.
import { PassThrough } from 'node:stream';
import { setTimeout as turn } from 'node:timers/promises';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { accessOf, PERMISSIONS } from '../gate/permissions.ts';
import { loadSchema } from '../graphql/schema.ts';
import { operationOf } from '../test/ask.ts';
import { openTestApi } from '../test/api.ts';
import { serverUrl } from '../test/database.ts';
import { BODIES, literalsOf, urlOf } from '../test/walk-questions.ts';
import { openWorld } from '../test/walk-world.ts';
import type { World } from '../test/walk-world.ts';

const routes = Object.keys(PERMISSIONS).filter((name) => /^[A-Z]+ \//.test(name) && !name.endsWith('*'));
const requestOf = (name: string, ids: World['ids'] | null): InjectOptions => ({
  method: name.split(' ')[0] as 'GET',
  url: urlOf(name, ids),
  ...(!name.startsWith('GET ') && { payload: BODIES[name] ?? {} }),
});
/** Of what only the inside of the house knows. */
const INSIDE =
  /node_modules|node:internal|\bat (?:async )?[\w.<>]+ \(|\.ts:\d+|file:\/\/|\bSELECT\b|\bFROM (?:api|goshawk)\.|relation "|column "|syntax error at|pg_catalog|goshawk_api|ECONNREFUSED|SQLSTATE|\/home\/|\/tmp\//;

/** The state of the parts, for those who may read the pipeline: why one does not answer is what they ask. */
const TELLS_WHY: ReadonlySet<string> = new Set(['GET /v2/status', 'Query.pipeline']);

describe.skipIf(serverUrl === '')('every answer', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());

  /** As an administrator, as nobody, and with what cannot be read. */
  const answersOf = async (name: string): Promise<readonly LightMyRequestResponse[]> => {
    const request = requestOf(name, name.startsWith('GET ') ? world.ids : null);
    const broken = name.startsWith('GET ')
      ? []
      : [await world.api.inject({ ...request, payload: '{"', headers: { 'content-type': 'application/json' } }, ['admin'], 'alpha')];
    return [await world.api.inject(request, ['admin'], 'alpha'), await world.api.inject(request, null), ...broken];
  };

  it.each(routes)('has the headers that keep browsers safe, and says nothing of the server: %s', async (name) => {
    for (const { headers, body, statusCode } of await answersOf(name)) {
      expect([statusCode, headers]).toEqual([statusCode, expect.objectContaining({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' })]);
      expect(String(headers['content-security-policy'])).toMatch(/frame-ancestors 'none'/);
      expect(headers['strict-transport-security']).toMatch(/^max-age=\d{8}/);
      for (const gone of ['server', 'x-powered-by', 'x-aspnet-version', 'via']) expect(headers).not.toHaveProperty(gone);
      expect([statusCode, INSIDE.exec(statusCode === 200 && /^\/(docs|openapi)/.test(urlOf(name, null)) ? '' : body)?.[0]]).toEqual([statusCode, undefined]);
      if (statusCode >= 400 && !/^(application\/json|text\/plain)/.test(String(headers['content-type'])))
        expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    }
  });

  it.each(routes.filter((name) => accessOf(name) !== 'public'))('that is made for one caller is kept by nobody: %s', async (name) => {
    for (const { headers, statusCode } of await answersOf(name)) expect([statusCode, headers['cache-control']]).toEqual([statusCode, 'no-store']);
  });

  it.each<[name: string, request: InjectOptions]>([
    ['a query in an address', { url: '/graphql?query={viewer{user}}' }],
    ['a query by POST', { method: 'POST', url: '/graphql', payload: { query: '{ viewer { user } }' } }],
    ['a sign-in that failed', { method: 'POST', url: '/auth/login', payload: { user: 'x', password: 'y', refresh: 'body' } }],
    ['a refresh that failed', { method: 'POST', url: '/auth/refresh', payload: { refreshToken: 'default.x.y' } }],
    ['an invitation that is looked at', { method: 'POST', url: '/auth/invitations/look', payload: { token: 'x' } }],
    ['a second factor', { method: 'POST', url: '/auth/verify-mfa', payload: { code: '123456', mfaToken: 'x', refresh: 'body' } }],
    ['a second factor that is set up', { method: 'POST', url: '/auth/setup-mfa', payload: { mfaToken: 'x', password: 'x' } }],
    ['what a passkey signs', { method: 'POST', url: '/auth/passkeys/sign-in/options', payload: { organization: 'default' } }],
    ['what a sender is told', { method: 'POST', url: '/services/collector', payload: { event: 'x' } }],
  ])('on a public route that has something of one caller is kept by nobody either: %s', async (_name, request) => {
    const { headers, statusCode } = await world.api.inject(request, ['admin'], 'alpha');
    expect([statusCode, headers['cache-control']]).toEqual([statusCode, expect.stringMatching(/no-store/)]);
  });

  it.each<[method: string]>([['TRACE'], ['CONNECT'], ['PROPFIND'], ['DEBUG'], ['TRACK']])('to %s shows nothing of the request', async (method) => {
    const { statusCode, body } = await world.api
      .inject({ method, url: '/v2/events', headers: { 'x-secret': 'mirror' } })
      .catch(() => ({ statusCode: 400, body: '' }));
    expect([statusCode >= 400, body.includes('mirror')]).toEqual([true, false]);
  });

  it('allows no page of another origin to read it', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost:80.evil.example']) {
      const { headers } = await world.api.inject({ url: '/v2/events', headers: { origin } });
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('names no field that was nearly hit to who may not look at the schema', async () => {
    const { errors } = await world.api.graphql('{ viewr { user } }', {}, ['sensor'], 'alpha');
    expect(errors?.[0]?.message).toMatch(/Cannot query field/);
    expect(errors?.[0]?.message).not.toMatch(/Did you mean/);
    const { errors: helped } = await world.api.graphql('{ viewr { user } }', {}, ['viewer'], 'alpha');
    expect(helped?.[0]?.message).toMatch(/Did you mean "viewer"/);
  });
});

describe.skipIf(serverUrl === '')('when something fails that should not', () => {
  let world: World;
  const lines: string[] = [];
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());

  it('says nothing of why, whatever route is asked: statement, table, path, stack, address', async () => {
    const schema = await loadSchema();
    const failures = [
      Object.assign(new Error('relation "goshawk.secret_table" does not exist'), { code: '42P01', detail: 'SELECT secret FROM goshawk.secret_table' }),
      Object.assign(new Error('connect ECONNREFUSED /tmp/inside/.s.PGSQL.5432'), { code: 'ECONNREFUSED' }),
      Object.assign(new Error('invalid input value for enum inside: "x"'), { code: '22P02' }),
      new TypeError("Cannot read properties of undefined (reading 'inside')"),
    ];
    const told: string[] = [];
    for (const failure of failures) {
      const connect = vi.spyOn(world.database.pool, 'connect').mockImplementation((() => Promise.reject(failure)) as never);
      const query = vi.spyOn(world.database.pool, 'query').mockImplementation(() => Promise.reject(failure));
      const note = (name: string, body: string) => {
        const found = INSIDE.exec(body)?.[0] ?? /inside|secret_table|for enum|of undefined/.exec(body)?.[0];
        if (found !== undefined) told.push(`${name} says ${found}: ${body.slice(0, 200)}`);
      };
      for (const name of routes.filter((each) => /^\w+ \/(v2|auth|health)/.test(each) && !TELLS_WHY.has(each)))
        note(name, (await world.api.inject(requestOf(name, world.ids), ['admin'], 'alpha')).body);
      for (const field of Object.values(schema.getQueryType()!.getFields()).filter(({ name }) => !TELLS_WHY.has(`Query.${name}`))) {
        const payload = { query: operationOf({ name: `Query.${field.name}`, field }, literalsOf(world.ids), 2) };
        note(field.name, (await world.api.inject({ method: 'POST', url: '/graphql', payload }, ['admin'], 'alpha')).body);
      }
      connect.mockRestore();
      query.mockRestore();
    }
    expect(told).toEqual([]);
  });

  it('is one line of the log for each entry, whatever a caller writes, and never with what is secret', async () => {
    const stream = new PassThrough();
    stream.on(
      'data',
      (chunk: Buffer) =>
        void lines.push(
          ...chunk
            .toString()
            .split('\n')
            .filter((line) => line !== ''),
        ),
    );
    const api = await openTestApi(world.database, { deps: { log: pino({ level: 'trace' }, stream) } });
    const forged = 'x\r\n{"level":50,"msg":"forged"}\n\u001b[31mred\u2028\u0000';
    const failing = vi.spyOn(world.database.pool, 'connect').mockImplementation((() => Promise.reject(new Error(forged))) as never);
    const secret = 'my secret passphrase';
    await api.inject({ method: 'POST', url: '/auth/login', payload: { user: forged, password: secret, refresh: 'body' } }, null);
    await api.inject({ url: `/v2/events?search=${encodeURIComponent(forged)}`, headers: { 'user-agent': forged.replaceAll(/[\r\n\0]/g, ' ') } });
    await api.graphql('query ($s: String) { events(filter: { search: $s }) { edges { cursor } } }', { s: forged });
    await turn(0);
    failing.mockRestore();
    await api.close();
    expect(lines.some((line) => line.includes('forged'))).toBe(true);
    const entries = lines.map((line) => JSON.parse(line) as { msg: string });
    expect(entries.filter(({ msg }) => msg === 'forged')).toEqual([]);
    expect(lines.filter((line) => line.includes(secret) || line.includes('\u001b') || line.includes('eyJhbGci'))).toEqual([]);
  });
});
