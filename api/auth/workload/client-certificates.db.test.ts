// Workloads that show an X.509-SVID in the handshake, over a real listener that speaks TLS.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { hasOpenssl, makeCertificates } from '../../../test/certificates.ts';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { seedOrganization } from '../../test/seed.ts';
import { makeAuthority } from '../../test/svids.ts';
import type { Shown, TestAuthority } from '../../test/svids.ts';

const ID = 'spiffe://prod.test/ns/soc/sa/shipper';

describe.skipIf(serverUrl === '' || !hasOpenssl())('a workload with a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-mtls-'));
  const clock = { micros: Date.now() * 1_000 };
  const told: { readonly msg: string }[] = [];
  const log = pino({}, { write: (line: string) => told.push(JSON.parse(line)) });
  let ca: string;
  let database: TestDatabase;
  let api: TestApi;
  let port: number;
  let domain: TestAuthority;
  let next: TestAuthority;
  let stranger: TestAuthority;
  let svid: Shown;

  const server = (): RequestOptions => ({ host: '127.0.0.1', servername: 'api.test', port, ca, agent: false });
  const ask = async (shown: Shown | null, headers: Record<string, string> = {}, path = '/auth/me', agent: Agent | false = false) => {
    const asking = request({ ...server(), path, headers, agent, ...shown }).end();
    const [response] = await once(asking, 'response');
    return { status: response.statusCode as number, body: JSON.parse(await text(response)) };
  };
  const put = async (authorities: readonly TestAuthority[], organization = 'default') => {
    const answer = await api.inject(
      {
        method: 'PUT',
        url: '/auth/trust-domains/prod.test',
        payload: {
          bundle: { keys: authorities.map(({ key }) => key) },
          workloads: [
            { id: 'spiffe://prod.test/ns/soc/*', roles: ['viewer'] },
            { id: ID, roles: ['sensor', 'engineer'] },
          ],
        },
      },
      ['admin'],
      organization,
    );
    expect(answer.statusCode).toBe(200);
  };
  const socket = (shown: Shown | null, path: string, protocol?: string) => new WebSocket(`wss://127.0.0.1:${port}${path}`, protocol, { ...server(), ...shown });

  beforeAll(async () => {
    const { pem } = makeCertificates(folder, ['api.test']);
    ca = pem('ca.pem');
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    const config = { tlsCertFile: join(folder, 'api.test.pem'), tlsKeyFile: join(folder, 'api.test.key'), trustedProxies: ['127.0.0.9'] };
    api = await openTestApi(database, { config, deps: { wallMicros: () => clock.micros, log } });
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    ({ port } = api.app.server.address() as AddressInfo);
    domain = await makeAuthority('domain');
    next = await makeAuthority('next');
    stranger = await makeAuthority('stranger');
    svid = await domain.sign([ID]);
    await put([domain]);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  it('asks under its SPIFFE ID, with the roles that are given to it, until its certificate runs out', async () => {
    expect((await ask(svid)).body).toMatchObject({ name: ID, organization: 'default', roles: ['sensor', 'engineer'] });
    expect((await ask(await domain.sign(['spiffe://prod.test/ns/soc/sa/other']))).body).toMatchObject({ roles: ['viewer'] });
    expect((await ask(svid, {}, '/v2/sensors')).status).toBe(200);
    expect((await ask(await domain.sign(['spiffe://prod.test/ns/soc/sa/other']), {}, '/auth/trust-domains')).status).toBe(403);
  });

  it.each<[name: string, shown: () => Promise<Shown>]>([
    ['it has expired', () => domain.sign([ID], { from: -2, until: -1 })],
    ['it is not valid yet', () => domain.sign([ID], { from: 0.5 })],
    ['it is of a trust domain that is not known', () => domain.sign(['spiffe://dev.test/ns/soc/sa/shipper'])],
    ['it is signed by a stranger', () => stranger.sign([ID])],
    ['it has two URIs', () => domain.sign([ID, 'spiffe://prod.test/ns/soc/sa/other'])],
    ['it is of the trust domain itself', () => domain.sign(['spiffe://prod.test'])],
    ['it is an authority', () => domain.sign([ID], { isAuthority: true })],
    ['no role is given to it', () => domain.sign(['spiffe://prod.test/ns/shop/sa/web'])],
    ['more stand between than an authority allows', async () => (await (await domain.below({ pathLength: 0 })).below()).sign([ID])],
    ['who stands between has expired', async () => (await domain.below({ from: -2, until: -1 })).sign([ID])],
    ['who stands between is no authority of the domain', async () => (await stranger.below()).sign([ID])],
  ])('is refused when %s', async (_name, shown) => {
    expect(await ask(await shown())).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED', detail: expect.stringContaining('client certificate') } });
  });

  it('may be signed by one that stands between, also when a connection is taken up again', async () => {
    const shown = await (await domain.below({ pathLength: 0 })).sign([ID]);
    const agent = new Agent({ maxCachedSessions: 10 });
    for (let n = 0; n < 3; n += 1) expect((await ask(shown, {}, '/auth/me', agent)).status).toBe(200);
    agent.destroy();
  });

  it('is nobody without a certificate, with one that names no workload, and by what a header says', async () => {
    const pem = encodeURIComponent(svid.cert);
    const headers = { 'x-forwarded-client-cert': `Cert="${pem}";URI=${ID}`, 'x-client-cert': pem, 'ssl-client-cert': pem, 'x-spiffe-id': ID };
    for (const shown of [null, await domain.sign([]), await domain.sign(['https://prod.test/'])])
      expect(await ask(shown, headers)).toMatchObject({ status: 401, body: { detail: expect.stringContaining('token') } });
  });

  it('is not heeded beside a token, and keeps nobody from what is for all', async () => {
    const token = await api.token(['viewer'], 'other', 'ada');
    expect((await ask(await stranger.sign([ID]), { authorization: `Bearer ${token}` })).body).toMatchObject({ name: 'ada', organization: 'other' });
    expect((await ask(svid, { authorization: 'Bearer x' })).status).toBe(401);
    expect((await ask(svid, { authorization: 'Basic x' })).status).toBe(401);
    expect((await ask(await stranger.sign([ID]), {}, '/health')).status).toBe(200);
  });

  it('is not heeded of a proxy, whose certificate is its own', async () => {
    const asking = request({ ...server(), path: '/auth/me', localAddress: '127.0.0.9', headers: { 'x-forwarded-for': '203.0.113.7' }, ...svid }).end();
    const [response] = await once(asking, 'response');
    response.resume();
    expect(response.statusCode).toBe(401);
  });

  it('is refused with a reason in the log, once a connection, under the id of the request', async () => {
    told.length = 0;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const expired = await domain.sign([ID], { from: -2, until: -1 });
    for (const id of ['one', 'two']) expect((await ask(expired, { 'x-request-id': id }, '/auth/me', agent)).status).toBe(401);
    agent.destroy();
    const lines = told.filter(({ msg }) => msg === 'A client certificate is refused.');
    expect(lines).toEqual([
      expect.objectContaining({ reason: 'it has expired, or is not valid yet', requestId: 'one', names: `URI:${ID}`, address: '127.0.0.1', level: 40 }),
    ]);
  });

  it('is not heeded of a browser, which shows it for every page', async () => {
    expect((await ask(svid, { origin: `https://127.0.0.1:${port}` })).status).toBe(401);
    expect((await ask(svid, { 'sec-fetch-site': 'cross-site' })).status).toBe(401);
  });

  it('is of the organization that the request names, where that knows it', async () => {
    expect((await ask(svid, { 'x-goshawk-organization': 'other' })).status).toBe(401);
    await put([domain], 'other');
    clock.micros += 31_000_000;
    expect((await ask(svid, { 'x-goshawk-organization': 'other' })).body).toMatchObject({ organization: 'other' });
    expect((await ask(svid)).body).toMatchObject({ organization: 'default' });
    for (const name of ['../default', 'Default', 'default, other', '']) expect((await ask(svid, { 'x-goshawk-organization': name })).status).toBe(401);
    await api.inject({ method: 'DELETE', url: '/auth/trust-domains/prod.test' }, ['admin'], 'other');
    expect((await ask(svid, { 'x-goshawk-organization': 'other' })).status).toBe(401);
  });

  it('ends with its authority, also over a connection that is open', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    agent.on('free', (each: unknown) => sockets.add(each));
    const status = async (shown: Shown) => (await ask(shown, {}, '/auth/me', agent)).status;
    expect(await status(svid)).toBe(200);
    await put([domain, next]);
    expect([await status(svid), (await ask(await next.sign([ID]))).status]).toEqual([200, 200]);
    await put([next]);
    expect(await status(svid)).toBe(401);
    await put([domain]);
    expect(await status(svid)).toBe(200);
    expect(sockets.size).toBe(1);
    agent.destroy();
  });

  it('asks over WebSockets too', async () => {
    const live = socket(svid, '/live');
    const [hello] = await once(live, 'message');
    expect(JSON.parse(String(hello))).toMatchObject({ welcome: ID, organization: 'default' });
    live.terminate();
    const graphql = socket(svid, '/graphql', 'graphql-transport-ws');
    await once(graphql, 'open');
    graphql.send(JSON.stringify({ type: 'connection_init' }));
    const [acknowledged] = await once(graphql, 'message');
    expect(JSON.parse(String(acknowledged))).toMatchObject({ type: 'connection_ack' });
    graphql.terminate();
    const refused = socket(await stranger.sign([ID]), '/live');
    const [error] = await once(refused, 'error');
    expect(String(error)).toContain('401');
  });

  it('is in the audit under its SPIFFE ID', async () => {
    const asking = request({ ...server(), path: '/v2/saved-searches', method: 'POST', headers: { 'content-type': 'application/json' }, ...svid }).end(
      JSON.stringify({ kind: 'events', name: 'mine', query: 'host.name:a' }),
    );
    const [response] = await once(asking, 'response');
    response.resume();
    const { rows } = await database.owner.query('SELECT actor FROM goshawk.audit WHERE actor = $1 LIMIT 1', [ID]);
    expect({ status: response.statusCode, rows }).toEqual({ status: 201, rows: [{ actor: ID }] });
  });

  it('sends in the terms of others too', async () => {
    const reader = await domain.sign(['spiffe://prod.test/ns/soc/sa/other']);
    const send = async (path: string, body: string, shown: Shown | null) => {
      const asking = request({ ...server(), path, method: 'POST', headers: { 'content-type': 'application/json' }, ...shown }).end(body);
      const [response] = await once(asking, 'response');
      return [response.statusCode as number, await text(response)] as const;
    };
    for (const [path, body] of [
      ['/services/collector/event', '{"event":"a"}'],
      ['/_bulk', '{"create":{"_index":"logs"}}\n{"message":"a"}\n'],
      ['/v1/logs', '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}}]}]}]}'],
    ] as const) {
      expect([path, (await send(path, body, svid))[0] < 300]).toEqual([path, true]);
      for (const shown of [null, reader, await stranger.sign([ID])])
        expect([path, (await send(path, body, shown))[0]]).toEqual([path, expect.toBeOneOf([401, 403])]);
    }
  });

  it('may be curl', async () => {
    writeFileSync(join(folder, 'svid.pem'), svid.cert);
    writeFileSync(join(folder, 'svid.key'), svid.key);
    const where = ['--resolve', `api.test:${port}:127.0.0.1`, '--cacert', join(folder, 'ca.pem')];
    const who = ['--cert', join(folder, 'svid.pem'), '--key', join(folder, 'svid.key')];
    const { stdout } = await promisify(execFile)('curl', ['-sS', ...where, ...who, `https://api.test:${port}/auth/me`]);
    expect(JSON.parse(stdout)).toMatchObject({ name: ID });
  });
});
