import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { credentials, status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectorDeps, Source } from '../../pipeline/core/connector.ts';
import { hasOpenssl, makeCertificates } from '../../test/certificates.ts';
import type { Certificates } from '../../test/certificates.ts';
import { enrolled, testGateway } from '../_contract/gateway.ts';
import type { TestGateway } from '../_contract/gateway.ts';
import { exportLogs, framed, halfSent, REQUEST } from './client.test-kit.ts';
import type { GrpcOptions } from './server.ts';
import { listenGrpc } from './server.ts';

const options: GrpcOptions = { host: '127.0.0.1', port: 0, maxRequestBytes: 1_000_000, tls: null };
const RIGHT = { authorization: 'Bearer ghs_right' };

let gateway: TestGateway;
const open: Source[] = [];
afterEach(async () => {
  for (const source of open.splice(0)) await source.stop();
});
async function listen(more: Partial<GrpcOptions> = {}, deps: Partial<ConnectorDeps> = {}) {
  gateway = testGateway();
  const source = await listenGrpc({ ...options, ...more }, { ...gateway.deps, ...deps });
  open.push(source);
  return source.addresses[0]!.replace(/^grpcs?:\/\//, '');
}

describe('requests that are slow, or lie', () => {
  it.each<[name: string, headers: Readonly<Record<string, string>>]>([
    ['nobody', {}],
    ['a stranger', { authorization: 'Bearer ghs_wrong' }],
  ])('refuses %s before a byte of the request has come', async (_name, headers) => {
    expect(await halfSent(await listen(), Buffer.alloc(0), headers)).toBe(status.UNAUTHENTICATED);
  });

  it.each<[name: string, sent: Buffer, headers: Readonly<Record<string, string>>, code: status]>([
    ['one that does not go on', framed(REQUEST).subarray(0, 9), {}, status.DEADLINE_EXCEEDED],
    ['one that says nothing', Buffer.alloc(0), {}, status.DEADLINE_EXCEEDED],
    ['one that is longer than it says', framed(REQUEST, false, 3), {}, status.RESOURCE_EXHAUSTED],
    ['one that says it is too long', framed(REQUEST, false, 1_000_001), {}, status.RESOURCE_EXHAUSTED],
    ['one that unpacks to too much', framed(gzipSync(Buffer.alloc(50_000_000)), true), { 'grpc-encoding': 'gzip' }, status.RESOURCE_EXHAUSTED],
    ['one that cannot be unpacked', framed(Buffer.from('no gzip'), true), { 'grpc-encoding': 'gzip' }, status.INTERNAL],
  ])('ends %s, and takes the next', async (_name, sent, headers, code) => {
    const address = await listen({ readMs: 300 });
    expect(await halfSent(address, sent, { ...RIGHT, ...headers })).toBe(code);
    expect((await exportLogs(address, REQUEST)).code).toBe(status.OK);
    expect(gateway.taken).toHaveLength(1);
  });

  it('closes a connection that never says anything', async () => {
    const [host, port] = (await listen({ idleMs: 50 })).split(':');
    const socket = connect(Number(port), host);
    await once(socket, 'connect');
    socket.resume();
    await once(socket, 'close');
  });

  it('reads no more at once than it may, and of one sensor half of it; the others wait and come to their turn', async () => {
    const held: (() => void)[] = [];
    const asked: string[] = [];
    const other = { ...enrolled, sensor: 'fw-2' };
    const address = await listen(
      { maxRequestBytes: 64 << 20 }, // so that two are read at once
      {
        async deliver(values, delivery) {
          asked.push(delivery.sensor);
          await new Promise<void>((resolve) => held.push(resolve));
          return gateway.deps.deliver(values, delivery);
        },
        sensors: {
          ...gateway?.deps.sensors,
          watch: () => () => {},
          authenticateSensor: async (by) => (by.kind === 'token' && by.token === 'b' ? other : enrolled),
        },
      },
    );
    const slow = [1, 2, 3].map(() => exportLogs(address, REQUEST, 'Bearer a'));
    await expect.poll(() => asked, { timeout: 15_000 }).toEqual(['fw-1']);
    const quick = exportLogs(address, REQUEST, 'Bearer b');
    await expect.poll(() => asked, { timeout: 15_000 }).toEqual(['fw-1', 'fw-2']);
    for (let n = 0; n < 4; n += 1) {
      await expect.poll(() => held.length, { timeout: 15_000 }).toBeGreaterThan(0);
      held.shift()!();
    }
    expect((await Promise.all([...slow, quick])).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(asked.toSorted()).toEqual(['fw-1', 'fw-1', 'fw-1', 'fw-2']);
  });
});

describe.skipIf(!hasOpenssl())('OTLP over gRPC with TLS', () => {
  let folder: string;
  let pem: Certificates['pem'];
  const bytes = (file: string) => Buffer.from(pem(file));
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-grpc-'));
    ({ pem } = makeCertificates(folder, ['localhost', 'fw-1']));
    makeCertificates(folder, ['stranger'], 'other');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const tls = (isMutual: boolean) => ({ cert: bytes('localhost.pem'), key: bytes('localhost.key'), clientCa: isMutual ? bytes('ca.pem') : null });
  const as = (name: string) => credentials.createSsl(bytes('ca.pem'), bytes(`${name}.key`), bytes(`${name}.pem`));

  it('takes a token', async () => {
    const address = await listen({ tls: tls(false) });
    expect(open[0]!.addresses[0]).toMatch(/^grpcs:/);
    expect((await exportLogs(address, REQUEST, 'Bearer ghs_right', credentials.createSsl(bytes('ca.pem')))).code).toBe(status.OK);
    expect((await exportLogs(address, REQUEST, '', credentials.createSsl(bytes('ca.pem')))).code).toBe(status.UNAUTHENTICATED);
    expect((await exportLogs(address, REQUEST)).code).toBe(status.UNAVAILABLE); // without TLS
    expect(gateway.taken).toHaveLength(1);
  });

  it('takes a certificate in place of a token, of a sensor that was enrolled with it', async () => {
    const address = await listen({ tls: tls(true) });
    expect((await exportLogs(address, REQUEST, '', as('fw-1'))).code).toBe(status.OK);
    expect(gateway.seen).toEqual([{ kind: 'certificate', sha256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) }]);
    expect(gateway.taken[0]!.delivery).toMatchObject({ organization: 'alpha', sensor: 'fw-1' });
    gateway.sensor = null; // revoked
    expect((await exportLogs(address, REQUEST, '', as('fw-1'))).code).toBe(status.UNAUTHENTICATED);
    expect(gateway.taken).toHaveLength(1);
  });

  it.each<[name: string, channel: () => ReturnType<typeof as>]>([
    ['no certificate, whatever its token', () => credentials.createSsl(bytes('ca.pem'))],
    ['a certificate of another authority', () => as('stranger')],
  ])('ends the connection of who has %s', async (_name, channel) => {
    const address = await listen({ tls: tls(true) });
    expect((await exportLogs(address, REQUEST, 'Bearer ghs_right', channel())).code).toBe(status.UNAVAILABLE);
    expect([gateway.seen, gateway.taken]).toEqual([[], []]);
  });
});
