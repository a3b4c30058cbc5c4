// Workloads on the API: a JWT-SVID in place of a token, and the trust domains that administrators set up.
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOutbound } from '../../../outbound/client.ts';
import { config as outboundConfig } from '../../../outbound/config.ts';
import { INSTALLATION, openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { seedOrganization } from '../../test/seed.ts';

const AUDIENCE = `urn:goshawk:${INSTALLATION}:default`;
const ID = 'spiffe://prod.test/ns/soc/sa/shipper';
const keys = { one: generateKeyPairSync('ec', { namedCurve: 'P-256' }), two: generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
type Key = keyof typeof keys;
const bundleOf = (...names: readonly Key[]) => ({ keys: names.map((kid) => ({ ...keys[kid].publicKey.export({ format: 'jwk' }), use: 'jwt-svid', kid })) });

describe.skipIf(serverUrl === '')('a workload', () => {
  let database: TestDatabase;
  let server: Server;
  let api: TestApi;
  /** What the bundle endpoint answers, and how often it was asked. */
  let endpoint: { answer: unknown; asked: number; url: string };
  const clock = { micros: Date.now() * 1_000 };
  const svid = (claims: object = {}, kid: Key = 'one') => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${part({ alg: 'ES256', kid })}.${part({ sub: ID, aud: [AUDIENCE], exp: Math.floor(clock.micros / 1_000_000) + 300, ...claims })}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key: keys[kid].privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const ask = async (token: string, url = '/auth/me') => {
    const answer = await api.inject({ url, headers: { authorization: `Bearer ${token}` } }, null);
    return { status: answer.statusCode, body: answer.json() };
  };
  const put = (more: object = {}, name = 'prod.test', roles: readonly string[] = ['admin'], organization = 'default') =>
    api.inject(
      {
        method: 'PUT',
        url: `/auth/trust-domains/${name}`,
        payload: {
          bundle: bundleOf('one'),
          workloads: [
            { id: 'spiffe://prod.test/ns/soc/*', roles: ['viewer'] },
            { id: ID, roles: ['sensor', 'engineer'] },
          ],
          ...more,
        },
      },
      roles,
      organization,
    );

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    server = createServer((_request, response) => {
      endpoint.asked += 1;
      if (endpoint.answer === null) return response.writeHead(500).end();
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(endpoint.answer));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    endpoint = { answer: null, asked: 0, url };
    const outbound = openOutbound({ ...outboundConfig.parse({}), allow: [url] });
    api = await openTestApi(database, { deps: { outbound, wallMicros: () => clock.micros } });
    const made = await put();
    expect(made.json()).toMatchObject({ name: 'prod.test', keys: ['one'], audience: AUDIENCE });
  });
  afterAll(async () => {
    await api.close();
    server.closeAllConnections();
    server.close();
    await database.drop();
  });

  it('asks under its SPIFFE ID, with the roles that are given to it', async () => {
    expect((await ask(svid())).body).toMatchObject({ name: ID, organization: 'default', roles: ['sensor', 'engineer'] });
    expect((await ask(svid({ sub: 'spiffe://prod.test/ns/soc/sa/other' }))).body).toMatchObject({ roles: ['viewer'] });
    expect((await ask(svid(), '/v2/sensors')).status).toBe(200);
    expect((await ask(svid({ sub: 'spiffe://prod.test/ns/soc/sa/other' }), '/auth/trust-domains')).status).toBe(403);
  });

  it.each<[name: string, token: () => string]>([
    ['no role is given to it', () => svid({ sub: 'spiffe://prod.test/ns/shop/sa/web' })],
    ['its trust domain is not known', () => svid({ sub: 'spiffe://dev.test/x' })],
    ['its token is for another organization, where it is not known', () => svid({ aud: [`urn:goshawk:${INSTALLATION}:other`] })],
    ['its token is for two organizations', () => svid({ aud: [AUDIENCE, `urn:goshawk:${INSTALLATION}:other`] })],
    ['its token is for another installation', () => svid({ aud: ['urn:goshawk:00000000-0000-4000-8000-000000000002:default'] })],
    ['its token is for something that is no organization', () => svid({ aud: [`urn:goshawk:${INSTALLATION}:../default`] })],
    ['its token is for somebody else', () => svid({ aud: ['goshawk-api'] })],
    ['its token says to be ours', () => svid({ iss: `urn:goshawk:${INSTALLATION}` })],
    ["its token is signed by a key that is not its domain's", () => svid({}, 'two')],
    ['its token has expired', () => svid({ exp: Math.floor(clock.micros / 1_000_000) - 61 })],
  ])('is refused when %s', async (_name, token) => {
    expect(await ask(token())).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  });

  it('of a trust domain that two organizations know is of the one that its token names', async () => {
    // The other organization has the public bundle, as anybody may, and gives roles to the same ID.
    expect((await put({}, 'prod.test', ['admin'], 'other')).statusCode).toBe(200);
    clock.micros += 31_000_000;
    expect((await ask(svid())).body).toMatchObject({ organization: 'default' });
    expect((await ask(svid({ aud: [`urn:goshawk:${INSTALLATION}:other`] }))).body).toMatchObject({ organization: 'other' });
    await api.inject({ method: 'DELETE', url: '/auth/trust-domains/prod.test' }, ['admin'], 'other');
  });

  it('loses its roles at once where they were taken away', async () => {
    await put({ workloads: [{ id: 'spiffe://prod.test/none', roles: ['viewer'] }] });
    expect((await ask(svid())).status).toBe(401);
    await put();
    expect((await ask(svid())).status).toBe(200);
  });

  describe('of a domain with a bundle endpoint', () => {
    const more = () => ({ endpoint: endpoint.url, bundle: undefined });
    beforeAll(async () => {
      endpoint.answer = { ...bundleOf('one'), spiffe_sequence: 5, spiffe_refresh_hint: 60 };
      expect((await put(more())).statusCode).toBe(200);
    });

    it('is known by a new key as soon as that is needed, and strangers do not make us ask again and again', async () => {
      expect((await ask(svid())).status).toBe(200);
      endpoint.answer = { ...bundleOf('one', 'two'), spiffe_sequence: 6, spiffe_refresh_hint: 60 };
      clock.micros += 31_000_000;
      endpoint.asked = 0;
      expect((await ask(svid({}, 'two'))).status).toBe(200);
      for (let n = 0; n < 10; n += 1) await ask(svid({}, 'two').replace(/^[^.]+/, Buffer.from('{"alg":"ES256","kid":"none"}').toString('base64url')));
      expect(endpoint.asked).toBe(1);
    });

    it('goes on while the endpoint is away', async () => {
      endpoint.answer = null;
      clock.micros += 120_000_000;
      expect((await ask(svid())).status).toBe(200);
    });

    it('is not taken back to an older bundle', async () => {
      endpoint.answer = { ...bundleOf('one'), spiffe_sequence: 4 };
      clock.micros += 120_000_000;
      expect((await ask(svid({}, 'two'))).status).toBe(200);
    });

    it('is nobody any more when the domain withdraws its keys', async () => {
      endpoint.answer = { keys: [], spiffe_sequence: 9 };
      clock.micros += 120_000_000;
      expect((await ask(svid())).status).toBe(401);
      const { rows } = await database.owner.query(`SELECT detail FROM goshawk.audit WHERE action = 'trust_domain.refresh' ORDER BY seq`);
      expect(rows.map(({ detail }) => detail.after.spiffe_sequence)).toEqual([6, 9]);
    });
  });

  it.each<[name: string, more: object, status: number]>([
    ['a platform administrator', { workloads: [{ id: ID, roles: ['platform_admin'] }] }, 400],
    ['of a role that is not there', { workloads: [{ id: ID, roles: ['nobody'] }] }, 400],
    ['of another trust domain', { workloads: [{ id: 'spiffe://dev.test/x', roles: ['viewer'] }] }, 400],
    ['by a pattern that is none', { workloads: [{ id: 'spiffe://prod.test/a*', roles: ['viewer'] }] }, 400],
    ['without keys', { bundle: { keys: [] } }, 400],
    ['with keys for certificates alone', { bundle: { keys: [{ kty: 'EC', use: 'x509-svid' }] } }, 400],
    ['with neither bundle nor endpoint', { bundle: undefined }, 400],
    ['with an endpoint inside of our network', { bundle: undefined, endpoint: 'https://10.0.0.1/bundle' }, 400],
    ['with an endpoint that is metadata', { bundle: undefined, endpoint: 'http://169.254.169.254/' }, 400],
  ])('is not made %s', async (_name, more, status) => {
    expect((await put(more, 'prod.test')).statusCode).toBe(status);
  });

  it('is made by nobody who holds less', async () => {
    expect((await put({}, 'prod.test', ['viewer'])).statusCode).toBe(403);
  });
});
