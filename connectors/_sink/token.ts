// Access tokens of OAuth 2: fetched once for all who wait, renewed before they end, and once more when the far side refuses one.
import { z } from 'zod';
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { exchange, retryAfterMs } from './http.ts';
import type { Answer } from './http.ts';
import type { SinkDeps } from './index.ts';

/** Something that opens doors for a while: a token, or temporary keys. */
export interface Lasting<V> {
  readonly value: V;
  /** Wall clock, milliseconds. */
  readonly expiresAtMs: number;
}
export interface Renewed<V> {
  /** One that holds for some time yet. @throws What loading throws. */
  readonly get: () => Promise<V>;
  /** The far side does not take it: the next `get` loads another, unless one was loaded since. */
  readonly refuse: (value: V) => void;
}
export type Token = Lasting<string>;
export type Tokens = Renewed<string>;

/** Renewed when this much of its time is left, and no earlier than 5 minutes before its end. */
const EARLY_RATIO = 0.1;
const EARLY_MS = 300_000;
/** Between two tries to renew one that still holds. */
const PATIENCE_MS = 30_000;

/** @param load Asked by one at a time. While what is at hand holds, its errors are not passed on: it is asked again half a minute later. */
export function openTokens<V>(load: () => Promise<Lasting<V>>, now: () => number): Renewed<V> {
  let held: (Lasting<V> & { readonly renewAtMs: number }) | null = null;
  let loading: Promise<V> | null = null;
  let tryAgainAtMs = 0;

  const renew = (): Promise<V> => {
    loading ??= load()
      .then((loaded) => {
        const lastsMs = loaded.expiresAtMs - now();
        held = { ...loaded, renewAtMs: loaded.expiresAtMs - Math.min(EARLY_MS, lastsMs * EARLY_RATIO) };
        return loaded.value;
      })
      .finally(() => {
        loading = null;
      });
    return loading;
  };

  return {
    get: async () => {
      const at = now();
      if (held === null || at >= held.expiresAtMs) return renew();
      if (at >= held.renewAtMs && at >= tryAgainAtMs && loading === null) {
        tryAgainAtMs = at + PATIENCE_MS;
        renew().catch(() => {}); // whoever finds it at its end asks again, and is told
      }
      return held.value;
    },
    refuse: (refused) => {
      if (held?.value === refused) held = null;
    },
  };
}

/** Sends with a token; with another one when the answer is 401. */
export async function withToken(tokens: Tokens, send: (authorization: string) => Promise<Answer>): Promise<Answer> {
  const token = await tokens.get();
  const answer = await send(`Bearer ${token}`);
  if (answer.status !== 401) return answer;
  tokens.refuse(token);
  return send(`Bearer ${await tokens.get()}`);
}

const granted = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive().default(3_600) });
const refusal = z.object({ error: z.string(), error_description: z.string().default('') });
/** RFC 6749, 5.2, and what servers say beside it of a moment that passes. */
const PASSING = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

export interface TokenRequest {
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
  /** What is taken out of whatever an error says. */
  readonly secrets: readonly string[];
  /** Authorities in place of this machine's, PEM: of a proxy that opens TLS they sign for all hosts. */
  readonly ca?: string | undefined;
}

/**
 * Asks a token endpoint (RFC 6749).
 *
 * @throws RetryableError SINK_UNAVAILABLE: nothing of the sink's own was sent. ConfigError SINK_MISCONFIGURED, with `details.error` as the server calls it and
 *   `details.headers`, when it refuses.
 */
export async function requestToken(deps: Pick<SinkDeps, 'outbound' | 'allow' | 'now' | 'signal'>, request: TokenRequest): Promise<Token> {
  const { url, secrets } = request;
  const { status, headers, body } = await asked(deps, request);
  const answer = jsonOf(body);
  if (status === 200) {
    const token = granted.safeParse(answer);
    if (token.success) return { value: token.data.access_token, expiresAtMs: deps.now() + token.data.expires_in * 1_000 };
    throw new ConfigError('SINK_MISCONFIGURED', `${hostOf(url)} answers a request for a token with something else. Correct its address.`, { status });
  }
  const { data } = refusal.safeParse(answer);
  const passes = status === 408 || status === 429 || status >= 500 || (data !== undefined && PASSING.has(data.error));
  const said = data === undefined ? '' : `: ${cleaned(`${data.error} ${data.error_description}`, secrets)}`;
  if (!passes)
    throw new ConfigError('SINK_MISCONFIGURED', `${hostOf(url)} refuses a token (${status})${said}`, {
      status,
      error: data?.error ?? '',
      date: headers.date ?? '',
    });
  throw new RetryableError('SINK_UNAVAILABLE', `${hostOf(url)} gives no token now (${status})${said}`, {
    status,
    isAmbiguous: false,
    afterMs: retryAfterMs(headers, deps.now()),
  });
}

async function asked({ outbound, allow, signal }: Pick<SinkDeps, 'outbound' | 'allow' | 'signal'>, { url, form, ca }: TokenRequest): Promise<Answer> {
  try {
    return await exchange(
      { outbound, allow },
      {
        url,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: new URLSearchParams(form).toString(),
        ...(ca !== undefined && { tls: { ca } }),
        signal,
      },
    );
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error;
    throw new RetryableError('SINK_UNAVAILABLE', error.message, { ...error.details, isAmbiguous: false }, { cause: error });
  }
}

const hostOf = (url: string) => new URL(url).host;
const cleaned = (text: string, secrets: readonly string[]) =>
  secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 300);

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
