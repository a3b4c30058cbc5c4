import type { Principal } from '../auth/tokens.ts';

/** Of a WebSocket, as far as it matters here. */
export interface Closable {
  readonly close: (code: number, reason: string) => void;
  readonly once: (event: 'close', listener: () => void) => unknown;
}

/** The code after which clients of graphql-ws come again, with another token. */
export const EXPIRED = 4_403;
const LONGEST_TIMER_MS = 2_147_483_647;

/** Closes the socket when the token that opened it expires. */
export function openExpiry(socket: Closable, { expiresAt }: Principal): void {
  const timer = setTimeout(() => socket.close(EXPIRED, 'The token has expired.'), Math.min(Math.max(0, expiresAt * 1_000 - Date.now()), LONGEST_TIMER_MS));
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}
