// examples/gateway/nginx.conf in a real nginx, in front of the API: installed, or in the folder that GOSHAWK_SENDERS names; absent = skipped.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { config as apiConfig } from '../../../api/config.ts';
import { CLASS_NAMES, limitsOf, routesOf } from '../../../api/gate/limits/classes.ts';
import { openTestApi } from '../../../api/test/api.ts';
import type { TestApi } from '../../../api/test/api.ts';
import { eventually } from '../../../api/test/eventually.ts';
import { findPort, isPortFree } from '../../../local/ports.ts';
import { hasOpenssl, makeCertificates } from '../../../test/certificates.ts';
import { findProgram, startProgram } from '../../../test/programs.ts';
import generator from '../gateway.ts';

const nginx = findProgram('nginx');
const printed = (generator.generate() as ReadonlyMap<string, string>).get('examples/gateway/nginx.conf')!;
const config = apiConfig.parse({});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe.skipIf(nginx === null || !hasOpenssl() || process.platform !== 'linux')('in a real nginx', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-nginx-'));
  const agent = new Agent({ keepAlive: true });
  let api: TestApi;
  let stop: () => Promise<void>;
  let tlsPort: number;
  let plainPort: number;
  let ca: string;

  beforeAll(async () => {
    ca = makeCertificates(folder, ['goshawk.example']).pem('ca.pem');
    api = await openTestApi(undefined, { config: { trustedProxies: ['127.0.0.1'], requestsPerMinute: 2, addressUsers: 2 } });
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    const ports = new Set<number>();
    [tlsPort, plainPort] = [await findPort(ports), await findPort(ports)];
    writeFileSync(join(folder, 'nginx.conf'), configuration((api.app.server.address() as AddressInfo).port));
    stop = startProgram(nginx!, ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', 'error.log']);
    await eventually(async () => expect(await isPortFree(plainPort)).toBe(false));
  });
  afterAll(async () => {
    agent.destroy();
    await stop();
    await api.close();
    rmSync(folder, { recursive: true });
  });

  /** The printed file with other places, and with a way to ask for the class of a request alone. WebSockets of Node take no authority of ours, hence also without TLS. */
  function configuration(apiPort: number): string {
    const server = printed
      .replace('listen 443 ssl;', `listen 127.0.0.1:${tlsPort} ssl; listen 127.0.0.1:${plainPort};`)
      .replace('server 127.0.0.1:8080;', `server 127.0.0.1:${apiPort};`)
      .replaceAll('/etc/nginx/goshawk.', `${folder}/goshawk.example.`)
      .replace('gzip off;', '$&add_header X-Class $goshawk_class always; if ($http_x_only_class) { return 204; }');
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
    return `daemon off; master_process off; pid ${folder}/pid; events {} http { access_log off; ${places}\n${server}\n}`;
  }

  /** @param from An address of this machine, each of which counts as one. */
  const ask = (
    method: string,
    path: string,
    { from = '127.0.0.1', headers = {}, body = '' }: { from?: string; headers?: Record<string, string>; body?: string } = {},
  ) =>
    new Promise<Answer>((resolve, reject) => {
      const options = { host: '127.0.0.1', servername: 'goshawk.example', port: tlsPort, ca, method, path, headers, localAddress: from, agent };
      request(options, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode, headers: response.headers, body }), reject);
      })
        .once('error', reject)
        .end(body);
    });

  const classOf = async (method: string, path: string, headers: Record<string, string> = {}) =>
    (await ask(method, path, { headers: { ...headers, 'x-only-class': '1' } })).headers['x-class'];

  it('sorts every route as the API does', async () => {
    const wrong: unknown[] = [];
    for (const name of CLASS_NAMES)
      for (const { method, url } of routesOf(name)) {
        const found = await classOf(method, url.replaceAll(/:\w+/g, 'some.thing-1').replace('*', 'x/y'));
        if (found !== name) wrong.push([method, url, found]);
      }
    expect(wrong).toEqual([]);
  });

  it('lets nobody into another class by what he says of an upgrade', async () => {
    const upgrade = { upgrade: 'websocket' };
    expect([await classOf('POST', '/auth/login', upgrade), await classOf('GET', '/v2/events', upgrade)]).toEqual(['sign-in', 'read']);
    expect([await classOf('GET', '/live', upgrade), await classOf('GET', '/graphql', upgrade)]).toEqual(['live', 'live']);
  });

  it('refuses what is above the limit of an address in a problem document, and nobody else', async () => {
    const from = '127.0.0.3';
    const signIn = (address: string) => ask('POST', '/auth/login', { from: address, headers: { 'content-type': 'text/plain' }, body: 'x' });
    const statuses = [];
    for (let n = 0; n < limitsOf('sign-in', config).address; n++) statuses.push((await signIn(from)).status);
    expect(new Set(statuses)).toEqual(new Set([400]));
    const { status, headers, body } = await signIn(from);
    expect([status, headers['retry-after'], headers['content-type']]).toEqual([429, '60', 'application/problem+json']);
    expect(JSON.parse(body)).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect((await signIn('127.0.0.4')).status).toBe(400);
    expect((await ask('GET', '/health', { from })).status).toBe(200);
  });

  it('refuses a body that is too large before it comes, and leaves smaller bounds to the API', async () => {
    const post = (path: string, bytes: number) => ask('POST', path, { headers: { 'content-length': String(bytes), 'content-type': 'application/json' } });
    const { status, body } = await post('/v2/events/bulk', config.bodyMaxBytes + 1);
    expect([status, JSON.parse(body)]).toEqual([413, expect.objectContaining({ code: 'BODY_TOO_LARGE' })]);
  });

  it('tells the API who asks, whatever the client says of itself', async () => {
    const claims = (address: string) => ({ 'x-forwarded-for': address, forwarded: `for=${address}`, 'x-real-ip': address });
    const left = async (from: string, claim: string) =>
      Number((await ask('GET', '/auth/oidc', { from, headers: claims(claim) })).headers['ratelimit-remaining']);
    const first = await left('127.0.0.5', '203.0.113.1');
    expect(await left('127.0.0.5', '203.0.113.2')).toBeLessThan(first); // the same bucket
    expect(await left('127.0.0.6', '203.0.113.1')).toBe(first); // another one
  });

  it('passes on the id of a request, and the header fields that keep browsers safe', async () => {
    const { headers } = await ask('GET', '/health', { headers: { 'x-request-id': 'mine-1' } });
    expect(headers).toMatchObject({ 'x-request-id': 'mine-1', 'strict-transport-security': expect.any(String), 'x-content-type-options': 'nosniff' });
    expect((await ask('GET', '/health', { headers: { 'x-request-id': 'not one' } })).headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('believes no header that says what certificate a client has shown', async () => {
    const claims = { 'x-forwarded-client-cert': 'URI=spiffe://example.org/admin', 'ssl-client-verify': 'SUCCESS' };
    expect((await ask('GET', '/auth/me', { headers: claims })).status).toBe(401);
  });

  it('shows no metrics', async () => {
    expect((await ask('GET', '/metrics')).status).toBe(404);
  });

  it('lets WebSockets through', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${plainPort}/graphql`, 'graphql-transport-ws');
    const authorization = `Bearer ${await api.token(['analyst'])}`;
    socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })));
    const said = await new Promise((resolve, reject) => {
      socket.addEventListener('message', ({ data }) => resolve(JSON.parse(String(data))));
      socket.addEventListener('close', ({ code, reason }) => reject(new Error(`${code} ${reason}`)));
    });
    expect(said).toMatchObject({ type: 'connection_ack' });
    socket.close();
  });
});
