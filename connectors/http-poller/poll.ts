// One page each time it is asked.
import { MAX_RECORD_BYTES } from '../../pipeline/core/connector.ts';
import { RecordError, RetryableError } from '../../pipeline/core/errors.ts';
import { openTokens, requestToken, withToken } from '../_sink/token.ts';
import { readTls } from '../_sink/tls.ts';
import { ask, inSourceWords } from '../_source/http.ts';
import type { Answer } from '../_source/http.ts';
import type { JsonObject, Positions, Pulled, PulledRecord, PulledSource, RefusedRecord, SourceDeps } from '../_source/index.ts';
import { JsonElements } from '../_source/json-elements.ts';
import type { Piece } from '../_source/json-elements.ts';
import { Lines } from '../_source/lines.ts';
import type { HttpPollerConfig } from './config.ts';
import { refusal, verdictOf } from './outcome.ts';
import { nextOf, requestOf } from './paging.ts';
import type { PageRequest } from './paging.ts';
import { begin, ended, greater, placeSchema, RememberedIds } from './place.ts';
import type { Pass, Place } from './place.ts';
import { parseExactly, segmentsOf, valueAt } from './pointer.ts';

export const PARTITION: JsonObject = { source: 'http-poller' };

export async function openPoller(config: HttpPollerConfig, deps: SourceDeps): Promise<PulledSource> {
  const send = await inSourceWords(() => sender(config, deps));
  return { poll: (positions, signal) => poll(config, deps, send, positions, signal), close: async () => {} };
}

type Send = (request: PageRequest, signal: AbortSignal) => Promise<Answer>;

async function poll(config: HttpPollerConfig, deps: SourceDeps, send: Send, positions: Positions, signal: AbortSignal): Promise<Pulled> {
  const place = placeOf(positions);
  const pass = place.pass ?? begin(config, place, deps.now());
  if (pass === null) return { records: [], positions: [], waitMs: config.pollIntervalMs };
  const request = requestOf(config, place.since, pass);
  const answer = await send(request, signal);
  const isWithinPass = pass.next !== null || pass.count > 0;
  switch (verdictOf(answer.status, isWithinPass)) {
    case 'page':
      return pageOf(config, deps, { place, pass, url: request.url, answer });
    case 'nothing':
      return kept(config, deps, { place, next: ended(place, pass, pass.next), records: [], refused: [] });
    case 'resume': {
      deps.log.warn({ status: answer.status }, 'A page is not there any more; the source begins again.');
      const { next: _next, pass: _pass, ...rest } = place;
      return { records: [], positions: [{ partition: PARTITION, position: rest as JsonObject }], waitMs: config.pollIntervalMs };
    }
    case 'retry':
    case 'misconfigured':
      throw refusal(answer, new URL(request.url).host, deps.now());
  }
}

function placeOf(positions: Positions): Place {
  const found = placeSchema.safeParse(positions.get(PARTITION) ?? {});
  return found.success ? found.data : {};
}

interface Page {
  readonly place: Place;
  readonly pass: Pass;
  readonly url: string;
  readonly answer: Answer;
}

function pageOf(config: HttpPollerConfig, deps: SourceDeps, { place, pass, url, answer }: Page): Pulled {
  const pieces = piecesOf(config, answer, url);
  const ids = config.idAt === '' ? null : new RememberedIds(place.ids, config.rememberedIds);
  const records: PulledRecord[] = [];
  const refused: RefusedRecord[] = [];
  let { greatest } = pass;
  for (const [index, { bytes, isWhole }] of pieces.entries()) {
    if (!isWhole) {
      refused.push({
        value: bytes,
        reason: 'too-large',
        message: `Record ${index + 1} of a page of ${new URL(url).host} is larger than ${MAX_RECORD_BYTES} bytes.`,
      });
      continue;
    }
    const record = ids === null && config.sinceAt === '' ? undefined : parsedOr(bytes);
    const since = scalarText(valueAt(record, segmentsOf(config.sinceAt)));
    if (config.progress === 'field' && since !== null) greatest = greatest === null ? since : greater(greatest, since);
    const id = ids === null ? null : scalarText(valueAt(record, segmentsOf(config.idAt)));
    if (id === null || ids!.add(id)) records.push({ value: bytes });
  }
  const document = config.paging === 'cursor' || config.paging === 'next-url' ? parsedOr(answer.body) : undefined;
  const link = [answer.headers.link ?? []].flat().join(', ');
  const next = nextOf(config, { url, link, document, records: pieces.length });
  const seen: Place = { ...place, ...(ids !== null && { ids: ids.text() }) };
  const after: Pass = { ...pass, greatest };
  return kept(config, deps, { place, next: placeAfter(config, seen, after, next, pieces.length), records, refused });
}

