// Who is connected: how many may be, and until when. For /live and for subscriptions alike.
import type { Principal } from '../auth/tokens.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { CloseReason } from './protocol.ts';
import { every } from './every.ts';
import type { Every } from './every.ts';

export interface SessionLimits {
  readonly liveConnections: number;
  readonly liveConnectionsPerOrganization: number;
  readonly liveConnectionsPerUser: number;
}
export interface LiveSession {
  /**
   * Another token of the same user: the socket stays until that one expires.
   * @throws ApiProblem FORBIDDEN when it is somebody else's.
   */
  readonly renew: (principal: Principal) => void;
  readonly end: () => void;
}
/** Calls once, as soon as the token of the principal stops holding before its time; also at once. @returns Forgets the listener. */
export type OnRevoked = (principal: Principal, listener: () => void) => () => void;
export interface SessionOptions {
  readonly onRevoked: OnRevoked;
  /** Wall clock, as tokens mean it. */
  readonly nowMs?: () => number;
  readonly every?: Every;
}
interface Open {
  principal: Principal;
  readonly close: (reason: CloseReason) => void;
}

const SWEEP_MS = 1_000;

export class LiveSessions {
  readonly #limits: SessionLimits;
  readonly #onRevoked: OnRevoked;
  readonly #nowMs: () => number;
  readonly #every: Every;
  readonly #open = new Set<Open>();
  readonly #perUser = new Counts();
  readonly #perOrganization = new Counts();
  #timer: { readonly stop: () => void } | undefined;
  #sockets = 0;

  constructor(limits: SessionLimits, { onRevoked, nowMs = Date.now, every: everyMs = every }: SessionOptions) {
    this.#limits = limits;
    this.#onRevoked = onRevoked;
    this.#nowMs = nowMs;
    this.#every = everyMs;
  }

  /** Sockets that are there, with a token or still without. */
  get sockets(): number {
    return this.#sockets;
  }

  /**
   * A socket comes, before anybody knows whose.
   * @returns Called when it has gone.
   * @throws ApiProblem RATE_LIMITED when this process has as many as it may.
   */
  admit(): () => void {
    if (this.#sockets >= this.#limits.liveConnections)
      throw new ApiProblem('RATE_LIMITED', 'This process has as many live connections as it may. Try again later, or at another one.', {
        headers: { 'retry-after': '10' },
      });
    this.#sockets += 1;
    let isGone = false;
    return () => {
      if (!isGone) this.#sockets -= 1;
      isGone = true;
    };
  }

  /**
   * It is known whose the socket is. `close` is called once at most, when the token expires or is revoked, and not after `end`.
   * @throws ApiProblem RATE_LIMITED when the user or the organization has as many as it may.
   */
  open(principal: Principal, close: (reason: CloseReason) => void): LiveSession {
    const { organization } = principal;
    const user = userKey(principal);
    if (this.#perUser.of(user) >= this.#limits.liveConnectionsPerUser) throw tooMany('You have');
    if (this.#perOrganization.of(organization) >= this.#limits.liveConnectionsPerOrganization) throw tooMany('The organization has');
    this.#perUser.add(user, 1);
    this.#perOrganization.add(organization, 1);
    const session: Open = { principal, close };
    this.#open.add(session);
    this.#timer ??= this.#every(SWEEP_MS, () => this.sweep());
    // Not before the caller has the session, also when the token holds no longer already.
    const revoked = () =>
      queueMicrotask(() => {
        if (this.#open.has(session)) close('REVOKED');
      });
    let forget = this.#onRevoked(principal, revoked);
    return {
      renew: (next) => {
        if (userKey(next) !== user) throw new ApiProblem('FORBIDDEN', "The token is another user's. Open another connection for it.");
        session.principal = next;
        forget();
        forget = this.#onRevoked(next, revoked);
      },
      end: () => {
        if (!this.#open.delete(session)) return;
        forget();
        this.#perUser.add(user, -1);
        this.#perOrganization.add(organization, -1);
        if (this.#open.size > 0) return;
        this.#timer?.stop();
        this.#timer = undefined;
      },
    };
  }

  /** Ends those whose token has expired; once a second. */
  sweep(): void {
    const now = this.#nowMs() / 1_000;
    for (const { principal, close } of this.#open) if (principal.expiresAt <= now) close('EXPIRED');
  }
}

class Counts {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string, by: number): void {
    const next = this.of(key) + by;
    if (next === 0) this.#counts.delete(key);
    else this.#counts.set(key, next);
  }
}

const userKey = ({ organization, user }: Principal): string => `${organization}/${user}`;
const tooMany = (who: string) => new ApiProblem('RATE_LIMITED', `${who} as many live connections as may be. Close one, or join several rooms over one.`);
