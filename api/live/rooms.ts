// /live: the same news as the GraphQL subscriptions, as plain JSON for programs that speak nothing but WebSocket.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import { alertsByIds } from '../../store/queries/alerts.ts';
import { alertDocument } from '../alert-view.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Principal } from '../auth/tokens.ts';
import { readEventFilter } from '../event-filter.ts';
import { eventDocument } from '../event-view.ts';
import { asProblem } from '../gate/as-problem.ts';
import { requireRole } from '../gate/gate.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { Services } from '../graphql/context.ts';
import { parseTime } from '../time.ts';
import { openExpiry } from './expiry.ts';
import type { Closable } from './expiry.ts';
import { BoundedQueue, converted } from './queue.ts';

const ROOMS = ['alerts', 'events', 'counters'] as const;
type Room = (typeof ROOMS)[number];

const time = z
  .string()
  .transform((text, context) => parseTime(text) ?? (context.addIssue({ code: 'custom', message: 'A time is ISO 8601 with a zone.' }), z.NEVER));
const names = z.array(z.string().max(256)).max(100).optional();
const filter = z.strictObject({
  from: time.optional(),
  to: time.optional(),
  dataset: names,
  sensor: names,
  host: names,
  user: names,
  address: z.string().max(64).optional(),
  minSeverity: z.number().optional(),
  search: z.string().max(2_000).optional(),
});
const message = z.union([
  z.strictObject({ token: z.string().max(10_000) }),
  z.strictObject({ join: z.enum(ROOMS), filter: filter.optional() }),
  z.strictObject({ leave: z.enum(ROOMS) }),
]);

const COUNTERS_MS = 2_000;
const PING_MS = 15_000;
const MAX_WAITING = 32;
const TRY_AGAIN = 1_013;
const POLICY = 1_008;
const HELP =
  'Send {"token":"..."} first unless the request had one, then {"join":"alerts"}, {"join":"events","filter":{...}} or {"join":"counters"}; {"leave":"..."} ends one.';

interface Socket extends Closable {
  readonly send: (data: string, done: (error?: Error) => void) => void;
  readonly on: ((event: 'message', listener: (data: unknown) => void) => unknown) &
    ((event: 'pong', listener: () => void) => unknown) &
    ((event: 'error', listener: () => void) => unknown);
  readonly ping: () => void;
  readonly terminate: () => void;
}

/** Registers /live. @fastify/websocket must be there. */
export function registerRooms(app: FastifyInstance, services: Services, authenticate: Authenticate, log: Logger): void {
  app.route({
    method: 'GET',
    url: '/live',
    schema: { hide: true },
    handler: async () => {
      throw new ApiProblem('INVALID_REQUEST', 'This address speaks WebSocket only.');
    },
    wsHandler: (socket, request) => new Visitor(socket as unknown as Socket, request, services, authenticate, log).greet(),
  });
}

