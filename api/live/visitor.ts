// One socket of /live: what it says, the rooms it is in, and what waits for it.
import type { Logger } from 'pino';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Principal } from '../auth/tokens.ts';
import { asProblem } from '../gate/as-problem.ts';
import { requireRole } from '../gate/gate.ts';
import { mayDo } from '../gate/permissions.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { Joined, RoomHub } from './hub.ts';
import type { LiveMetrics } from './metrics.ts';
import { CLOSE, HELP, message, parseRoom, permissionsOf } from './protocol.ts';
import type { CloseReason, Message, RoomName } from './protocol.ts';
import { errorDocument } from './room.ts';
import type { LiveSession, LiveSessions } from './sessions.ts';

/** Of a WebSocket of `ws`, as far as it matters here. */
export interface Socket {
  readonly bufferedAmount: number;
  readonly send: (data: string | Buffer, options: { readonly binary: false }) => void;
  readonly ping: () => void;
  readonly close: (code: number, reason: string) => void;
  readonly terminate: () => void;
}
export interface VisitorDeps {
  readonly hub: RoomHub;
  readonly sessions: LiveSessions;
  readonly authenticate: Authenticate;
  readonly metrics: LiveMetrics;
  readonly log: Logger;
  readonly queueBytes: number;
  readonly nowMs: () => number;
}

/** Messages of a visitor that wait for those before them. */
const MAX_WAITING = 32;
const BURST = 60;
const PER_SECOND = 10;
const MOST_ROOMS = 50;
/** Messages held back while what was missed is read. */
const MOST_HELD = 1_000;
const AUTHENTICATE_MS = 10_000;
const IDLE_MS = 300_000;
const PING_MS = 15_000;
const WARN_SECONDS = 60;

interface Place {
  readonly name: RoomName;
  readonly joined: Joined;
}

export class Visitor {
  readonly #socket: Socket;
  readonly #deps: VisitorDeps;
  readonly #address: string;
  readonly #places = new Map<string, Place>();
  #principal: Principal | null = null;
  #session: LiveSession | undefined;
  #heard: Promise<void> = Promise.resolve();
  #waiting = 0;
  #allowance = BURST;
  #allowanceAt: number;
  #isClosed = false;
  #isWarned = false;
  /** When it was last in a room, or came. */
  #busyAt: number;
  #pingedAt: number;
  #isAlive = true;

  constructor(socket: Socket, address: string, deps: VisitorDeps) {
    this.#socket = socket;
    this.#address = address;
    this.#deps = deps;
    this.#busyAt = this.#allowanceAt = this.#pingedAt = deps.nowMs();
  }

