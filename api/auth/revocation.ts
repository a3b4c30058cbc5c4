// Access tokens that stop holding before they expire: their session has ended, or the roles of their user are others now.
import type { Logger } from 'pino';
import { z } from 'zod';
import { forgetTokenRevocations, tokenRevocations } from '../../store/queries/accounts.ts';
import type { DatabaseClient } from '../../store/queries/sql.ts';
import { followNotices } from '../notices.ts';

/** The session that a token was made for, as the token says. Tokens of the command line have none and end with their time. */
export interface SessionRef {
  readonly id: string;
  /** Counts up when the roles of the user change: a token of an earlier one is refused, the session goes on. */
  readonly generation: number;
}
type Bearer = { readonly session?: SessionRef | undefined };

export interface Revocations {
  /**
   * Begins to listen to the database. Resolves when what is revoked has been read, or could not be: while the database is away, what was
   * known before stays known, and nothing new can be revoked either.
   */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** In memory. Always false for who has no session. */
  readonly isRevoked: (bearer: Bearer) => boolean;
  /**
   * Calls `listener` once, as soon as the token of `bearer` stops holding (also at once, when it does already): close what it holds open.
   * @returns Forgets the listener; call it when what is open closes by itself.
   */
  readonly onRevoked: (bearer: Bearer, listener: () => void) => () => void;
  /** For the process that has ended sessions itself: it needs not wait for the notice. Call it after the commit. */
  readonly sessionsEnded: (ids: readonly string[]) => void;
}

const CHANNEL = 'goshawk_revocation';
/** No token lives longer than a day, so nothing needs to be known for longer than that and some slack. */
const KEEP_MS = 26 * 3_600_000;
const CLEAN_EVERY_MS = 3_600_000;
const EVER = Number.MAX_SAFE_INTEGER;
const notice = z.object({ session: z.string(), generation: z.number().nullable() });

export interface RevocationsDeps {
  readonly openListener: () => DatabaseClient;
  readonly log: Logger;
  /** Between attempts while the database is away. */
  readonly retryMs?: number;
}

export function openRevocations({ openListener, log, retryMs }: RevocationsDeps): Revocations {
  /** By session: tokens of a generation below `floor` are refused. */
  const known = new Map<string, { readonly floor: number; readonly at: number }>();
  const listeners = new Map<string, Set<{ readonly generation: number; readonly listener: () => void }>>();
  let listening: DatabaseClient | undefined;

  const isRevoked: Revocations['isRevoked'] = ({ session }) => session !== undefined && (known.get(session.id)?.floor ?? 0) > session.generation;
  function revoke(sessionId: string, generation: number | null): void {
    const floor = Math.max(known.get(sessionId)?.floor ?? 0, generation ?? EVER);
    known.set(sessionId, { floor, at: performance.now() });
    const open = listeners.get(sessionId);
    for (const entry of open ?? []) {
      if (entry.generation >= floor) continue;
      open?.delete(entry);
      entry.listener();
    }
    if (open?.size === 0) listeners.delete(sessionId);
  }

  const notices = followNotices({
    openListener,
    channel: CHANNEL,
    log,
    ...(retryMs !== undefined && { retryMs }),
    async onListening(client) {
      listening = client;
      for (const { sessionId, generation } of await tokenRevocations(client)) revoke(sessionId, generation);
    },
    onNotice(payload) {
      const heard = notice.safeParse(parseJson(payload));
      if (heard.success) revoke(heard.data.session, heard.data.generation);
      else log.warn({ channel: CHANNEL }, 'A notification of the database is not of the form expected.');
    },
  });

  function clean(): void {
    const oldest = performance.now() - KEEP_MS;
    for (const [id, { at }] of known) if (at < oldest) known.delete(id);
    if (listening !== undefined) forgetTokenRevocations(listening).catch(() => {}); // away: the next hour does it
  }
  let timer: NodeJS.Timeout | undefined;

  return {
    start() {
      timer ??= setInterval(clean, CLEAN_EVERY_MS).unref();
      return notices.start();
    },
    async stop() {
      clearInterval(timer);
      await notices.stop();
    },
    isRevoked,
    onRevoked(bearer, listener) {
      const { session } = bearer;
      if (session === undefined) return () => {};
      if (isRevoked(bearer)) {
        listener();
        return () => {};
      }
      const entry = { generation: session.generation, listener };
      const ofSession = listeners.get(session.id) ?? new Set();
      listeners.set(session.id, ofSession.add(entry));
      return () => {
        ofSession.delete(entry);
        if (ofSession.size === 0 && listeners.get(session.id) === ofSession) listeners.delete(session.id);
      };
    },
    sessionsEnded: (ids) => ids.forEach((id) => revoke(id, null)),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
