// The token of the one WebSocket: another one when the API refused the last, and the next one before it expires, so that the socket stays.

/** The API refuses the token, or it has expired, or its session has ended. */
const REFUSED = 4403;

export interface SocketToken {
  /** For a connection that is about to be made. */
  readonly connectionParams: () => Promise<{ readonly authorization?: string }>;
  readonly onClosed: (code: number) => void;
  /** A ping that carries the next token; null while the present one holds, or none can be had. To be asked several times in the last half minute of a token. */
  readonly renewal: () => Promise<string | null>;
}

/** @param accessToken Gives a token that holds for a while yet, and not the one that was refused. */
export function socketToken(accessToken: (refused?: string) => Promise<string | null>): SocketToken {
  let last: string | null = null;
  let refused: string | undefined;
  return {
    async connectionParams() {
      last = await accessToken(refused);
      refused = undefined;
      return last === null ? {} : { authorization: `Bearer ${last}` };
    },
    onClosed(code) {
      if (code === REFUSED && last !== null) refused = last;
    },
    async renewal() {
      const token = await accessToken();
      if (token === null || token === last) return null;
      last = token;
      return JSON.stringify({ type: 'ping', payload: { authorization: `Bearer ${token}` } });
    },
  };
}
