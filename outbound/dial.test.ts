// What is dialled: what may be, and against servers of its own on this machine, which the tests open.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Registry } from 'prom-client';
import { hasOpenssl, makeCertificates } from '../test/certificates.ts';
import type { Certificates } from '../test/certificates.ts';
import { allowListOf } from './allow-list.ts';
import { openOutbound } from './client.ts';
import type { Outbound } from './client.ts';
import { config } from './config.ts';
import type { OutboundConfig } from './config.ts';
import { outboundMetrics } from './metrics.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'siem.example.com': ['93.184.215.14'],
  'to-private.example.com': ['10.1.2.3'],
  'to-metadata.example.com': ['169.254.169.254'],
  'half-private.example.com': ['93.184.215.14', '192.168.1.1'],
  'here.example.com': ['127.0.0.1'],
  localhost: ['127.0.0.1'],
  'metadata.google.internal': ['93.184.215.14'],
};
const asked: string[] = [];
function open(options: Partial<OutboundConfig> = {}, metrics?: Registry): Outbound {
  const resolve = async (host: string) => {
    asked.push(host);
    return NAMES[host] ?? [];
  };
  const outbound = openOutbound({ ...config.parse({}), ...options }, { resolve, ...(metrics !== undefined && { metrics: outboundMetrics(metrics) }) });
  closing.unshift(() => outbound.close());
  return outbound;
}
const answerOf = (work: Promise<unknown>) =>
  work.then(
    () => 'allowed',
    (error: { readonly code: string; readonly details: { readonly reason?: string } }) => error.details.reason ?? error.code,
  );

describe('an endpoint that a user names', () => {
  const whole = ['tls://0.0.0.0/0:6514', 'tcp://0.0.0.0/0:6514', 'tls://[::]/0:6514'];

  it.each<[name: string, allow: readonly string[], endpoint: string, answer: string]>([
    ['is closed, also when it is public', [], 'tls://siem.example.com:6514', 'scheme'],
    ['is closed, also on the port of HTTPS', [], 'tls://siem.example.com:443', 'scheme'],
    ['is closed to HTTPS entries', ['siem.example.com:6514'], 'tls://siem.example.com:6514', 'scheme'],
    ['is closed to HTTP entries', ['http://siem.example.com:6514'], 'tcp://siem.example.com:6514', 'scheme'],
    ['may be opened for TLS', ['tls://siem.example.com:6514'], 'tls://siem.example.com:6514', 'allowed'],
    ['is not opened for TCP by an entry for TLS', ['tls://siem.example.com:6514'], 'tcp://siem.example.com:6514', 'scheme'],
    ['is not opened for TLS by an entry for TCP', ['tcp://siem.example.com:6514'], 'tls://siem.example.com:6514', 'scheme'],
    ['is not opened for UDP by an entry for TCP', ['tcp://siem.example.com:514'], 'udp://siem.example.com:514', 'scheme'],
    ['is not opened for TCP by an entry for UDP', ['udp://siem.example.com:514'], 'tcp://siem.example.com:514', 'scheme'],
    ['may be opened for UDP', ['udp://siem.example.com:514'], 'udp://siem.example.com:514', 'allowed'],
    ['is open on no other port', ['tls://siem.example.com:6514'], 'tls://siem.example.com:6515', 'scheme'],
    ['may be opened by what is below a name', ['tls://*.example.com:6514'], 'tls://siem.example.com:6514', 'allowed'],
    ['may be opened by its network', ['tls://93.184.215.0/24:6514'], 'tls://siem.example.com:6514', 'allowed'],
    ['is not opened by the network beside it', ['tls://93.184.216.0/24:6514'], 'tls://siem.example.com:6514', 'scheme'],
    ['is closed when one of its addresses is', ['tls://93.184.215.0/24:6514'], 'tls://half-private.example.com:6514', 'address'],
    ['may be inside', ['tls://to-private.example.com:6514'], 'tls://to-private.example.com:6514', 'allowed'],
    ['may be an address inside', ['udp://10.0.0.0/8:514'], 'udp://10.1.2.3:514', 'allowed'],
    ['may be an address of IPv6', ['tls://[fd12::]/16:6514'], 'tls://[fd12::5]:6514', 'allowed'],
    ['is never this machine', whole, 'tls://127.0.0.1:6514', 'address'],
    ['is never this machine by another name', whole, 'tls://here.example.com:6514', 'address'],
    ['is never this machine, mapped', whole, 'tls://[::ffff:127.0.0.1]:6514', 'address'],
    ['is never metadata', whole, 'tls://169.254.169.254:6514', 'address'],
    ['is never metadata by another name', ['tcp://to-metadata.example.com:6514'], 'tcp://to-metadata.example.com:6514', 'address'],
    ['is never metadata by its name', ['tcp://metadata.google.internal:6514'], 'tcp://metadata.google.internal:6514', 'address'],
    ['is never link-local', ['udp://169.254.0.0/16:514'], 'udp://169.254.7.7:514', 'address'],
  ])('%s', async (_name, allow, endpoint, answer) => {
    const letting = open({ organizationNetworks: ['10.0.0.0/8', 'fc00::/7'] });
    expect(await answerOf(letting.dial.check(endpoint, allowListOf(allow, 'outboundHosts')))).toBe(answer);
  });

  it.each([
    ['no scheme', 'siem.example.com:6514', 'scheme'],
    ['HTTPS', 'https://siem.example.com', 'scheme'],
    ['capitals in the scheme', 'TLS://siem.example.com:6514', 'scheme'],
    ['no port', 'tls://siem.example.com', 'port'],
    ['port 0', 'tls://siem.example.com:0', 'port'],
    ['a port that is none', 'tls://siem.example.com:65536', 'port'],
    ['a port with zeros before', 'tls://siem.example.com:06514', 'port'],
    ['two ports', 'tls://siem.example.com:22:6514', 'spelling'],
    ['a path', 'tls://siem.example.com/x:6514', 'spelling'],
    ['a query', 'tls://siem.example.com?x:6514', 'spelling'],
    ['a fragment', 'tls://siem.example.com#x:6514', 'spelling'],
    ['a user before the host', 'tls://siem.example.com@127.0.0.1:6514', 'user-info'],
    ['a backslash', 'tls://siem.example.com\\@127.0.0.1:6514', 'spelling'],
    ['a decimal address', 'tls://2130706433:6514', 'spelling'],
    ['a short address', 'tls://127.1:6514', 'spelling'],
    ['an octal address', 'tls://0177.0.0.1:6514', 'spelling'],
    ['a dot behind the name', 'tls://siem.example.com.:6514', 'spelling'],
    ['a space', 'tls://siem.example.com :6514', 'spelling'],
    ['a line break', 'tls://siem.example.com\n:6514', 'spelling'],
    ['a zone', 'tls://[fe80::1%25eth0]:6514', 'spelling'],
    ['nothing', '', 'scheme'],
  ])('may not hold %s', async (_name, endpoint, answer) => {
    const outbound = open({ allow: ['tls://0.0.0.0/0:6514', 'tls://*.example.com:6514'] });
    expect(await answerOf(outbound.dial.check(endpoint))).toBe(answer);
  });

  it('is not even looked up while nobody has opened it', async () => {
    asked.length = 0;
    await answerOf(open().dial.check('tls://siem.example.com:6514'));
    expect(asked).toEqual([]);
  });

  it.each([
    'tls://siem.example.com',
    'tcp://10.0.0.0/8',
    'udp://siem.example.com:0',
    'tls://siem.example.com:6514/x',
    'tls:siem.example.com:6514',
    'tlsx://a.example:1',
  ])('is not opened by an entry that cannot be read: %s', (entry) => {
    expect(() => allowListOf([entry], 'outboundHosts')).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }));
  });

  it('says in an error which entry would open it', async () => {
    await expect(open().dial.stream({ purpose: 'sink', endpoint: 'tls://siem.example.com:6514' })).rejects.toMatchObject({
      code: 'OUTBOUND_REFUSED',
      message: expect.stringContaining('outbound.allow: tls://siem.example.com:6514') as string,
    });
  });
});

