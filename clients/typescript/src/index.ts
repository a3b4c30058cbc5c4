// A client of Goshawk's REST interface: every operation typed, requests tried again where that is safe, lists as iterators, events in batches.
import type { Operations } from './operations.gen.ts';
import { ApiError } from './problem.ts';

export type * from './operations.gen.ts';
export { ApiError } from './problem.ts';

export type Operation = keyof Operations;
export type Answer<O extends Operation> = Operations[O]['answer'];
type Given<K extends string, V> = [V] extends [undefined]
  ? { readonly [N in K]?: undefined }
  : Record<string, never> extends V
    ? { readonly [N in K]?: V }
    : { readonly [N in K]: V };
/** What an operation takes: `path`, `query` and `body`, as far as it has them. */
export type Input<O extends Operation> = Given<'path', Operations[O]['path']> &
  Given<'query', Operations[O]['query']> &
  Given<'body', Operations[O]['body']> & { readonly signal?: AbortSignal };
/** Operations whose answers are pages: lists with `Link: rel="next"`. */
type ListOf<O extends Operation> = { [K in keyof Answer<O>]: Answer<O>[K] extends readonly (infer Item)[] ? Item : never }[keyof Answer<O>];

export interface ClientOptions {
  /** `https://goshawk.example.org` */
  readonly url: string;
  /** An access token, a sensor's token or the key of a service account; asked for again after a 401. */
  readonly token: string | (() => string | Promise<string>);
  /** Tries besides the first, of what may be sent again: 3 unless given. */
  readonly retries?: number;
  /** For one try, milliseconds: 30,000 unless given. */
  readonly timeoutMs?: number;
  /** Instead of the global one. */
  readonly fetch?: typeof fetch;
}
export interface SendOptions {
  /** Name of a decoder, `auto`, or ECS documents when it is left out. */
  readonly format?: string;
  readonly source?: string;
  /** In one request, at most 1,000. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
}
export interface SentEvent {
  /** Where the event is in what was given, from 0. */
  readonly index: number;
  /** Null when it was refused. */
  readonly receipt: string | null;
  readonly error?: { readonly code: string; readonly detail: string };
}

export interface Client {
  /** @throws ApiError */
  readonly request: <O extends Operation>(operation: O, input?: Input<O>) => Promise<Answer<O>>;
  /** Rows of a list, page after page, as they are asked for. @throws ApiError */
  readonly list: <O extends Operation & `GET ${string}`>(operation: O, input?: Input<O>) => AsyncGenerator<ListOf<O>, void, undefined>;
  /** Events in batches; what became of each, in order. One that is refused stops nothing. @throws ApiError when a batch cannot be delivered: what was yielded is. */
  readonly send: (events: Iterable<unknown> | AsyncIterable<unknown>, options?: SendOptions) => AsyncGenerator<SentEvent, void, undefined>;
}

const MOST_EVENTS = 1_000;
const RETRIES = 3;
const TIMEOUT_MS = 30_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 60_000;
/** Answers after which the same request may do better. */
const PASSING: readonly number[] = [408, 425, 429, 502, 503, 504];

export function openClient(options: ClientOptions): Client {
  const base = options.url.replace(/\/+$/, '');
  const call = options.fetch ?? fetch;
  const tokenOf = async () => (typeof options.token === 'string' ? options.token : options.token());

  /** A safe request, or one with a key by which the API knows it again, may be sent twice. */
  async function attempt(method: string, url: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
    const key = method === 'GET' ? undefined : crypto.randomUUID();
    let isRenewed = false;
    for (let tries = 0; ; tries++) {
      const response = await once(method, url, body, key, signal).catch((error: unknown) =>
        signal?.aborted === true ? Promise.reject(error) : (error as Error),
      );
      const isLast = tries >= (options.retries ?? RETRIES);
      if (response instanceof Error) {
        if (isLast) throw new ApiError(0, { code: 'NETWORK', title: 'The API does not answer.', detail: response.message }, { cause: response });
        await wait(backoff(tries), signal);
      } else if (response.status === 401 && typeof options.token === 'function' && !isRenewed) {
        isRenewed = true;
        await response.body?.cancel();
      } else if (PASSING.includes(response.status) && !isLast) {
        await response.body?.cancel();
        await wait(waitOf(response) ?? backoff(tries), signal);
      } else return response;
    }
  }

  async function once(method: string, url: string, body: unknown, key: string | undefined, signal: AbortSignal | undefined): Promise<Response> {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    return call(url, {
      method,
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      headers: {
        authorization: `Bearer ${await tokenOf()}`,
        accept: 'application/json',
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** What it gives has the type that the description says. */
  async function read<T>(response: Response): Promise<T> {
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    const content: unknown = isJson && text !== '' ? JSON.parse(text) : text;
    if (!response.ok) throw new ApiError(response.status, content);
    return (response.status === 204 ? undefined : content) as T;
  }

  const request: Client['request'] = async (operation, input) => {
    const { method, url } = addressOf(base, operation, input);
    return read(await attempt(method, url, input?.body, input?.signal));
  };

  return {
    request,
    async *list(operation, input) {
      let { url } = addressOf(base, operation, input);
      for (;;) {
        const response = await attempt('GET', url, undefined, input?.signal);
        const page = await read<Readonly<Record<string, unknown>>>(response);
        const rows = Object.values(page).find((value) => Array.isArray(value));
        yield* (rows ?? []) as never[];
        const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
        if (next === undefined) return;
        url = new URL(next, `${base}/`).href;
      }
    },
    async *send(events, { format, source, batch = MOST_EVENTS, signal } = {}) {
      let index = 0;
      for await (const some of batched(events, Math.min(Math.max(1, batch), MOST_EVENTS))) {
        const { items } = await request('POST /v2/events/bulk', {
          body: { events: some, ...(format !== undefined && { format }), ...(source !== undefined && { source }) },
          ...(signal !== undefined && { signal }),
        });
        for (const item of items) yield { index: index + item.index, receipt: item.receipt, ...(item.error !== undefined && { error: item.error }) };
        index += some.length;
      }
    },
  };
}

function addressOf(base: string, operation: string, input: { readonly path?: unknown; readonly query?: unknown } | undefined) {
  const [method = 'GET', template = '/'] = operation.split(' ', 2);
  const path = (input?.path ?? {}) as Readonly<Record<string, unknown>>;
  const url = new URL(base + template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(String(path[name]))));
  for (const [name, value] of Object.entries((input?.query ?? {}) as Readonly<Record<string, unknown>>))
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value])
      if (one !== undefined && one !== null) url.searchParams.append(name, typeof one === 'string' ? one : JSON.stringify(one));
  return { method, url: url.href };
}

async function* batched(events: Iterable<unknown> | AsyncIterable<unknown>, size: number): AsyncGenerator<readonly unknown[], void, undefined> {
  let batch: unknown[] = [];
  for await (const event of events) {
    batch.push(event);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Of `Retry-After`, in seconds or as a date. */
function waitOf({ headers }: Response): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_WAIT_MS);
}
/** Doubling, with chance, so that many clients do not come back at once. */
const backoff = (tries: number): number => Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries) * (0.5 + Math.random() / 2);

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
