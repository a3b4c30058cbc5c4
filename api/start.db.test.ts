import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasOpenssl, makeCertificates } from '../test/certificates.ts';
import { memoryBroker } from '../pipeline/runtime/memory/index.ts';
import { Codec } from '../schemas/avro/codec.ts';
import { fixedIds } from '../schemas/avro/registry.ts';
import { openPool } from '../store/connect.ts';
import { config } from './config.ts';
import type { ApiDeps } from './deps.ts';
import { startApi } from './start.ts';
import type { RunningApi } from './start.ts';
import { INSTALLATION, topology } from './test/api.ts';
import { openTestDatabase, serverUrl } from './test/database.ts';
import type { TestDatabase } from './test/database.ts';

describe.skipIf(serverUrl === '')('starting the API', () => {
  let database: TestDatabase;
  let running: RunningApi | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-start-'));
  const deps = (more: Partial<ApiDeps> = {}): ApiDeps => ({
    config: config.parse({ port: 0 }),
    log: pino({ level: 'silent' }),
    pool: database.pool,
    openListener: database.openListener,
    broker: memoryBroker(),
    codec: new Codec(fixedIds()),
    topology,
    probes: [],
    metrics: new Registry(),
    installationId: INSTALLATION,
    keyFolder: join(folder, 'keys'),
    dashboardFolder: null,
    version: '0',
    createRawTopic: async () => {},
    ...more,
  });
  const occupied = (): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer();
      server.listen(0, '127.0.0.1', () => resolve(server));
    });

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  it("gives the first administrator's password once, and it opens the door", async () => {
    const passwords: string[] = [];
    running = await startApi(deps(), { isPortExplicit: false, onFirstPassword: (password) => passwords.push(password) });
    const login = await fetch(`${running.url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: 'admin', password: passwords[0] }),
    });
    expect(login.status).toBe(200);
    await running.stop();
    running = await startApi(deps(), { isPortExplicit: false, onFirstPassword: (password) => passwords.push(password) });
    expect(passwords).toHaveLength(1);
  });

  it.skipIf(!hasOpenssl())('serves by TLS where it has a certificate, and says where under the name of that', async () => {
    makeCertificates(folder, ['localhost']);
    const tls = { port: 0, tlsCertFile: join(folder, 'localhost.pem'), tlsKeyFile: join(folder, 'localhost.key') };
    const start = (more: object) => startApi(deps({ config: config.parse({ ...tls, ...more }) }), { isPortExplicit: false, onFirstPassword: () => {} });
    running = await start({});
    expect(running.url).toBe(`https://127.0.0.1:${running.port}`);
    await expect(fetch(running.url.replace('https:', 'http:'))).rejects.toThrow();
    await running.stop();
    running = await start({ publicUrl: 'https://soc.example.org' });
    expect(running.url).toBe('https://soc.example.org');
    await running.stop();
    running = undefined;
    await expect(start({ tlsKeyFile: join(folder, 'none.key') })).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });

  it('takes a free port when the usual one is taken', async () => {
    const server = await occupied();
    const { port } = server.address() as AddressInfo;
    running = await startApi(deps({ config: config.parse({ port }) }), { isPortExplicit: false, onFirstPassword: () => {} });
    expect(running.port).not.toBe(port);
    expect((await fetch(`${running.url}/health`)).status).toBe(200);
    server.close();
  });

  it('does not take another port than the one that was asked for', async () => {
    const server = await occupied();
    const { port } = server.address() as AddressInfo;
    await expect(startApi(deps({ config: config.parse({ port }) }), { isPortExplicit: true, onFirstPassword: () => {} })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(String(port)),
    });
    server.close();
  });

  it('serves while the database is away', async () => {
    const pool = openPool({ databaseUrl: 'postgresql://goshawk_api@127.0.0.1:1/none' });
    running = await startApi(deps({ pool }), { isPortExplicit: false, onFirstPassword: () => {} });
    const response = await fetch(`${running.url}/health/ready`);
    expect(response.status).toBe(503);
    await running.stop();
    await pool.end();
  });

  it('finishes what is in flight when it ends, and tells sockets to come again', async () => {
    running = await startApi(deps(), { isPortExplicit: false, onFirstPassword: () => {} });
    const socket = new WebSocket(`${running.url.replace('http', 'ws')}/live`);
    const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve, { once: true }));
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    const arrived = Promise.withResolvers<void>();
    running.app.server.once('request', () => arrived.resolve());
    const body = JSON.stringify({ user: 'admin', password: 'wrong' });
    const [first, rest] = [body.slice(0, 5), body.slice(5)];
    const more = Promise.withResolvers<void>();
    const inFlight = fetch(`${running.url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      duplex: 'half',
      body: new ReadableStream({
        async start(controller) {
          controller.enqueue(Buffer.from(first));
          await more.promise;
          controller.enqueue(Buffer.from(rest));
          controller.close();
        },
      }),
    } as RequestInit);
    await arrived.promise;
    const stopped = running.stop();
    running = undefined;
    expect((await closed).code).toBe(1_001);
    more.resolve();
    expect((await inFlight).status).toBe(401);
    await stopped;
  });

  it('ends with connections still open', async () => {
    running = await startApi(deps(), { isPortExplicit: false, onFirstPassword: () => {} });
    const socket = new WebSocket(`${running.url.replace('http', 'ws')}/live`);
    const closed = vi.fn();
    socket.addEventListener('close', closed);
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    await running.stop();
    running = undefined;
    await vi.waitFor(() => expect(closed).toHaveBeenCalled());
  });
});