async function listen(server: Server, sockets: Socket[] = []): Promise<number> {
  server.on('connection', (socket: Socket) => sockets.push(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
const allowing = (...entries: string[]) => ({ allow: entries });

describe('a connection', () => {
  it('goes to the address that was checked', async () => {
    const port = await listen(createServer((socket) => socket.end('hello')));
    const metrics = new Registry();
    const outbound = open(allowing(`tcp://here.example.com:${port}`), metrics);
    asked.length = 0;
    const socket = await outbound.dial.stream({ purpose: 'sink', endpoint: `tcp://here.example.com:${port}` });
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(String(first)).toBe('hello');
    expect(asked).toEqual(['here.example.com']);
    expect(await metrics.metrics()).toContain('outbound_requests_total{purpose="sink",outcome="connected"} 1');
    socket.destroy();
  });

  it('that a library wants at once goes there too, or says why not by an event', async () => {
    const port = await listen(createServer((socket) => socket.end('hello')));
    const { dial } = open(allowing(`tcp://here.example.com:${port}`, `tcp://10.0.0.0/8:${port}`));
    const [first] = (await once(dial.socket({ endpoint: `tcp://here.example.com:${port}` }), 'data')) as [Buffer];
    expect(String(first)).toBe('hello');
    // The network might have opened the name, so it is only known once that is resolved.
    await expect(once(dial.socket({ endpoint: `tcp://siem.example.com:${port}` }), 'connect')).rejects.toMatchObject({ code: 'OUTBOUND_REFUSED' });
    expect(() => dial.socket({ endpoint: `tcp://127.0.0.1:${port}` })).toThrow(expect.objectContaining({ code: 'OUTBOUND_REFUSED' }));
  });

  it.each([
    ['refused', 'tcp', 'OUTBOUND_FAILED'],
    ['closed before its handshake', 'tls', 'OUTBOUND_FAILED'],
  ])('that is %s can be tried again', async (name, scheme, code) => {
    const server = createServer((socket) => socket.destroy());
    const port = await listen(server);
    if (name === 'refused') {
      server.close();
      await once(server, 'close');
    }
    const { dial } = open(allowing(`${scheme}://127.0.0.1:${port}`));
    expect(await answerOf(dial.stream({ purpose: 'sink', endpoint: `${scheme}://127.0.0.1:${port}` }))).toBe(code);
  });

  it('is given up when its handshake takes too long, or nobody wants it any more', async () => {
    const port = await listen(createServer(() => {}));
    const { dial } = open(allowing(`tls://127.0.0.1:${port}`));
    const request = { purpose: 'sink', endpoint: `tls://127.0.0.1:${port}` };
    await expect(dial.stream({ ...request, connectMs: 50 })).rejects.toMatchObject({
      code: 'OUTBOUND_FAILED',
      message: expect.stringContaining('within 50 ms') as string,
    });
    await expect(dial.stream({ ...request, signal: AbortSignal.abort() })).rejects.toMatchObject({ message: expect.stringContaining('given up') as string });
  });

  it('goes through the proxy as it was checked: to the address', async () => {
    const port = await listen(createServer((socket) => socket.once('data', () => socket.end('hello'))));
    const told: unknown[] = [];
    const proxy = createHttpServer().on('connect', (request, client: Socket) => {
      told.push(request.url);
      const onward = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(client);
        client.pipe(onward);
      });
    });
    const proxyPort = await listen(proxy);
    const { dial } = open({ ...allowing(`tcp://siem.example.com:6514`, 'udp://siem.example.com:514'), proxy: `http://127.0.0.1:${proxyPort}` });
    const socket = await dial.stream({ purpose: 'sink', endpoint: 'tcp://siem.example.com:6514' });
    socket.write('?');
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect([String(first), told]).toEqual(['hello', ['93.184.215.14:6514']]);
    socket.destroy();
    expect(await answerOf(dial.datagrams({ purpose: 'sink', endpoint: 'udp://siem.example.com:514' }))).toBe('scheme');
    expect(() => dial.socket({ endpoint: 'tcp://siem.example.com:6514' })).toThrow(expect.objectContaining({ code: 'OUTBOUND_REFUSED' }));
  });

  it('of datagrams reaches the address that was checked', async () => {
    const receiver = createSocket('udp4');
    receiver.bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    closing.push(() => receiver.close());
    const { port } = receiver.address();
    const socket = await open(allowing(`udp://here.example.com:${port}`)).dial.datagrams({ purpose: 'sink', endpoint: `udp://here.example.com:${port}` });
    closing.push(() => socket.close());
    socket.send('hello');
    const [message] = (await once(receiver, 'message')) as [Buffer];
    expect(String(message)).toBe('hello');
  });
});

describe.skipIf(!hasOpenssl())('over TLS, a connection', () => {
  let folder: string;
  let files: Certificates;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-dial-'));
    files = makeCertificates(folder, ['siem.example.com', 'client']);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const serve = async (mutual: boolean) => {
    const { pem } = files;
    const server = createTlsServer(
      {
        key: pem('siem.example.com.key'),
        cert: pem('siem.example.com.pem'),
        ca: pem('ca.pem'),
        requestCert: mutual,
        rejectUnauthorized: mutual,
        maxVersion: 'TLSv1.2',
      },
      (socket) =>
        socket
          .on('error', () => {})
          .end(`hello ${String(socket.getPeerCertificate().subject?.CN ?? 'nobody')} at ${socket.servername === false ? '' : socket.servername}`),
    );
    return listen(server);
  };

  it.each<[name: string, endpoint: string, tls: (pem: Certificates['pem']) => object, answer: string | RegExp]>([
    ['is refused when its certificate is of an authority that nobody gave', 'siem.example.com', () => ({}), /certificate of tls:.* does not hold/],
    ['stands with the authority', 'siem.example.com', (pem) => ({ ca: pem('ca.pem') }), 'hello nobody at siem.example.com'],
    ['is refused when the certificate names another host', '127.0.0.1', (pem) => ({ ca: pem('ca.pem') }), /certificate of tls:.* does not hold/],
    [
      'to an address stands when the name to look for is given',
      '127.0.0.1',
      (pem) => ({ ca: pem('ca.pem'), serverName: 'siem.example.com' }),
      'hello nobody at siem.example.com',
    ],
    [
      'shows a certificate',
      'siem.example.com',
      (pem) => ({ ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key') }),
      'hello client at siem.example.com',
    ],
  ])('%s', async (name, host, tls, answer) => {
    const port = await serve(name.includes('shows'));
    const outbound = openOutbound(config.parse({ allow: [`tls://${host}:${port}`] }), { resolve: async () => ['127.0.0.1'] });
    closing.push(() => outbound.close());
    const dialled = outbound.dial.stream({ purpose: 'sink', endpoint: `tls://${host}:${port}`, tls: tls(files.pem) });
    if (typeof answer !== 'string') return expect(dialled).rejects.toMatchObject({ code: 'OUTBOUND_FAILED', message: expect.stringMatching(answer) as string });
    const socket = await dialled;
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(String(first)).toBe(answer);
    socket.destroy();
  });
});