class Visitor {
  readonly #socket: Socket;
  readonly #services: Services;
  readonly #authenticate: Authenticate;
  readonly #address: string;
  readonly #log: Logger;
  readonly #joined = new Map<Room, AsyncIterableIterator<object, undefined>>();
  #principal: Principal | null;
  #heard: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(socket: Socket, { principal, ip }: FastifyRequest, services: Services, authenticate: Authenticate, log: Logger) {
    this.#socket = socket;
    this.#principal = principal;
    this.#services = services;
    this.#authenticate = authenticate;
    this.#address = ip;
    this.#log = log;
  }

  greet(): void {
    if (this.#principal !== null) openExpiry(this.#socket, this.#principal);
    let isAlive = true;
    const ping = setInterval(() => {
      if (!isAlive) return this.#socket.terminate(); // a peer that is gone keeps nothing
      isAlive = false;
      this.#socket.ping();
    }, PING_MS);
    ping.unref();
    this.#socket.on('pong', () => {
      isAlive = true;
    });
    this.#socket.on('error', () => {});
    this.#socket.on('message', (data) => this.#receive(String(data)));
    this.#socket.once('close', () => {
      clearInterval(ping);
      for (const room of this.#joined.keys()) this.#leave(room);
    });
  }

  /** One after the other: what follows a token may rely on it. */
  #receive(data: string): void {
    this.#waiting += 1;
    if (this.#waiting > MAX_WAITING) return this.#socket.close(POLICY, 'Too many messages at once.');
    this.#heard = this.#heard
      .then(() => this.#hear(data))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  async #hear(data: string): Promise<void> {
    try {
      const parsed = message.safeParse(parseJson(data));
      if (!parsed.success) throw new ApiProblem('INVALID_REQUEST', HELP);
      if ('token' in parsed.data) {
        this.#principal = await this.#authenticate(parsed.data.token, this.#address);
        openExpiry(this.#socket, this.#principal);
        await this.#send({ welcome: this.#principal.user, organization: this.#principal.organization });
      } else if ('leave' in parsed.data) this.#leave(parsed.data.leave);
      else await this.#join(parsed.data.join, parsed.data.filter);
    } catch (error) {
      const problem = this.#problemOf(error);
      await this.#send({ error: { code: problem.code, detail: problem.message, ...problem.extensions } });
      if (problem.code === 'UNAUTHENTICATED') this.#socket.close(POLICY, problem.code);
    }
  }

  async #join(room: Room, input: z.infer<typeof filter> | undefined): Promise<void> {
    const principal = this.#principal;
    if (principal === null) throw new ApiProblem('UNAUTHENTICATED', HELP);
    requireRole(principal, `live ${room}`);
    this.#leave(room);
    const news = this.#newsOf(room, principal, input);
    this.#joined.set(room, news);
    await this.#send({ joined: room });
    void this.#pump(room, news);
  }

  #newsOf(room: Room, { organization }: Principal, input: z.infer<typeof filter> | undefined): AsyncIterableIterator<object, undefined> {
    const { run, alertFeed, tail, monitor } = this.#services;
    switch (room) {
      case 'alerts':
        return converted(alertFeed.subscribe(organization), async ({ id }) => {
          const [alert] = await run(organization, (sql) => alertsByIds(sql, [id]));
          return alert && { alert: alertDocument(alert) };
        });
      case 'events':
        return converted(tail.watch(organization, readEventFilter(input)), async ({ events, leftOut }) => ({ events: events.map(eventDocument), leftOut }));
      case 'counters':
        return converted(ticks(COUNTERS_MS), async () => {
          const { state, stages } = await monitor.snapshot();
          return { state, stages: stages.map(({ name, lag, inPerSecond }) => ({ name, lag, inPerSecond })) };
        });
    }
  }

  async #pump(room: Room, news: AsyncIterableIterator<object, undefined>): Promise<void> {
    try {
      for await (const item of news) await this.#send({ room, ...item });
    } catch (error) {
      const problem = this.#problemOf(error);
      await this.#send({ room, error: { code: problem.code, detail: problem.message } });
      if (problem.code === 'SLOW_CONSUMER') this.#socket.close(TRY_AGAIN, problem.code);
    } finally {
      if (this.#joined.get(room) === news) this.#joined.delete(room);
    }
  }

  #leave(room: Room): void {
    const news = this.#joined.get(room);
    this.#joined.delete(room);
    void news?.return?.();
  }

  /** Resolves when the socket took it, so that a slow peer makes its queue fill instead of this process. */
  #send(document: object): Promise<void> {
    return new Promise((resolve) => this.#socket.send(JSON.stringify(document), () => resolve()));
  }

  #problemOf(error: unknown): ApiProblem {
    const problem = asProblem(error);
    if (problem.code === 'UNEXPECTED') this.#log.error({ code: problem.code, err: error }, 'A room failed unexpectedly.');
    return problem;
  }
}

/** One at once, then one every `ms`; those that nobody fetched in time are not made up for. */
function ticks(ms: number): BoundedQueue<true> {
  const queue: BoundedQueue<true> = new BoundedQueue<true>(2, () => clearInterval(timer));
  const timer = setInterval(() => {
    if (queue.length === 0) queue.push(true);
  }, ms);
  timer.unref();
  queue.push(true);
  return queue;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
