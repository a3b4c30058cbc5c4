// Who asks the worker: the API says, so that its roles, its keys and what it has revoked hold there too.
import { createHash } from 'node:crypto';
import type { Authorize, Caller } from '../connectors/_worker/caller.ts';
import { Refusal } from '../connectors/_worker/refusal.ts';

export interface CallerOptions {
  /** Asked each time: the API may serve elsewhere after a restart. Null = it is not known where. */
  readonly apiUrl: () => string | null;
  /** Monotonic, milliseconds. */
  readonly nowMs: () => number;
  readonly fetch?: typeof fetch;
}

/** What was revoked is believed for so long. */
const REMEMBERED_MS = 5_000;
const MAX_REMEMBERED = 1_000;
const TIMEOUT_MS = 5_000;
/** No token of ours is longer. */
const MAX_CHARACTERS = 8_192;

interface Me {
  readonly name: string;
  readonly organization: string;
  readonly permissions: readonly string[];
}

export function askApi({ apiUrl, nowMs, fetch: request = fetch }: CallerOptions): Authorize {
  const remembered = new Map<string, { readonly untilMs: number; readonly answer: Promise<Caller> }>();

  async function ask(path: string, authorization: string, body?: object): Promise<Response> {
    const url = apiUrl();
    if (url === null) throw new Refusal(503, 'The API is not running, and it says who may do what. Ask again when it is.', { retryAfterSeconds: 5 });
    try {
      const sent =
        body === undefined
          ? { headers: { authorization } }
          : { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) };
      return await request(`${url}${path}`, { ...sent, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      throw new Refusal(503, 'The API does not answer, and it says who may do what. Ask again in a moment.', { cause: error, retryAfterSeconds: 5 });
    }
  }
  async function callerOf(authorization: string): Promise<Caller> {
    const answer = await ask('/auth/me', authorization);
    if (answer.status === 401 || answer.status === 403)
      throw new Refusal(401, 'The API does not believe this token. Send another one; ./goshawk token makes one.');
    if (answer.status === 429)
      throw new Refusal(429, 'Too many requests: ask less often', { retryAfterSeconds: Number(answer.headers.get('retry-after')) || 1 });
    if (answer.status !== 200) throw new Refusal(503, `The API answers ${answer.status}, and it says who may do what.`, { retryAfterSeconds: 5 });
    const { name, organization, permissions } = (await answer.json()) as Me;
    const held = new Set(permissions);
    return {
      name,
      organization,
      may: (permission) => held.has(permission),
      isPlatform: held.has('organizations:manage'),
      async note(connector, change, detail = {}) {
        const noted = await ask('/v2/connectors/changes', authorization, { connector, change, detail });
        if (noted.status !== 204)
          throw new Refusal(503, `The API answers ${noted.status} and has not noted the change, so it was not made. Ask again in a moment.`, {
            retryAfterSeconds: 5,
          });
      },
      async outboundHosts() {
        const settings = await ask('/auth/organization', authorization);
        return settings.status === 200 ? (((await settings.json()) as { readonly outboundHosts?: readonly string[] }).outboundHosts ?? []) : [];
      },
    };
  }

  return async (given) => {
    const authorization = asBearer(given);
    if (authorization === null)
      throw new Refusal(401, 'Send a token: `Authorization: Bearer ...`, or Basic with it as the password. ./goshawk token makes one; an API key will do.');
    const key = createHash('sha256').update(authorization).digest('base64');
    const known = remembered.get(key);
    if (known !== undefined && known.untilMs > nowMs()) return known.answer;
    const answer = callerOf(authorization);
    remembered.delete(key);
    remembered.set(key, { untilMs: nowMs() + REMEMBERED_MS, answer });
    if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.keys().next().value!);
    answer.catch((error: unknown) => {
      if (!(error instanceof Refusal && error.status === 401)) remembered.delete(key); // it may be otherwise in a moment
    });
    return answer;
  };
}

/** Tools of Kafka Connect know Basic: the password is the token. Null = there is none. */
function asBearer(given: string | undefined): string | null {
  if (given === undefined || given.length > MAX_CHARACTERS) return null;
  const [, basic] = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(given) ?? [];
  const token =
    basic === undefined ? /^Bearer +([\w.~+/=-]+) *$/i.exec(given)?.[1] : /^[^:]*:([\w.~+/=-]+)$/.exec(Buffer.from(basic, 'base64').toString())?.[1];
  return token === undefined ? null : `Bearer ${token}`;
}