  /** The request that opened the socket had a token. */
  enter(principal: Principal): void {
    try {
      this.#identify(principal);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** What the visitor says is heard one after the other: what follows a token may rely on it. */
  receive(data: string): void {
    if (this.#isClosed) return;
    this.#waiting += 1;
    if (!this.#isAllowed() || this.#waiting > MAX_WAITING) return this.close('FLOOD');
    this.#heard = this.#heard
      .then(() => this.#hear(data))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  pong(): void {
    this.#isAlive = true;
  }

  /** Called every few seconds: ends peers that are gone, that never said who they are, or that want nothing. */
  look(): void {
    if (this.#isClosed) return;
    const now = this.#deps.nowMs();
    if (this.#principal === null && now - this.#busyAt >= AUTHENTICATE_MS) return this.close('UNAUTHENTICATED');
    if (this.#places.size > 0) this.#busyAt = now;
    if (this.#principal !== null && now - this.#busyAt >= IDLE_MS) return this.close('IDLE');
    this.#warn(now);
    if (now - this.#pingedAt < PING_MS) return;
    if (!this.#isAlive) return this.#socket.terminate(); // what is gone keeps nothing
    this.#isAlive = false;
    this.#pingedAt = now;
    this.#socket.ping();
  }

  close(reason: CloseReason): void {
    if (this.#isClosed) return;
    const { code, reason: text } = CLOSE[reason];
    this.#deps.metrics.closed.inc({ code });
    this.#socket.close(code, text);
    this.gone();
  }

  /** The socket is closed, by whichever side. */
  gone(): void {
    this.#isClosed = true;
    this.#session?.end();
    for (const room of this.#places.keys()) this.#leave(room);
  }

  async #hear(data: string): Promise<void> {
    if (this.#isClosed) return;
    try {
      const said = parseMessage(data);
      if ('token' in said) this.#identify(await this.#deps.authenticate(said.token, this.#address));
      else if ('leave' in said) this.#leave(said.leave);
      else await this.#join(said);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown, room?: string): void {
    const problem = asProblem(error);
    if (problem.code === 'UNEXPECTED') this.#deps.log.error({ code: problem.code, err: error }, 'A room failed unexpectedly.');
    this.#say({ ...(room !== undefined && { room }), error: errorDocument(problem) });
    if (problem.code === 'UNAUTHENTICATED') this.close('UNAUTHENTICATED');
    else if (this.#principal === null && problem.code === 'RATE_LIMITED') this.close('TOO_MANY');
  }

  /** The first token says whose the socket is; later ones, of the same user, let it stay. */
  #identify(principal: Principal): void {
    if (this.#isClosed) return;
    if (this.#session === undefined) this.#session = this.#deps.sessions.open(principal, (reason) => this.close(reason));
    else this.#session.renew(principal);
    this.#principal = principal;
    this.#isWarned = false;
    const { user, organization, expiresAt } = principal;
    this.#say({ welcome: user, organization, expiresAt });
    for (const { name } of this.#places.values()) {
      if (permissionsOf(name).every((permission) => mayDo(permission, principal))) continue;
      this.#leave(name.text);
      this.#refuse(new ApiProblem('FORBIDDEN', 'Your roles do not allow this room any more.'), name.text);
    }
  }

  async #join({ join, filter, cursor }: Extract<Message, { readonly join: string }>): Promise<void> {
    const principal = this.#principal;
    if (principal === null) throw new ApiProblem('UNAUTHENTICATED', HELP);
    const name = parseRoom(join);
    if (name === null) throw new ApiProblem('INVALID_REQUEST', `There is no room of this name. ${HELP}`);
    for (const permission of permissionsOf(name)) requireRole(principal, permission);
    this.#leave(join);
    if (this.#places.size >= MOST_ROOMS) throw new ApiProblem('RATE_LIMITED', `At most ${MOST_ROOMS} rooms over one connection. Leave one.`);
    const entrance = new Entrance((data) => this.#push(data));
    const joined = await this.#deps.hub.join(principal, name, filter, {
      send: (data) => entrance.send(data),
      fail: (error) => {
        this.#leave(join);
        this.#refuse(error, join);
      },
    });
    if (this.#isClosed) return joined.leave();
    this.#places.set(join, { name, joined });
    try {
      const missed = cursor === undefined ? [] : await joined.missed(cursor);
      const here = joined.cursor === null ? {} : { cursor: joined.cursor };
      this.#say({ joined: join, ...here });
      if (missed === null) this.#say({ room: join, reset: true, ...here });
      else for (const data of missed) this.#push(data);
      entrance.open();
    } catch (error) {
      this.#leave(join);
      throw error;
    }
  }

  #leave(room: string): void {
    const place = this.#places.get(room);
    this.#places.delete(room);
    place?.joined.leave();
  }

  #warn(now: number): void {
    if (this.#principal === null || this.#isWarned) return;
    const left = this.#principal.expiresAt - Math.floor(now / 1_000);
    if (left > WARN_SECONDS) return;
    this.#isWarned = true;
    this.#say({ expiring: left });
  }

  #say(document: object): void {
    this.#push(JSON.stringify(document));
  }

  /** What the network has not taken yet waits in the socket, up to a bound: a peer that lets more pile up is too slow. */
  #push(data: string | Buffer): void {
    if (this.#isClosed) return;
    const { metrics, queueBytes } = this.#deps;
    if (this.#socket.bufferedAmount > queueBytes) {
      metrics.dropped.inc();
      return this.close('SLOW_CONSUMER');
    }
    metrics.sent.inc();
    this.#socket.send(data, { binary: false });
  }

  #isAllowed(): boolean {
    const now = this.#deps.nowMs();
    this.#allowance = Math.min(BURST, this.#allowance + ((now - this.#allowanceAt) / 1_000) * PER_SECOND) - 1;
    this.#allowanceAt = now;
    return this.#allowance >= 0;
  }
}

/** Holds a room's messages back until those that were missed have been sent, so that they come in order. */
class Entrance {
  readonly #push: (data: Buffer) => void;
  #held: Buffer[] | null = [];

  constructor(push: (data: Buffer) => void) {
    this.#push = push;
  }

  send(data: Buffer): void {
    if (this.#held === null) return this.#push(data);
    if (this.#held.length >= MOST_HELD)
      this.open(); // out of order is better than lost
    else this.#held.push(data);
  }

  open(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const data of held) this.#push(data);
  }
}

function parseMessage(data: string): Message {
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    throw new ApiProblem('INVALID_REQUEST', HELP);
  }
  const { success, data: said } = message.safeParse(parsed);
  if (!success || said === undefined) throw new ApiProblem('INVALID_REQUEST', HELP);
  return said;
}
