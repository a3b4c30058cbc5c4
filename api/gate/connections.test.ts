// What comes over a socket before, and instead of, a request.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openBehindTheGate } from './test/behind-the-gate.ts';
import type { BehindTheGate, GateOptions } from './test/behind-the-gate.ts';

let gate: BehindTheGate;
const open = async (options?: GateOptions) => (gate = await openBehindTheGate(options));
afterEach(() => gate.app.close());

const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`;
const get = (...headers: string[]) => lines('GET /health HTTP/1.1', 'host: h', ...headers);
const post = (body: string, ...headers: string[]) => `${lines('POST /auth/login HTTP/1.1', 'host: h', 'content-type: application/json', ...headers)}${body}`;

/** Status and problem code of each answer. */
function answersIn(received: string): readonly string[] {
  return received
    .split(/(?=HTTP\/1\.1 \d)/)
    .map((answer) => `${/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? '-'} ${/"code":"(\w+)"/.exec(answer)?.[1] ?? ''}`.trim());
}

describe('what is no request, or could be read in two ways, is refused with a problem document', () => {
  it.each<[name: string, bytes: string, answers: readonly string[]]>([
    ['no HTTP at all', '\x16\x03\x01\x00\xa5\x01\x00', ['400 INVALID_REQUEST']],
    ['a method that is none', lines('G@T / HTTP/1.1', 'host: h'), ['400 INVALID_REQUEST']],
    ['a header field without a colon', get('no colon'), ['400 INVALID_REQUEST']],
    ['a folded header field', lines('GET /health HTTP/1.1', 'host: h', 'x-a: 1', ' 2'), ['400 INVALID_REQUEST']],
    ['a space before the colon', get('x-a : 1'), ['400 INVALID_REQUEST']],
    ['a bare line feed in a value', get('x-a: 1\nx-b: 2'), ['400 INVALID_REQUEST']],
    ['NUL in a value', get('x-a: 1\0'), ['400 INVALID_REQUEST']],
    ['two lengths', post('{}', 'content-length: 2', 'content-length: 3'), ['400 INVALID_REQUEST']],
    ['a length that is no number', post('{}', 'content-length: 2, 2'), ['400 INVALID_REQUEST']],
    ['length and chunks', post('0\r\n\r\n', 'content-length: 5', 'transfer-encoding: chunked'), ['400 INVALID_REQUEST']],
    ['a coding after chunked', post('0\r\n\r\n', 'transfer-encoding: chunked, identity'), ['400 INVALID_REQUEST']],
    ['a chunk size that is none', post('zz\r\n', 'transfer-encoding: chunked', 'connection: close'), ['400 INVALID_REQUEST']],
    ['header fields beyond 16 KiB', get(`x-a: ${'a'.repeat(17_000)}`), ['431 HEADERS_TOO_LARGE']],
    ['many header fields beyond 16 KiB', get(...Array.from({ length: 1_500 }, (_, n) => `x-${n}: abcdef`)), ['431 HEADERS_TOO_LARGE']],
    ['an address beyond 8,192 characters', lines(`GET /v2/${'a'.repeat(8_200)} HTTP/1.1`, 'host: h', 'connection: close'), ['414 ADDRESS_TOO_LONG']],
    ['two hosts', get('host: other', 'connection: close'), ['400 INVALID_REQUEST']],
    ['no host', lines('GET /health HTTP/1.1', 'connection: close'), ['400 INVALID_REQUEST']],
  ])('%s', async (_name, bytes, answers) => {
    const { exchange } = await open();
    expect(answersIn(await exchange(bytes))).toEqual(answers);
  });

  it('does not take what follows for a request of its own', async () => {
    const { exchange } = await open();
    const smuggled = post(`0\r\n\r\n${get('connection: close')}`, 'content-length: 5', 'transfer-encoding: chunked');
    expect(answersIn(await exchange(smuggled))).toEqual(['400 INVALID_REQUEST']);
  });

  it('says so in the terms of all problems, with an id, and counts it', async () => {
    const { exchange, metrics } = await open();
    const received = await exchange('nonsense\r\n\r\n');
    const [head = '', body = ''] = received.split('\r\n\r\n');
    expect(head).toMatch(/content-type: application\/problem\+json; charset=utf-8/);
    const id = /x-request-id: (\S+)/.exec(head)?.[1];
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'INVALID_REQUEST', requestId: id, detail: expect.any(String) });
    expect(await metrics.metrics()).toContain('api_refused_connections_total{reason="malformed"} 1');
  });
});

describe('a header of an answer holds what was put into it', () => {
  it.each(['a%0d%0ax-evil: 1', 'a\u010d\u010ax-evil:1'])('whatever comes as address or request id: %s', async (text) => {
    const { app } = await open();
    const { headers } = await app.inject({ url: `/v2/${encodeURI(text)}`, headers: { 'x-request-id': text } });
    expect(headers).not.toHaveProperty('x-evil');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('who is too slow is let go', () => {
  const TIMES = { requestMs: 200 }; // of the server; the test itself waits for the socket to close, however long that takes
  it.each<[name: string, bytes: string]>([
    ['header fields that never end', 'GET /health HTTP/1.1\r\nhost: h\r\nx-a: '],
    ['a body that never ends', post('{"user":', 'content-length: 100')],
    ['chunks that never end', post('5\r\n{"a":\r\n', 'transfer-encoding: chunked')],
  ])('%s', async (_name, bytes) => {
    const { exchange, metrics } = await open(TIMES);
    expect(answersIn(await exchange(bytes))).toEqual(['408 REQUEST_TIMEOUT']);
    expect(await metrics.metrics()).toContain('api_refused_connections_total{reason="too-slow"} 1');
  });

  it('a byte now and then does not help', async () => {
    const { listen } = await open(TIMES);
    const socket = connect(await listen(), '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write('GET /health HTTP/1.1\r\nhost: h\r\n');
    const drip = setInterval(() => socket.write('x-a: 1\r\n'), 20);
    try {
      expect(answersIn(await text(socket))).toEqual(['408 REQUEST_TIMEOUT']);
    } finally {
      clearInterval(drip);
    }
  });

  it('who does not read what was asked for', async () => {
    const large = Buffer.alloc(64 << 20); // more than the system takes for a socket
    const { listen, app } = await open({ routes: (each) => void each.get('/.well-known/jwks.json', (_request, reply) => reply.send(large)) });
    const port = await listen();
    expect(app.server.timeout).toBeGreaterThan(app.server.requestTimeout);
    app.server.timeout = 200;
    const closed = new Promise<void>((resolve) => app.server.once('connection', (socket) => socket.once('close', resolve)));
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    socket.pause();
    socket.write(lines('GET /.well-known/jwks.json HTTP/1.1', 'host: h'));
    await closed;
    socket.destroy();
  });

  it('and others are served meanwhile', async () => {
    const { listen, app } = await open();
    const port = await listen();
    const slow = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = connect(port, '127.0.0.1').on('error', () => {});
        await once(socket, 'connect');
        socket.write('GET /health HTTP/1.1\r\n');
        return socket;
      }),
    );
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    for (const socket of slow) socket.destroy();
    expect(app.server.listening).toBe(true);
  });
});

describe('connections of one address', () => {
  const request = async (port: number): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    socket.write(get());
    return socket;
  };

  it('beyond the limit are ended, and may come again when others have gone', async () => {
    const { listen, metrics } = await open({ config: { connectionsPerAddress: 2 }, isExempt: () => false });
    const port = await listen();
    const [first, second] = [await request(port), await request(port)];
    await Promise.all([once(first, 'data'), once(second, 'data')]);
    const third = await request(port);
    await once(third, 'close');
    expect(await metrics.metrics()).toContain('api_refused_connections_total{reason="too-many"} 1');
    first.destroy();
    await vi.waitFor(async () => {
      const again = await request(port);
      const [what] = await Promise.race([once(again, 'data'), once(again, 'close').then(() => ['closed'])]);
      again.destroy();
      expect(String(what)).toContain('200 OK');
    });
    second.destroy();
  });

  it('are not counted for this machine, where a proxy may connect for everybody', async () => {
    const { listen } = await open({ config: { connectionsPerAddress: 1 } });
    const port = await listen();
    const sockets = [await request(port), await request(port), await request(port)];
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    for (const socket of sockets) socket.destroy();
  });
});
