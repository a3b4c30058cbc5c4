// HTTP Event Collectors behind a balancer, as far as a sender sees them: objects back to back, taken up to the first that is wrong; acknowledged once, by the
// indexer and the channel that took them.
import { ALL_FAULTS, openFarSide, unpacked } from '../../_contract/far-side.ts';
import type { FarAnswer, FarRequest } from '../../_contract/far-side.ts';
import type { StandIn } from '../../_contract/stand-in.ts';
import { objectsIn } from './objects.ts';

export const TOKEN = '11111111-2222-4333-8444-555555555555';

export interface HecOptions {
  readonly hasAcks?: boolean;
  /** Enterprise refuses a larger body with 413; Cloud says that its first event is malformed. */
  readonly maxBytes?: number;
  readonly isCloud?: boolean;
  /** That the token may write to. */
  readonly indexes?: readonly string[];
  /** Indexers behind one address, told apart by a cookie. */
  readonly indexers?: number;
}
export interface TakenEvent {
  readonly id: string;
  readonly envelope: Readonly<Record<string, unknown>>;
}
export interface Hec extends StandIn {
  readonly url: string;
  readonly requests: readonly FarRequest[];
  /** That were taken, indexed or not. */
  readonly events: readonly TakenEvent[];
  /** Ids of those that can be found. */
  readonly indexed: () => readonly string[];
  /** What is answered in place of everything, until it is null again. */
  answer: FarAnswer | null;
  /** Of events alone; acknowledgements go on. */
  eventAnswer: FarAnswer | null;
  /** What is answered to the next requests with events, one each; null = as always. */
  readonly script: (FarAnswer | null)[];
  /** Whether what is taken becomes indexed at once. `hold` keeps it back until `index`. */
  readonly hold: () => void;
  readonly index: () => void;
  /** Answers no question about acknowledgements until it is released. */
  readonly silence: () => () => void;
  /** All ids of acknowledgements begin anew, and what was not acknowledged is forgotten. */
  readonly restart: () => void;
}

const said = (status: number, code: number, text: string, more: object = {}): FarAnswer => ({ status, body: { text, code, ...more } });
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const KEYS = new Set(['time', 'host', 'source', 'sourcetype', 'index', 'fields', 'event']);

/** Of one channel at one indexer. */
interface Channel {
  nextId: number;
  readonly indexed: Set<number>;
  /** With the events that wait for it. */
  readonly held: Map<number, readonly TakenEvent[]>;
}

