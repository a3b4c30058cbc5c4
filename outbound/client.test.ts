// The client against servers of its own on this machine, which the tests open.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createSocketServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, makeCertificates } from '../test/certificates.ts';
import type { AllowList } from './allow-list.ts';
import { openOutbound } from './client.ts';
import type { Outbound, OutboundRequest } from './client.ts';
import { config } from './config.ts';
import { fetchThrough } from './fetch.ts';
import { outboundMetrics } from './metrics.ts';

const HOST = 'hook.example.com';
/** Of the operator of these tests, who cannot know the ports. */
const OPEN = config.parse({ organizationNetworks: ['0.0.0.0/0', '::/0'] });
const everything: AllowList = { opens: () => true };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(server: Server | ReturnType<typeof createSocketServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
const serve = (handler: RequestListener) => listen(createServer(handler));
/** What a server says that does not keep to the protocol. */
const serveBytes = async (bytes: string) => {
  const sockets = new Set<Socket>();
  const port = await listen(
    createSocketServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).on('data', () => socket.write(bytes));
    }),
  );
  closing.unshift(() => sockets.forEach((socket) => socket.destroy()));
  return port;
};
const open = (
  options: Partial<ReturnType<typeof config.parse>> = {},
  resolve: (host: string) => Promise<readonly string[]> = async () => ['127.0.0.1'],
): Outbound => {
  const outbound = openOutbound({ ...OPEN, ...options }, { resolve });
  closing.unshift(() => outbound.close());
  return outbound;
};
const ask = (port: number, more: Partial<OutboundRequest> = {}, outbound = open()) =>
  outbound.request({ purpose: 'test', url: `http://${HOST}:${port}/path?query=1`, allow: everything, ...more });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { readonly code: string }) => error.code,
  );
/** Of the whole: also of what comes only with the body. */
const outcomeOf = (port: number, more: Partial<OutboundRequest> = {}, outbound?: Outbound) => codeOf(ask(port, more, outbound).then(({ body }) => text(body)));