function placeAfter(config: HttpPollerConfig, place: Place, pass: Pass, next: string | true | null, count: number): Place {
  if (config.progress === 'cursor') {
    // The last page is asked for again until it has something: under its own name, or under the one that it gives.
    const named = typeof next === 'string' ? next : pass.next;
    return count === 0 || next === null ? ended(place, pass, named) : { ...place, pass: { ...pass, next: named, count: pass.count + 1 } };
  }
  const isStuck = typeof next === 'string' && next === pass.next; // it would be asked for without end
  if (next === null || isStuck) return ended(place, pass, null);
  return { ...place, pass: { ...pass, next: next === true ? null : next, count: pass.count + (config.paging === 'offset' ? count : 1) } };
}

function kept(
  config: HttpPollerConfig,
  deps: SourceDeps,
  {
    place,
    next,
    records,
    refused,
  }: { readonly place: Place; readonly next: Place; readonly records: readonly PulledRecord[]; readonly refused: readonly RefusedRecord[] },
): Pulled {
  const isSame = JSON.stringify(next) === JSON.stringify(place);
  const isBehind = next.pass !== undefined && next.pass !== null;
  const isCatchingUp = config.progress === 'window' && (next.to ?? 0) < deps.now() - config.delaySeconds * 1_000 - config.pollIntervalMs;
  return {
    records,
    refused,
    positions: isSame && records.length + refused.length === 0 ? [] : [{ partition: PARTITION, position: next as JsonObject }],
    waitMs: isBehind || isCatchingUp ? Math.ceil(60_000 / config.requestsPerMinute) : config.pollIntervalMs,
  };
}

function piecesOf({ answer: form, recordsAt, emptyWithout }: HttpPollerConfig, { body }: Answer, url: string): readonly Piece[] {
  const { host } = new URL(url);
  const elements = form === 'json' ? new JsonElements(segmentsOf(recordsAt), MAX_RECORD_BYTES) : null;
  const splitter = elements ?? new Lines(MAX_RECORD_BYTES);
  try {
    const pieces = [...splitter.push(body), ...splitter.end()];
    if (elements === null || elements.isFound || emptyWithout) return pieces;
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    throw new RetryableError('SOURCE_UNAVAILABLE', `${host} answered with what is no JSON: ${error.message}`, {}, { cause: error });
  }
  throw new RetryableError('SOURCE_UNAVAILABLE', `${host} answered without anything at ${recordsAt}. Where that is an empty page, set emptyWithout.`);
}

function parsedOr(bytes: Buffer): unknown {
  try {
    return parseExactly(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
const scalarText = (value: unknown): string | null => (typeof value === 'string' || typeof value === 'number' ? String(value) : null);

function sender(config: HttpPollerConfig, deps: SourceDeps): Send {
  const tls = readTls(config);
  const limits = { wholeMs: config.timeoutMs, firstByteMs: config.timeoutMs, bodyMaxBytes: config.maxPageBytes };
  const send = ({ url, body }: PageRequest, signal: AbortSignal, access: Readonly<Record<string, string>>) =>
    ask(deps, {
      url,
      method: config.method,
      headers: { accept: 'application/json', ...(body !== null && { 'content-type': 'application/json' }), ...headersOf(config.headers), ...access },
      ...(body !== null && { body }),
      ...(tls !== undefined && { tls }),
      limits,
      signal,
    });
  const { auth, token, tokenHeader, username, password } = config;
  switch (auth) {
    case 'none':
      return (request, signal) => send(request, signal, {});
    case 'bearer':
      return (request, signal) => send(request, signal, { authorization: `Bearer ${token}` });
    case 'basic':
      return (request, signal) => send(request, signal, { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` });
    case 'header':
      return (request, signal) => send(request, signal, { [tokenHeader.toLowerCase()]: token });
    case 'oauth': {
      const { tokenUrl, clientId, clientSecret, scope } = config;
      const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, ...(scope !== '' && { scope }) };
      const tokens = openTokens(() => requestToken(deps, { url: tokenUrl, form, secrets: [clientSecret] }), deps.now);
      return (request, signal) => inSourceWords(() => withToken(tokens, (authorization) => send(request, signal, { authorization })));
    }
  }
}

const headersOf = (lines: readonly string[]) =>
  Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.toLowerCase(), value.join(':').trim()];
    }),
  );