export async function openHec({ hasAcks = false, maxBytes = 838_860_800, isCloud = false, indexes, indexers = 1 }: HecOptions = {}): Promise<Hec> {
  const events: TakenEvent[] = [];
  const indexed: string[] = [];
  const script: (FarAnswer | null)[] = [];
  let channels = new Map<string, Channel>();
  let isHeld = false;
  let turn = 0;
  let silence: Promise<void> = Promise.resolve();

  const channelOf = (indexer: number, name: string): Channel => {
    const key = `${indexer}/${name}`;
    const channel = channels.get(key) ?? { nextId: 0, indexed: new Set(), held: new Map() };
    channels.set(key, channel);
    return channel;
  };
  /** Takes events. @returns What the answer says of them besides. */
  const keep = (taken: readonly TakenEvent[], indexer: number, name: string): object => {
    events.push(...taken);
    if (!isHeld) indexed.push(...taken.map(({ id }) => id));
    if (!hasAcks) return {};
    const channel = channelOf(indexer, name);
    const ackId = channel.nextId;
    channel.nextId += 1;
    if (isHeld) channel.held.set(ackId, taken);
    else channel.indexed.add(ackId);
    return { ackId };
  };

  const refusal = ({ headers, path }: FarRequest): FarAnswer | null => {
    if (new URL(path, 'http://hec').searchParams.has('token')) return said(400, 16, 'Query string authorization is not enabled');
    const { authorization } = headers;
    if (authorization === undefined) return said(401, 2, 'Token is required');
    const [scheme, value = ''] = authorization.split(' ');
    if (scheme !== 'Splunk' && scheme !== 'Basic') return said(401, 3, 'Invalid authorization');
    const token =
      scheme === 'Splunk'
        ? value
        : Buffer.from(value, 'base64')
            .toString()
            .replace(/^[^:]*:/, '');
    if (token !== TOKEN) return said(403, 4, 'Invalid token');
    const channel = headers['x-splunk-request-channel'];
    if (hasAcks && channel === undefined) return said(400, 10, 'Data channel is missing');
    if (hasAcks && !GUID.test(String(channel))) return said(400, 11, 'Invalid data channel');
    return null;
  };

  const take = (request: FarRequest, indexer: number, refusedId: string | null): FarAnswer => {
    const refused = refusal(request);
    if (refused !== null) return refused;
    const { headers } = request;
    if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'gzip')
      return { status: 415, body: '<html>Unsupported Media Type</html>' };
    const body = unpacked(request);
    if (body.length === 0) return said(400, 5, 'No data');
    if (body.length > maxBytes) return isCloud ? said(400, 6, 'Invalid data format', { 'invalid-event-number': 0 }) : { status: 413, body: 'too large' };
    const taken: TakenEvent[] = [];
    const channel = String(headers['x-splunk-request-channel']);
    const stop = (code: number, text: string, number = taken.length): FarAnswer => {
      return said(400, code, text, { 'invalid-event-number': number, ...(taken.length > 0 && keep(taken, indexer, channel)) });
    };
    for (const text of objectsIn(body)) {
      const envelope = parseObject(text);
      if (envelope === null) return stop(6, 'Invalid data format');
      const { event, fields, index } = envelope as { readonly event?: unknown; readonly fields?: unknown; readonly index?: string };
      if (event === undefined && fields !== undefined) continue; // skipped, and nothing said
      if (event === undefined || event === null) return stop(12, 'Event field is required');
      if (event === '') return stop(13, 'Event field cannot be blank');
      if (Array.isArray(fields)) return stop(6, 'Invalid data format');
      if (Object.values(fields ?? {}).some((value) => typeof value === 'object' && value !== null && !Array.isArray(value)))
        return stop(15, 'Error in handling indexed fields');
      if (index !== undefined && indexes !== undefined && !indexes.includes(index)) return stop(7, 'Incorrect index', taken.length + 1);
      const id = idOf(envelope);
      if (id !== '' && id === refusedId) return stop(15, 'Error in handling indexed fields');
      taken.push({ id, envelope });
      if (Object.keys(envelope).some((key) => !KEYS.has(key))) break; // those behind it are lost, and nothing said
    }
    return said(200, 0, 'Success', keep(taken, indexer, channel));
  };

  const acknowledge = (request: FarRequest, indexer: number): FarAnswer => {
    const refused = refusal(request);
    if (refused !== null) return refused;
    if (!hasAcks) return said(400, 14, 'ACK is disabled');
    const { acks } = JSON.parse(request.body.toString()) as { readonly acks: readonly number[] };
    const channel = channelOf(indexer, String(request.headers['x-splunk-request-channel']));
    return { status: 200, body: { acks: Object.fromEntries(acks.map((id) => [id, channel.indexed.delete(id)])) } };
  };

  const side = await openFarSide({
    throttled: said(503, 9, 'Server is busy'),
    isSubject: ({ path }) => path.startsWith('/services/collector') && !path.startsWith('/services/collector/ack'),
    answer: async (request, refusedId) => {
      if (request.path.startsWith('/services/collector/ack')) await silence;
      if (hec.answer !== null) return hec.answer;
      const [, known] = /(?:^|; )indexer=(\d+)/.exec(request.headers.cookie ?? '') ?? [];
      if (known === undefined) turn += 1;
      const indexer = known === undefined ? turn % indexers : Number(known);
      const { pathname } = new URL(request.path, 'http://hec');
      const answer = (): FarAnswer => {
        if (pathname === '/services/collector/ack') return acknowledge(request, indexer);
        if (['/services/collector', '/services/collector/event', '/services/collector/event/1.0'].includes(pathname))
          return script.shift() ?? hec.eventAnswer ?? take(request, indexer, refusedId);
        return { status: 404, body: { text: 'The requested URL was not found on this server.', code: 404 } };
      };
      const answered = answer();
      return indexers > 1 && known === undefined ? { ...answered, headers: { 'set-cookie': `indexer=${indexer}; Path=/; HttpOnly` } } : answered;
    },
  });

  const hec: Hec = {
    url: side.url,
    settings: { urls: side.url, token: TOKEN, ...(hasAcks && { acks: 'true', ackPollMs: '100' }) },
    outboundAllow: side.outboundAllow,
    faults: ALL_FAULTS,
    requests: side.requests,
    events,
    indexed: () => indexed,
    answer: null,
    eventAnswer: null,
    script,
    hold: () => (isHeld = true),
    index: () => {
      isHeld = false;
      for (const { held, indexed: ids } of channels.values()) {
        for (const [ackId, taken] of held) {
          ids.add(ackId);
          indexed.push(...taken.map(({ id }) => id));
        }
        held.clear();
      }
    },
    silence: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      silence = promise;
      return resolve;
    },
    restart: () => (channels = new Map()),
    taken: () => events.map(({ id }) => id),
    fail: side.fail,
    close: side.close,
  };
  return hec;
}

export const openStandIn = (): Promise<StandIn> => openHec();

function idOf({ fields, event }: Readonly<Record<string, unknown>>): string {
  const { goshawk_id: named } = (fields ?? {}) as { readonly goshawk_id?: string };
  return named ?? (event as { readonly event?: { readonly id?: string } } | undefined)?.event?.id ?? '';
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
