// The API's own TLS: what it serves with, and when its files change.
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import pino from 'pino';
import { hasOpenssl, makeCertificates } from '../../test/certificates.ts';
import { config } from '../config.ts';
import { openTls } from './tls.ts';
import type { OwnTls } from './tls.ts';

it('takes a certificate with its key only', () => {
  expect(config.safeParse({ tlsCertFile: 'a.pem' }).error?.issues[0]).toMatchObject({ path: ['tlsKeyFile'] });
  expect(config.safeParse({ tlsKeyFile: 'a.key' }).error?.issues[0]).toMatchObject({ path: ['tlsKeyFile'] });
});

describe.skipIf(!hasOpenssl())('the TLS of the API', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-tls-'));
  const path = (file: string) => join(folder, file);
  const files = { tlsCertFile: path('tls.pem'), tlsKeyFile: path('tls.key') };
  const told: { readonly msg: string; readonly reason?: string }[] = [];
  const log = pino({}, { write: (line: string) => told.push(JSON.parse(line)) });
  let ca: string;
  let tls: OwnTls;
  let port: number;
  let close: () => void;
  const install = (name: string) => ['pem', 'key'].forEach((end) => copyFileSync(path(`${name}.${end}`), path(`tls.${end}`)));
  const reach = async (options: ConnectionOptions = {}): Promise<TLSSocket> => {
    const socket = connect({ host: '127.0.0.1', port, ca, checkServerIdentity: () => undefined, ...options });
    await once(socket, 'secureConnect');
    return socket;
  };
  /** Whose certificate a new connection sees. */
  const served = async () => {
    const socket = await reach();
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return CN;
  };

  beforeAll(() => {
    ca = makeCertificates(folder, ['first', 'second']).pem('ca.pem');
  });
  beforeEach(async () => {
    install('first');
    told.length = 0;
    tls = openTls(files, log)!;
    const server = tls.createServer({}, (_request, response) => response.end('here'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    close = () => {
      server.closeAllConnections();
      server.close();
    };
  });
  afterEach(() => {
    tls.stop();
    close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is a certificate of the operator, by TLS 1.2 or 1.3, and HTTP/1.1', async () => {
    for (const [maxVersion, protocol] of [
      ['TLSv1.3', 'TLSv1.3'],
      ['TLSv1.2', 'TLSv1.2'],
    ] as const) {
      const socket = await reach({ maxVersion, ALPNProtocols: ['h2', 'http/1.1'] });
      expect([socket.getProtocol(), socket.alpnProtocol]).toEqual([protocol, 'http/1.1']);
      socket.destroy();
    }
    const old = connect({ host: '127.0.0.1', port, ca, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    await expect(once(old, 'secureConnect')).rejects.toThrow();
  });

  it('changes with its files, and connections that are open go on', async () => {
    const before = await reach();
    tls.look();
    install('second');
    tls.look();
    expect(await served()).toBe('second');
    before.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    const [answer] = await once(before, 'data');
    expect(String(answer)).toContain('200 OK');
    before.destroy();
    expect(told.map(({ msg }) => msg)).toEqual(['The API serves with a new certificate.']);
  });

  it('stays what it was while the files do not do, and says so once', async () => {
    copyFileSync(path('second.pem'), path('tls.pem')); // the key follows later
    tls.look();
    tls.look();
    expect(await served()).toBe('first');
    expect(told).toEqual([expect.objectContaining({ msg: expect.stringContaining('cannot be used'), reason: expect.stringContaining('its key') })]);
    copyFileSync(path('second.key'), path('tls.key'));
    tls.look();
    expect(await served()).toBe('second');
  });

  it('outlives files that are away for a while, or empty', async () => {
    renameSync(path('tls.pem'), path('away.pem'));
    tls.look();
    writeFileSync(path('tls.pem'), '');
    tls.look();
    expect(await served()).toBe('first');
    expect(told).toHaveLength(2);
    renameSync(path('away.pem'), path('tls.pem'));
    tls.look();
    expect(await served()).toBe('first');
  });

  it('does not answer plain HTTP, and lives on', async () => {
    const socket = connectPlain(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    await once(socket, 'close');
    expect(Buffer.concat(received).toString('latin1')).not.toContain('HTTP/1.1');
    expect(await served()).toBe('first');
  });

  it.each<[name: string, files: { readonly tlsCertFile: string; readonly tlsKeyFile: string }, message: string]>([
    ['a file is not there', { ...files, tlsCertFile: path('none.pem') }, 'none.pem cannot be read (ENOENT)'],
    ['the key is of another certificate', { ...files, tlsKeyFile: path('second.key') }, 'not a certificate and its key'],
    ['the certificate is none', { ...files, tlsCertFile: path('second.key') }, 'not a certificate and its key'],
  ])('does not start when %s', (_name, given, message) => {
    expect(() => openTls(given, log)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining(message) }));
  });

  it('is none unless it is configured', () => {
    expect(openTls({ tlsCertFile: '', tlsKeyFile: '' }, log)).toBeNull();
  });
});
