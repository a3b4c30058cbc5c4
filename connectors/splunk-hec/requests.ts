// Requests to HEC: as whom, on which channel, with which cookies.
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { exchange } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import type { SinkDeps } from '../_sink/index.ts';
import { readTls } from '../_sink/tls.ts';
import type { Place } from './acks.ts';
import type { HecConfig } from './config.ts';

const packed = promisify(gzip);
const EVENT = '/services/collector/event';
const ACK = '/services/collector/ack';

export interface Requests {
  /** Where the next events for an address go. */
  readonly place: (url: string) => Place;
  /** Another channel for an address: after a failure nobody knows which ids the old one will give. */
  readonly renew: (place: Place) => void;
  /** @returns The answer, and the place whose acknowledgements it speaks of: a balancer may have chosen another indexer. @throws as `exchange`. */
  readonly events: (place: Place, body: Buffer, signal?: AbortSignal) => Promise<{ readonly answer: Answer; readonly place: Place }>;
  /** @throws as `exchange`. */
  readonly acks: (place: Place, ackIds: readonly number[], signal?: AbortSignal) => Promise<Answer>;
}

/** @throws ConfigError SINK_MISCONFIGURED for a certificate that cannot be read. */
export function openRequests(options: HecConfig, deps: SinkDeps): Requests {
  const { token, timeoutMs, compression } = options;
  const tls = readTls(options);
  const places = new Map<string, Place>();
  const post = (place: Place, path: string, body: Buffer | string, headers: Readonly<Record<string, string>>, signal?: AbortSignal) =>
    exchange(deps, {
      url: `${place.url.replace(/\/+$/, '')}${path}`,
      method: 'POST',
      headers: {
        authorization: `Splunk ${token}`,
        'x-splunk-request-channel': place.channel,
        'content-type': 'application/json',
        ...(place.cookie !== '' && { cookie: place.cookie }),
        ...headers,
      },
      body,
      limits: { firstByteMs: timeoutMs, wholeMs: timeoutMs },
      ...(tls !== undefined && { tls }),
      ...(signal !== undefined && { signal }),
    });
  const placeOf = (url: string): Place => {
    const known = places.get(url) ?? { url, channel: randomUUID(), cookie: '' };
    places.set(url, known);
    return known;
  };

  return {
    place: placeOf,
    renew(place) {
      if (placeOf(place.url).channel === place.channel) places.set(place.url, { ...place, channel: randomUUID() });
    },
    async events(place, body, signal) {
      const isPacked = compression === 'gzip' && body.length > 0;
      const answer = await post(place, EVENT, isPacked ? await packed(body, { level: 1 }) : body, isPacked ? { 'content-encoding': 'gzip' } : {}, signal);
      const cookie = cookiesAfter(place.cookie, answer.headers['set-cookie'] ?? []);
      if (cookie === place.cookie) return { answer, place };
      const found = { ...place, cookie };
      if (placeOf(place.url).channel === place.channel) places.set(place.url, found);
      return { answer, place: found };
    },
    acks: (place, ackIds, signal) => post(place, ACK, JSON.stringify({ acks: ackIds }), {}, signal),
  };
}

/** Balancers keep a client at one server by a cookie. Only names and values count: each place is one server. */
function cookiesAfter(cookie: string, set: readonly string[]): string {
  if (set.length === 0) return cookie;
  const jar = new Map(cookie === '' ? [] : cookie.split('; ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair] as const));
  for (const line of set) {
    const [pair = ''] = line.split(';', 1);
    const at = pair.indexOf('=');
    if (at > 0 && /^[\x21-\x7e]*$/.test(pair.trim())) jar.set(pair.slice(0, at).trim(), pair.trim());
  }
  return [...jar.values()].slice(0, MOST_COOKIES).join('; ');
}
const MOST_COOKIES = 20;