describe('a request', () => {
  it('brings method, path, headers and body, and an answer of any status', async () => {
    const port = await serve(async (request, response) => {
      const { method, url, headers } = request;
      response
        .writeHead(418, { 'x-answer': 'yes' })
        .end(JSON.stringify({ method, url, host: headers.host, kind: headers['x-kind'], body: await text(request) }));
    });
    const { status, headers, body } = await ask(port, { method: 'POST', headers: { 'X-Kind': 'a' }, body: 'words' });
    expect({ status, answer: headers['x-answer'], ...JSON.parse(await text(body)) }).toEqual({
      status: 418,
      answer: 'yes',
      method: 'POST',
      url: '/path?query=1',
      host: `${HOST}:${port}`,
      kind: 'a',
      body: 'words',
    });
  });

  it('streams its body, and reads no more of it than the far side takes', async () => {
    const port = await serve(async (request, response) => response.end(String((await text(request)).length)));
    const body = Readable.from((function* () { for (let n = 0; n < 500; n += 1) yield Buffer.alloc(1_000, 97); })()); // prettier-ignore
    const answer = await ask(port, { method: 'PUT', body });
    expect(await text(answer.body)).toBe('500000');
  });

  it('gives its stream back destroyed when it is refused', async () => {
    const body = Readable.from(['never sent']);
    expect(await codeOf(open().request({ purpose: 'test', url: 'https://localhost/', method: 'POST', body }))).toBe('OUTBOUND_REFUSED');
    expect(body.destroyed).toBe(true);
  });

  it('that nobody reads ends by itself, and tells who comes to read it later', async () => {
    const port = await serve((_request, response) => void response.writeHead(200).write('begun'));
    const { body } = await ask(port, { limits: { wholeMs: 50 } });
    await new Promise((resolve) => body.once('close', resolve)); // `once` of events would reject with its error
    expect(body.destroyed).toBe(true);
    await expect(text(body)).rejects.toMatchObject({ code: 'OUTBOUND_FAILED' });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('unpacks %s', async (encoding, pack) => {
    const port = await serve((_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(pack('unpacked')));
    expect(await text((await ask(port)).body)).toBe('unpacked');
  });

  it.each<[name: string, more: Partial<OutboundRequest>]>([
    ['a line break in a header', { headers: { 'x-a': 'b\r\nhost: evil' } }],
    ['a line break in the name of a header', { headers: { 'x-a\r\nx': 'b' } }],
    ['a host of its own', { headers: { Host: 'evil' } }],
    ['a length of its own', { headers: { 'content-length': '3' } }],
    ['an encoding of transfer', { headers: { 'Transfer-Encoding': 'chunked' } }],
    ['an upgrade', { headers: { upgrade: 'websocket' } }],
    ['credentials for a proxy', { headers: { 'proxy-authorization': 'x' } }],
    ['a method that opens a tunnel', { method: 'CONNECT' }],
    ['a method with a line break', { method: 'GET / HTTP/1.1\r\nx:' }],
  ])('is refused with %s', async (_name, more) => {
    expect(await codeOf(ask(1, more))).toBe('OUTBOUND_REFUSED');
  });
});

describe('a name', () => {
  it('is resolved once, and the connection goes where it was checked', async () => {
    let looked = 0;
    const outbound = open({}, async () => [looked++ === 0 ? '127.0.0.1' : '169.254.169.254']);
    const port = await serve((request, response) => response.end(request.socket.localAddress));
    expect(await text((await ask(port, {}, outbound)).body)).toBe('127.0.0.1');
    expect(looked).toBe(1);
    expect(await codeOf(ask(port, {}, outbound))).toBe('OUTBOUND_REFUSED'); // checked anew for each request, also with a connection at hand
  });

  // Only Linux answers on all of 127/8.
  it.skipIf(process.platform !== 'linux')('that leads elsewhere now does not use a connection to where it led before', async () => {
    const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.1'];
    const server = createServer((request, response) => response.end(request.socket.localAddress)).listen(0, '0.0.0.0');
    await once(server, 'listening');
    closing.push(() => server.close());
    const outbound = open({}, async () => [addresses.shift()!]);
    const { port } = server.address() as AddressInfo;
    const seen = [];
    for (let n = 0; n < 3; n += 1) seen.push(await text((await ask(port, {}, outbound)).body));
    expect(seen).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.1']);
  });

  it('is tried at its next address when the first does not answer', async () => {
    const port = await serve((_request, response) => response.end('here'));
    const outbound = open({}, async () => ['::1', '127.0.0.1']); // the server is on the second only
    expect(await text((await ask(port, {}, outbound)).body)).toBe('here');
  });

  it('that has no address may have one later', async () => {
    const outbound = openOutbound(config.parse({ connectMs: 5_000 }));
    closing.push(() => outbound.close());
    expect(await codeOf(outbound.check('https://does-not-exist.example/'))).toBe('OUTBOUND_FAILED');
  });
});

describe('an answer', () => {
  it.each([301, 302, 303, 307, 308])('%d is not followed, and says where it leads, without its query', async (status) => {
    let asked = 0;
    const port = await serve((_request, response) => {
      asked += 1;
      response.writeHead(status, { location: 'http://169.254.169.254/latest/meta-data/?token=secret' }).end();
    });
    await expect(ask(port)).rejects.toMatchObject({
      code: 'OUTBOUND_REDIRECTED',
      message: expect.stringMatching(/http:\/\/169\.254\.169\.254\/latest\/meta-data\/\. Redirects are not followed/),
    });
    expect(asked).toBe(1);
  });

  it('304 is no redirect', async () => {
    const port = await serve((_request, response) => response.writeHead(304).end());
    expect((await ask(port)).status).toBe(304);
  });

  const SIZES = { bodyMaxBytes: 10_000, headerMaxBytes: 2_048 };
  const TIMES = { connectMs: 200, firstByteMs: 200, wholeMs: 400 };
  const bomb = brotliCompressSync(Buffer.alloc(5_000_000));
  const forever = Readable.from((function* () { for (;;) yield 'x'.repeat(1_000); })()); // prettier-ignore
  it.each<[name: string, code: string, handler: RequestListener]>([
    [
      'of a length beyond the limit',
      'OUTBOUND_TOO_LARGE',
      (_request, response) => response.writeHead(200, { 'content-length': '10001' }).end('x'.repeat(10_001)),
    ],
    ['without an end', 'OUTBOUND_TOO_LARGE', (_request, response) => void forever.pipe(response)],
    [
      'that unpacks to more',
      'OUTBOUND_TOO_LARGE',
      (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1_000_000))),
    ],
    ['that unpacks to more, brotli', 'OUTBOUND_TOO_LARGE', (_request, response) => response.writeHead(200, { 'content-encoding': 'br' }).end(bomb)],
    ['packed twice', 'OUTBOUND_FAILED', (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(gzipSync(gzipSync('x')))],
    ['that cannot be unpacked', 'OUTBOUND_FAILED', (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip')],
    ['with too many headers', 'OUTBOUND_TOO_LARGE', (_request, response) => response.writeHead(200, { 'x-long': 'x'.repeat(4_000) }).end()],
    [
      'that breaks off',
      'OUTBOUND_FAILED',
      (_request, response) => void response.writeHead(200, { 'content-length': '100' }).write('x', () => response.destroy()),
    ],
    ['that never begins', 'OUTBOUND_FAILED', () => {}],
    ['that never ends', 'OUTBOUND_FAILED', (_request, response) => void response.write('x')],
  ])('%s is given up: %s', async (name, code, handler) => {
    const limits = { ...SIZES, ...(name.startsWith('that never') && TIMES) };
    expect(await outcomeOf(await serve(handler), { limits })).toBe(code);
  });

  it.each<[name: string, bytes: string]>([
    ['is not HTTP', '+OK redis\r\n'],
    ['has two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
    ['has a length and is chunked', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['switches to another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
  ])('that %s is no answer', async (_name, bytes) => {
    expect(await outcomeOf(await serveBytes(bytes))).toBe('OUTBOUND_FAILED');
  });

  it('is not waited for when the caller gives up', async () => {
    const giveUp = new AbortController();
    const port = await serve(() => giveUp.abort());
    expect(await codeOf(ask(port, { signal: giveUp.signal }))).toBe('OUTBOUND_FAILED');
    expect(await codeOf(ask(port, { signal: AbortSignal.abort() }))).toBe('OUTBOUND_FAILED');
  });

  it('of a port where nobody listens is a failure that may pass', async () => {
    const server = createServer();
    const port = await listen(server);
    await closing.pop()!();
    await expect(ask(port)).rejects.toMatchObject({ name: 'RetryableError', code: 'OUTBOUND_FAILED' });
  });
});

describe.skipIf(!hasOpenssl())('TLS', () => {
  let folder: string;
  let certificates: ReturnType<typeof makeCertificates>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-outbound-'));
    certificates = makeCertificates(folder, [HOST]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const serveTls = () => {
    const { pem } = certificates;
    const server = createTlsServer({ key: pem(`${HOST}.key`), cert: pem(`${HOST}.pem`) }, (request, response) =>
      response.end((request.socket as { servername?: string | false }).servername || 'none'),
    );
    return listen(server);
  };

  it('is checked by name, although the connection goes to an address', async () => {
    const port = await serveTls();
    const tls = { ca: certificates.pem('ca.pem') };
    const { body } = await ask(port, { url: `https://${HOST}:${port}/`, tls });
    expect(await text(body)).toBe(HOST);
    expect(await codeOf(ask(port, { url: `https://other.example.com:${port}/`, tls }))).toBe('OUTBOUND_FAILED');
    expect(await codeOf(ask(port, { url: `https://127.0.0.1:${port}/`, tls }))).toBe('OUTBOUND_FAILED');
  });

  it('is not taken from an authority that nobody trusts', async () => {
    const port = await serveTls();
    await expect(ask(port, { url: `https://${HOST}:${port}/` })).rejects.toMatchObject({
      code: 'OUTBOUND_FAILED',
      message: expect.stringContaining('certificate'),
    });
  });

  it('goes through a proxy as it was checked: to the address, with the name inside', async () => {
    const told: (string | undefined)[] = [];
    const target = await serveTls();
    const proxy = createServer((_request, response) => response.writeHead(500).end());
    proxy.on('connect', (request, socket: Socket) => {
      told.push(request.url, request.headers['proxy-authorization']);
      const through = connect(target, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
      through.on('error', () => socket.destroy());
      socket.on('error', () => through.destroy());
    });
    const port = await listen(proxy);
    const outbound = open({ proxy: `http://user:p%40ss@127.0.0.1:${port}` });
    const { body } = await ask(target, { url: `https://${HOST}:${target}/`, tls: { ca: certificates.pem('ca.pem') } }, outbound);
    expect(await text(body)).toBe(HOST);
    expect(told).toEqual([`127.0.0.1:${target}`, `Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
  });
});

it('does not go through a proxy that only the environment names', async () => {
  const port = await serve((_request, response) => response.end('direct'));
  process.env.http_proxy = 'http://127.0.0.1:9';
  try {
    expect(await text((await ask(port)).body)).toBe('direct');
  } finally {
    delete process.env.http_proxy;
  }
});

it('counts what became of requests, without names', async () => {
  const registry = new Registry();
  const outbound = openOutbound(OPEN, { metrics: outboundMetrics(registry), resolve: async () => ['127.0.0.1'] });
  closing.push(() => outbound.close());
  const port = await serve((request, response) => response.writeHead(request.url === '/r' ? 302 : 200, { location: '/' }).end());
  for (const path of ['ok', 'r'])
    await codeOf(outbound.request({ purpose: 'test', url: `http://${HOST}:${port}/${path}`, allow: everything }).then(({ body }) => text(body)));
  await codeOf(outbound.request({ purpose: 'test', url: `https://${HOST}/` }));
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('outbound_requests_total'));
  expect(lines).toEqual([
    'outbound_requests_total{purpose="test",outcome="answered"} 1',
    'outbound_requests_total{purpose="test",outcome="redirected"} 1',
    'outbound_requests_total{purpose="test",outcome="refused_address"} 1',
  ]);
});

describe('as a fetch', () => {
  it('sends forms and answers as libraries expect', async () => {
    const port = await serve(async (request, response) => {
      response.writeHead(request.url === '/none' ? 204 : 200, { 'content-encoding': 'gzip', 'content-type': 'application/json' });
      response.end(request.url === '/none' ? undefined : gzipSync(JSON.stringify({ type: request.headers['content-type'], body: await text(request) })));
    });
    const fetch = fetchThrough(open(), { purpose: 'test', allow: everything });
    const answer = await fetch(`http://${HOST}:${port}/`, {
      method: 'POST',
      body: new URLSearchParams({ a: '1&2' }),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.headers.get('content-encoding')).toBeNull();
    expect(await answer.json()).toEqual({ type: 'application/x-www-form-urlencoded', body: 'a=1%262' });
    const none = await fetch(new URL(`http://${HOST}:${port}/none`));
    expect([none.status, await none.text()]).toEqual([204, '']);
  });
});
