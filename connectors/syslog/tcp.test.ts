import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Source } from '../../pipeline/core/connector.ts';
import { hasOpenssl, makeCertificates } from '../../test/certificates.ts';
import type { Certificates } from '../../test/certificates.ts';
import { readTrustDomain } from '../_listen/spiffe-options.ts';
import { testGateway } from '../_contract/gateway.ts';
import type { TestGateway } from '../_contract/gateway.ts';
import type { TcpOptions } from './tcp.ts';
import { listenTcp } from './tcp.ts';

const options: TcpOptions = {
  host: '127.0.0.1',
  port: 0,
  organization: 'default',
  source: 'syslog',
  allowFrom: [],
  maxMessageBytes: 65_536,
  idleTimeoutMs: 60_000,
  maxConnections: 10,
  tls: null,
  option: 'syslog.tcpPort',
};
const LONG = { timeout: 15_000 };
const closed = (socket: Socket) => new Promise<unknown>((resolve) => (socket.closed ? resolve(null) : socket.once('close', resolve)));

describe('syslog over TCP', () => {
  let gateway: TestGateway;
  const open: (Source | Socket)[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await ('destroy' in each ? each.destroy() : each.stop());
  });
  async function listen(more: Partial<TcpOptions> = {}) {
    gateway = testGateway();
    const source = await listenTcp({ ...options, ...more }, gateway.deps);
    open.push(source);
    return Number(new URL(source.addresses[0]!).port);
  }
  async function dial(port: number) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    open.push(socket);
    await once(socket, 'connect');
    return socket;
  }
  const texts = () => gateway.taken.map(({ text }) => text);

  it('hands messages on, known by the address of who sends', async () => {
    const socket = await dial(await listen());
    socket.write('<13>one\n<13>two\n<13>three');
    socket.end();
    await expect.poll(texts, LONG).toEqual(['<13>one', '<13>two', '<13>three']);
    expect(gateway.taken[0]!.delivery).toEqual({ organization: 'default', source: 'syslog', sensor: '127.0.0.1', key: '127.0.0.1 127.0.0.1' });
  });

  it('reads no further while the broker does not take what was read, and loses nothing', async () => {
    const socket = await dial(await listen());
    gateway.fault = 'BROKER_UNAVAILABLE';
    const line = `<13>${'x'.repeat(1_000)}\n`;
    for (let n = 0; n < 400; n += 1) socket.write(line.repeat(100));
    await expect.poll(() => gateway.asked, LONG).toBeGreaterThan(1); // it tries again
    expect(socket.writableLength).toBeGreaterThan(10_000_000); // most of 40 MB stays with the sender
    expect(gateway.taken).toEqual([]);
    gateway.fault = null;
    socket.end();
    await expect.poll(() => gateway.taken.length, LONG).toBe(40_000);
  });

  it('closes a connection whose lengths lie, after it has taken what came before', async () => {
    const port = await listen();
    const socket = await dial(port);
    socket.write('6 <13>ok999999999 x');
    await closed(socket);
    expect([texts(), gateway.dropped]).toEqual([['<13>ok'], { malformed: 1 }]);
    const next = await dial(port); // others go on
    next.end('<13>next\n');
    await expect.poll(texts, LONG).toEqual(['<13>ok', '<13>next']);
  });

  it('leaves a line of 50 MB out, and takes what comes before and after', async () => {
    const socket = await dial(await listen());
    socket.write('<13>before\n<13>');
    const part = Buffer.alloc(1_000_000, 'x');
    for (let n = 0; n < 50; n += 1) if (!socket.write(part)) await once(socket, 'drain');
    socket.end('\n<13>after\n');
    await expect.poll(texts, LONG).toEqual(['<13>before', '<13>after']);
    expect(gateway.dropped).toEqual({ 'too-large': 1 });
  });

  it('closes who is silent', async () => {
    const socket = await dial(await listen({ idleTimeoutMs: 50 }));
    socket.write('<13>half a mess');
    await closed(socket);
    await expect.poll(texts, LONG).toEqual(['<13>half a mess']); // kept as far as it came
  });

  it('takes no more connections than it may, and none of who may not', async () => {
    const port = await listen({ maxConnections: 1 });
    await dial(port);
    const second = connect(port, '127.0.0.1');
    second.on('error', () => {});
    await closed(second);
    expect(gateway.dropped).toEqual({ 'too-many-peers': 1 });

    const refused = connect(await listen({ allowFrom: ['10.0.0.0/8'] }), '127.0.0.1');
    refused.on('error', () => {});
    await closed(refused);
    expect(gateway.dropped).toEqual({ 'not-allowed': 1 });
  });

  it('says which option to change when the port is taken', async () => {
    const port = await listen();
    await expect(listenTcp({ ...options, port }, gateway.deps)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining('syslog.tcpPort'),
    });
  });

  it('ends with open connections', async () => {
    gateway = testGateway();
    const source = await listenTcp(options, gateway.deps);
    const socket = await dial(Number(new URL(source.addresses[0]!).port));
    socket.write('<13>a\n');
    await expect.poll(texts, LONG).toEqual(['<13>a']);
    await source.stop();
    await closed(socket);
  });

  describe.skipIf(!hasOpenssl())('with TLS', () => {
    let folder: string;
    let pem: Certificates['pem'];
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'goshawk-syslog-'));
      ({ pem } = makeCertificates(folder, ['localhost', 'fw-1']));
      makeCertificates(folder, ['stranger'], 'other');
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const tls = () => ({ key: pem('localhost.key'), cert: pem('localhost.pem'), clientCa: pem('ca.pem') });
    async function dialTls(port: number, more: ConnectionOptions) {
      const socket = connectTls({ port, host: '127.0.0.1', ca: pem('ca.pem'), servername: 'localhost', ...more });
      socket.on('error', () => {});
      open.push(socket);
      return socket;
    }

    it('knows the sender by its certificate, and ends the connection with it', async () => {
      const port = await listen({ tls: tls() });
      const socket = await dialTls(port, { cert: pem('fw-1.pem'), key: pem('fw-1.key') });
      socket.write('10 <13>secret');
      await expect.poll(texts, LONG).toEqual(['<13>secret']);
      expect(gateway.taken[0]!.delivery).toMatchObject({ organization: 'alpha', source: 'firewall', sensor: 'fw-1' });
      expect(gateway.seen).toEqual([{ kind: 'certificate', sha256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) }]);
      gateway.revoke();
      await closed(socket);
    });

    it.each<[name: string, certificate: string | null]>([
      ['no certificate', null],
      ['a certificate of another authority', 'stranger'],
    ])('refuses %s', async (_name, name) => {
      const port = await listen({ tls: tls() });
      const socket = await dialTls(port, name === null ? {} : { cert: pem(`${name}.pem`), key: pem(`${name}.key`) });
      socket.write('<13>never\n');
      await closed(socket);
      expect([gateway.taken, gateway.seen]).toEqual([[], []]);
    });

    it('refuses a certificate that no sensor was enrolled with', async () => {
      const port = await listen({ tls: tls() });
      gateway.sensor = null;
      const socket = await dialTls(port, { cert: pem('fw-1.pem'), key: pem('fw-1.key') });
      socket.write('<13>never\n');
      await closed(socket);
      expect([gateway.taken, gateway.dropped]).toEqual([[], { 'not-allowed': 1 }]);
    });

    describe('and SVIDs', () => {
      const ID = 'spiffe://prod.test/fw/1';
      beforeAll(() => {
        makeCertificates(folder, [], 'domain');
        for (const [name, by] of [
          ['svid', 'domain'],
          ['forged', 'ca'],
        ]) {
          const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
          writeFileSync(join(folder, 'extensions'), `subjectAltName=URI:${ID}\n`);
          openssl(
            'req',
            '-newkey',
            'ec',
            '-pkeyopt',
            'ec_paramgen_curve:P-256',
            '-nodes',
            '-keyout',
            `${name}.key`,
            '-out',
            `${name}.csr`,
            '-subj',
            '/O=SPIRE',
          );
          const signed = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '2', '-extfile', 'extensions'];
          openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...signed);
        }
      });
      const withSpiffe = () => ({ ...tls(), spiffe: { bundle: pem('domain.pem'), domain: readTrustDomain('prod.test', pem('domain.pem'), 'x') } });

      it('knows the sender by its SPIFFE ID, and ends the connection with it', async () => {
        const port = await listen({ tls: withSpiffe() });
        const socket = await dialTls(port, { cert: pem('svid.pem'), key: pem('svid.key') });
        socket.write('<13>from a workload\n');
        await expect.poll(texts, LONG).toEqual(['<13>from a workload']);
        expect(gateway.seen).toEqual([{ kind: 'spiffe', id: ID }]);
        gateway.revoke();
        await closed(socket);
      });

      it('goes on knowing others by their certificate', async () => {
        const port = await listen({ tls: withSpiffe() });
        (await dialTls(port, { cert: pem('fw-1.pem'), key: pem('fw-1.key') })).write('<13>a\n');
        await expect.poll(() => gateway.seen.map(({ kind }) => kind), LONG).toEqual(['certificate']);
      });

      it('refuses an ID that another authority vouches for, though that one is trusted', async () => {
        const port = await listen({ tls: withSpiffe() });
        const socket = await dialTls(port, { cert: pem('forged.pem'), key: pem('forged.key') });
        socket.write('<13>never\n');
        await closed(socket);
        expect([gateway.taken, gateway.seen, gateway.dropped]).toEqual([[], [], { 'not-allowed': 1 }]);
      });
    });

    it('takes anybody where no client certificate is asked for', async () => {
      const port = await listen({ tls: { ...tls(), clientCa: null } });
      (await dialTls(port, {})).write('<13>open\n');
      await expect.poll(texts, LONG).toEqual(['<13>open']);
    });
  });
});
