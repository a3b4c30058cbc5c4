// The one connection to the API: queries over HTTP, subscriptions over one WebSocket that comes back by itself.
import { createClient as createSocket } from 'graphql-ws';
import { Client, fetchExchange, subscriptionExchange } from 'urql';
import { cell } from '../kit/cell.ts';
import { accessToken } from '../session/tokens.ts';
import { socketToken } from './socket-token.ts';

/** Sends the token, and once more with a new one when the API refuses it. */
export async function authorizedFetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const send = (token: string | null) => {
    const headers = new Headers(init.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  };
  const token = await accessToken();
  const response = await send(token);
  if (response.status !== 401 || token === null) return response;
  const renewed = await accessToken(token);
  return renewed === null ? response : send(renewed);
}

/** Whether pushed changes arrive: `idle` while nothing is subscribed to. */
export const socketState = cell<'idle' | 'connecting' | 'open' | 'away'>('idle');

const token = socketToken(accessToken);
/** Several times in the half minute before its end in which a token is replaced. */
const RENEW_MS = 10_000;
let renewing: number | undefined;

const socket = createSocket({
  url: () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  connectionParams: () => token.connectionParams(),
  keepAlive: 10_000,
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: () => true,
  retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, Math.min(10_000, 500 * 2 ** retries) * (0.75 + Math.random() / 2))),
  on: {
    connecting: (isRetry) => socketState.set(isRetry ? 'away' : 'connecting'),
    connected: (opened) => {
      socketState.set('open');
      renewing = window.setInterval(() => void renew(opened as WebSocket), RENEW_MS);
    },
    closed: (event) => {
      window.clearInterval(renewing);
      const code = event instanceof CloseEvent ? event.code : 0;
      token.onClosed(code);
      socketState.set(code === 1000 ? 'idle' : 'away');
    },
  },
});

/** So that the socket, and all that is subscribed to, outlives the token that opened it. */
async function renew(opened: WebSocket): Promise<void> {
  const ping = await token.renewal();
  if (ping !== null && opened.readyState === WebSocket.OPEN) opened.send(ping);
}

export const client = new Client({
  url: '/graphql',
  fetch: authorizedFetch,
  preferGetMethod: false,
  requestPolicy: 'network-only',
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({
          unsubscribe: socket.subscribe(
            { query: request.query ?? '', variables: request.variables as Record<string, unknown> },
            { next: (value) => sink.next(value as Parameters<typeof sink.next>[0]), error: (error) => sink.error(error), complete: () => sink.complete() },
          ),
        }),
      }),
    }),
  ],
});
