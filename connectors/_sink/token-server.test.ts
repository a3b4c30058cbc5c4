// Client credentials before an authorization server that others wrote.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDeps } from '../_contract/test-sink.ts';
import type { TestDeps } from '../_contract/test-sink.ts';
import { requestToken } from './token.ts';

const SECRET = 'of the sink+/=&%25';

describe('oidc-provider', () => {
  let server: Server;
  let test: TestDeps;
  let url: string;

  beforeAll(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(`http://${origin}`, {
      clients: [
        {
          client_id: 'sink',
          client_secret: SECRET,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
          token_endpoint_auth_method: 'client_secret_post',
          scope: 'write',
        },
      ],
      scopes: ['write'],
      features: { clientCredentials: { enabled: true } },
      ttl: { ClientCredentials: 600 },
    });
    server.on('request', provider.callback());
    url = `http://${origin}/token`;
    test = testDeps([`http://${origin}`]);
  });
  afterAll(async () => {
    test.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const ask = (given: Readonly<Record<string, string>> = {}) => {
    const form = { grant_type: 'client_credentials', client_id: 'sink', client_secret: SECRET, scope: 'write', ...given };
    return requestToken(test.deps, { url, form, secrets: [form.client_secret] });
  };

  it('gives a token, and for as long as it says', async () => {
    const token = await ask();
    expect(token.value).toMatch(/^[\w-]{20,}$/);
    expect(token.expiresAtMs - test.nowMs).toBe(600_000);
  });

  it.each<[name: string, form: Readonly<Record<string, string>>, error: string]>([
    ['a wrong secret', { client_secret: 'wrong' }, 'invalid_client'],
    ['a client that it does not know', { client_id: 'other' }, 'invalid_client'],
    ['a grant that it does not give', { grant_type: 'password' }, 'unsupported_grant_type'],
  ])('refuses %s, and we say how', async (_name, form, error) => {
    await expect(ask(form)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', details: { error }, message: expect.stringContaining(error) as string });
  });
});
