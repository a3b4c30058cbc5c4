// For libraries that take a `fetch`: the same guard behind the shape that they know.
import { Readable } from 'node:stream';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { Outbound, OutboundRequest } from './client.ts';

/** What such libraries pass: never a `Request`, and bodies of text or bytes. */
export interface FetchInit {
  readonly method?: string | undefined;
  readonly headers?: HeadersInit | undefined;
  /** Text, form or bytes. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
}
export type GuardedFetch = (url: string | URL, init?: FetchInit) => Promise<Response>;

/** @param common Purpose, allow-list, limits and TLS of each request. The returned function throws what `Outbound.request` throws. */
export const fetchThrough =
  (outbound: Outbound, common: Pick<OutboundRequest, 'purpose' | 'allow' | 'limits' | 'tls'>): GuardedFetch =>
  async (url, { method = 'GET', headers, body, signal } = {}) => {
    const given = new Headers(headers);
    const {
      status,
      headers: answered,
      body: stream,
    } = await outbound.request({
      ...common,
      url: String(url),
      method,
      headers: Object.fromEntries(given),
      ...(body !== undefined && body !== null && { body: bytesOf(body) }),
      ...(signal !== undefined && signal !== null && { signal }),
    });
    const { 'content-encoding': _unpacked, 'content-length': _packed, ...rest } = answered;
    const shown = new Headers();
    for (const [name, value] of Object.entries(rest)) for (const each of [value ?? []].flat()) shown.append(name, each);
    const isEmpty = status === 204 || status === 205 || status === 304;
    if (isEmpty) stream.on('error', () => {}).resume();
    return new Response(isEmpty ? null : (Readable.toWeb(stream) as unknown as BodyInit), { status, headers: shown });
  };

function bytesOf(body: unknown): string | Uint8Array {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  throw new ConfigError('OUTBOUND_REFUSED', 'A body of this kind cannot be sent. Pass text or bytes.', { reason: 'header' });
}
