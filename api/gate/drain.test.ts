import { once } from 'node:events';
import { connect } from 'node:net';
import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import { afterEach, expect, it, vi } from 'vitest';
import { openDrain } from './drain.ts';
import { openBehindTheGate } from './test/behind-the-gate.ts';
import type { BehindTheGate, GateOptions } from './test/behind-the-gate.ts';

let gate: BehindTheGate;
afterEach(() => gate?.app.close());
const HOURS = 3_600_000;

/** A route that answers when it is told to, and tells when somebody asks. */
async function open(config: GateOptions['config']) {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  gate = await openBehindTheGate({
    config,
    routes: async (app) => {
      await app.register(websocket);
      app.get('/.well-known/jwks.json', async () => {
        asked.resolve();
        await answer.promise;
        return { done: true };
      });
      app.get('/live', { websocket: true }, () => {});
    },
  });
  const url = `http://127.0.0.1:${await gate.listen()}`;
  return { ...gate, url, asked: asked.promise, answer: answer.resolve };
}

it('finishes what is in flight, refuses what is new, and is over when nothing is left', async () => {
  const { drain, url, asked, answer } = await open({ drainMs: HOURS });
  const inFlight = fetch(`${url}/.well-known/jwks.json`);
  await asked;
  const over = vi.fn();
  const draining = drain.begin().then(over);
  const ready = await fetch(`${url}/health/ready`);
  expect([ready.status, await ready.json(), ready.headers.get('connection')]).toEqual([503, { status: 'draining', parts: [] }, 'close']);
  expect((await fetch(`${url}/health`)).status, 'alive all the same').toBe(200);
  const refused = await fetch(`${url}/auth/me`);
  expect([refused.status, await refused.json(), refused.headers.get('retry-after')]).toEqual([503, expect.objectContaining({ code: 'DRAINING' }), '1']);
  expect(over).not.toHaveBeenCalled();
  answer();
  expect(await (await inFlight).json()).toEqual({ done: true });
  await draining;
});

it('ends at once when nothing is in flight, and closes connections that rest', async () => {
  const { drain, url } = await open({ drainMs: HOURS });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('GET /health HTTP/1.1\r\nhost: h\r\n\r\n');
  await once(socket, 'data');
  const closed = once(socket, 'close');
  await drain.begin();
  await closed;
});

it('waits no longer than it may', async () => {
  const { drain, url, asked, answer } = await open({ drainMs: 0 });
  const inFlight = fetch(`${url}/.well-known/jwks.json`);
  await asked;
  await drain.begin();
  answer();
  await inFlight;
});

it('tells sockets that it goes away, and what to do', async () => {
  const { drain, url } = await open({ drainMs: HOURS });
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live`);
  await once(socket, 'open');
  const closed = once(socket, 'close') as Promise<[CloseEvent]>;
  await drain.begin();
  const [{ code, reason }] = await closed;
  expect([code, reason]).toEqual([1_001, 'This process ends. Connect again: another one takes over.']);
});

it('is not ready and serves on while load balancers take notice', async () => {
  const app = Fastify();
  const noticed = Promise.withResolvers<void>();
  const drain = openDrain(app, { noticeMs: 1, endMs: HOURS, waitForNotice: () => noticed.promise });
  for (const url of ['/health/ready', '/auth/me']) app.get(url, async () => ({}));
  const draining = drain.begin();
  expect((await app.inject('/health/ready')).statusCode).toBe(503);
  const { statusCode, headers } = await app.inject('/auth/me');
  expect([statusCode, headers.connection]).toEqual([200, 'close']);
  noticed.resolve();
  await draining;
  expect((await app.inject('/auth/me')).statusCode).not.toBe(200);
});
