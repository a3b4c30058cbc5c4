// OWASP API7 (2023), request forgery by the server: every input that names an address, over the real guard. How addresses can be written is in
// outbound/tricks.test.ts; that nothing goes around the guard, in outbound-only.test.ts.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openOutbound } from '../../outbound/client.ts';
import { config as outboundConfig } from '../../outbound/config.ts';
import { openTestApi } from '../test/api.ts';
import type { TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { openFalseProvider } from '../test/false-provider.ts';
import type { FalseProvider } from '../test/false-provider.ts';

describe.skipIf(serverUrl === '')('an address that a user names', () => {
  let database: TestDatabase;
  /** With the guard as it is installed. */
  let api: TestApi;
  /** Inside: nobody may ever reach it. */
  let inside: Server;
  let reached: string[] = [];
  let port: number;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database);
    inside = createServer((request, response) => {
      reached.push(request.url ?? '');
      response.end('{"secret":"of the inside"}');
    }).listen(0, '127.0.0.1');
    await once(inside, 'listening');
    ({ port } = inside.address() as AddressInfo);
  });
  afterAll(async () => {
    await api.close();
    inside.closeAllConnections();
    inside.close();
    await database.drop();
  });
  beforeEach(() => {
    reached = [];
  });

  const provider = (issuer: string) => ({ label: 'x', issuer, clientId: 'x' });
  /** What names an address that the server will ask. */
  const INPUTS: Readonly<Record<string, (url: string, by?: TestApi) => Promise<{ statusCode: number; body: string }>>> = {
    'the issuer of a provider': (url, by = api) => by.inject({ method: 'PUT', url: '/auth/identity-providers/x', payload: provider(url) }),
    'the endpoint of a trust domain': (url, by = api) =>
      by.inject({ method: 'PUT', url: '/auth/trust-domains/example.org', payload: { endpoint: url, workloads: [] } }),
  };
  const TARGETS: readonly string[] = [
    'http://127.0.0.1:PORT/',
    'https://127.0.0.1:PORT/',
    'https://localhost:PORT/',
    'https://LOCALHOST./',
    'https://[::1]:PORT/',
    'https://[::ffff:127.0.0.1]:PORT/',
    'https://0x7f.1:PORT/',
    'https://2130706433:PORT/',
    'https://0177.0.0.1:PORT/',
    'https://127.1:PORT/',
    'https://0.0.0.0:PORT/',
    'https://[::]:PORT/',
    'https://169.254.169.254/latest/meta-data',
    'https://[fd00:ec2::254]/',
    'https://metadata.google.internal/computeMetadata/v1',
    'https://10.0.0.1/',
    'https://192.168.1.1/',
    'https://172.16.0.1/',
    'https://100.64.0.1/',
    'https://[fe80::1]/',
    'https://user:password@127.0.0.1:PORT/',
    'https://example.org@127.0.0.1:PORT/',
    'https://127.0.0.1:PORT\\@example.org/',
    'https://１２７.０.０.１:PORT/',
    'https://127。0。0。1:PORT/',
    'https://example.org:22/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:PORT/_x',
    'dict://127.0.0.1:PORT/',
    'ftp://127.0.0.1/',
    'jar:https://127.0.0.1!/',
    'data:application/json,{}',
    '//127.0.0.1:PORT/',
    'https://',
    'https://127.0.0.1:PORT/\r\nx-evil: 1',
  ];

  describe.each(Object.keys(INPUTS))('%s', (input) => {
    it.each(TARGETS)('does not lead inside: %s', async (target) => {
      const { statusCode, body } = await INPUTS[input]!(target.replace('PORT', String(port)));
      expect([statusCode, (JSON.parse(body) as { code: string }).code]).toEqual([
        expect.toSatisfy((status: number) => status >= 400 && status < 500),
        expect.stringMatching(/INVALID_REQUEST|OUTBOUND_REFUSED/),
      ]);
      expect(reached).toEqual([]);
      expect(body).not.toContain('of the inside');
    });

    it('does not tell a port that is open from one that is not, nor a host that is there', async () => {
      const said = async (target: string) => {
        const { statusCode, body } = await INPUTS[input]!(target);
        const { code, detail } = JSON.parse(body) as { code: string; detail: string };
        return [statusCode, code, detail.replaceAll(/\d+/g, '')];
      };
      const open = await said(`https://127.0.0.1:${port}/`);
      expect(await said('https://127.0.0.1:1/')).toEqual(open);
      expect(await said('https://127.0.0.9:1/')).toEqual(open);
    });
  });

  it.each(['*', '0.0.0.0/0', '::/0', 'http://*', '*.*', 'https://127.0.0.1/path', 'user@127.0.0.1', '127.0.0.1 ', '0x7f000001', '[::1', ''])(
    'is not opened for all by a setting of the organization: %s',
    async (entry) => {
      const changed = await api.inject({ method: 'PATCH', url: '/auth/organization', payload: { outboundHosts: [entry] } });
      const { statusCode } = await INPUTS['the issuer of a provider']!(`http://127.0.0.1:${port}/`);
      expect([changed.statusCode === 200 || changed.statusCode === 400, statusCode >= 400, reached]).toEqual([true, true, []]);
    },
  );

  it.each([['127.0.0.1'], ['http://127.0.0.1:PORT'], ['localhost'], ['169.254.169.254'], ['127.0.0.0/8'], ['metadata.google.internal']])(
    'leads to this machine and to metadata not even when the organization opens it: %s',
    async (entry) => {
      await api.inject({ method: 'PATCH', url: '/auth/organization', payload: { outboundHosts: [entry.replace('PORT', String(port))] } });
      for (const target of [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`, 'http://169.254.169.254/', 'https://metadata.google.internal/']) {
        const { statusCode } = await INPUTS['the issuer of a provider']!(target);
        expect([target, statusCode >= 400, reached]).toEqual([target, true, []]);
      }
    },
  );

  describe('a server that may be asked, and sends on', () => {
    let outside: FalseProvider;
    let trusting: TestApi;
    beforeAll(async () => {
      outside = await openFalseProvider();
      trusting = await openTestApi(database, { deps: { outbound: openOutbound({ ...outboundConfig.parse({}), allow: [outside.issuer] }) } });
      expect((await INPUTS['the issuer of a provider']!(outside.issuer, trusting)).statusCode).toBe(200);
    });
    afterAll(async () => {
      await trusting.close();
      await outside.close();
    });

    it.each(['token_endpoint', 'jwks_uri', 'authorization_endpoint', 'end_session_endpoint', 'userinfo_endpoint'])(
      'by %s in its description: nobody inside is asked',
      async (member) => {
        for (const target of [`http://127.0.0.1:${port}/x`, 'https://169.254.169.254/x', 'javascript:alert(1)', 'file:///etc/passwd']) {
          outside.description = { [member]: target };
          const tried = await trusting.inject({ method: 'POST', url: '/auth/identity-providers/x/try' });
          expect([target, tried.statusCode < 500 || tried.statusCode === 502]).toEqual([target, true]);
          const started = await trusting.inject({ url: '/auth/oidc/default.x/start' }, null);
          expect(started.headers.location ?? '').not.toMatch(/^(javascript|file|data):/);
          expect(reached).toEqual([]);
        }
        outside.description = {};
      },
    );
  });
});
