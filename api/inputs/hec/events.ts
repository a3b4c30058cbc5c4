// The body of a HEC request, read as Splunk reads it: objects back to back or in arrays, up to the first that cannot be taken.
import type { Told } from '../../../pipeline/core/connector.ts';
import { MAX_EVENT_BYTES } from '../../gateway/gateway.ts';
import { endOfValue, rangeOfMember, skipBlanks } from '../json-ranges.ts';
import { INVALID_FORMAT, NO_EVENT, BLANK_EVENT, BAD_FIELDS, NO_DATA } from './answers.ts';
import type { HecAnswer } from './answers.ts';

export interface HecEvent {
  readonly value: Buffer;
  readonly told: Told;
}
export interface HecBody {
  /** Those before the one that is wrong. */
  readonly events: readonly HecEvent[];
  /** Null when all are well. */
  readonly error: HecAnswer | null;
}

/** A body of more events is refused whole: answers and bookkeeping cost memory for each. */
export const MAX_EVENTS = 50_000;

type Read = HecEvent | HecAnswer;
const isAnswer = (read: Read): read is HecAnswer => 'code' in read;

/** `/services/collector/event` */
export function readEvents(bytes: Buffer): HecBody {
  const events: HecEvent[] = [];
  let at = skipBlanks(bytes, 0);
  let isInArray = false;
  let afterValue = false;
  const stop = (answer: HecAnswer): HecBody => ({ events, error: { ...answer, number: events.length } });
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === OPEN_OBJECT && !(isInArray && afterValue)) {
      const end = endOfValue(bytes, at);
      if (end < 0) return stop(INVALID_FORMAT);
      const read = readEvent(bytes, at, end);
      if (isAnswer(read)) return stop(read);
      events.push(read);
      if (events.length > MAX_EVENTS) return { events, error: null };
      at = end;
      afterValue = true;
    } else if (byte === OPEN_ARRAY && !isInArray) {
      isInArray = true;
      afterValue = false;
      at += 1;
    } else if (byte === CLOSE_ARRAY && isInArray) {
      isInArray = false;
      at += 1;
    } else if (byte === COMMA && isInArray && afterValue) {
      afterValue = false;
      at += 1;
    } else return stop(INVALID_FORMAT);
    at = skipBlanks(bytes, at);
  }
  if (isInArray) return stop(INVALID_FORMAT);
  return { events, error: events.length === 0 ? NO_DATA : null };
}

/** `/services/collector/raw`: a line each. */
export function readLines(bytes: Buffer, told: Told): HecBody {
  const events: HecEvent[] = [];
  let from = 0;
  while (from < bytes.length) {
    const newline = bytes.indexOf(0x0a, from);
    const end = newline < 0 ? bytes.length : newline;
    const value = bytes.subarray(from, bytes[end - 1] === 0x0d && end > from ? end - 1 : end);
    if (value.length > MAX_EVENT_BYTES) return { events, error: { ...tooLarge(value.length), number: events.length } };
    if (skipBlanks(value, 0) < value.length) events.push({ value, told });
    if (events.length > MAX_EVENTS) break;
    from = end + 1;
  }
  return { events, error: events.length === 0 ? NO_DATA : null };
}

function readEvent(bytes: Buffer, start: number, end: number): Read {
  let envelope: Readonly<Record<string, unknown>>;
  try {
    envelope = JSON.parse(bytes.toString('utf8', start, end)) as Record<string, unknown>;
  } catch {
    return INVALID_FORMAT;
  }
  const { event, fields } = envelope;
  if (event === undefined || event === null) return NO_EVENT;
  if (event === '') return BLANK_EVENT;
  if (fields !== undefined && fields !== null) {
    if (typeof fields !== 'object' || Array.isArray(fields)) return INVALID_FORMAT;
    if (Object.values(fields).some((value) => typeof value === 'object' && value !== null && !Array.isArray(value))) return BAD_FIELDS;
  }
  const range = rangeOfMember(bytes, start, 'event');
  if (range === null) return NO_EVENT;
  const value = typeof event === 'string' ? Buffer.from(event) : bytes.subarray(...range);
  return value.length > MAX_EVENT_BYTES ? tooLarge(value.length) : { value, told: toldBy(envelope) };
}

const tooLarge = (bytes: number): HecAnswer => ({
  ...INVALID_FORMAT,
  text: `${INVALID_FORMAT.text}: an event has at most ${MAX_EVENT_BYTES} bytes, this one has ${bytes}`,
});

/** Time, host and the rest, from an envelope or from the query of a raw request. */
export function toldBy(envelope: Readonly<Record<string, unknown>>): Told {
  const seconds = typeof envelope.time === 'string' ? Number(envelope.time.trim() || Number.NaN) : envelope.time;
  const labels: Record<string, string> = {};
  for (const name of ['source', 'sourcetype', 'index'] as const) {
    const value = envelope[name];
    if (typeof value === 'string' && value !== '') labels[`hec.${name}`] = value;
  }
  const { fields, host } = envelope;
  if (typeof fields === 'object' && fields !== null)
    for (const [name, value] of Object.entries(fields)) labels[`hec.fields.${name}`] = typeof value === 'string' ? value : JSON.stringify(value);
  return {
    ...(typeof seconds === 'number' && seconds > 0 && seconds < 1e11 && { time: Math.round(seconds * 1_000_000) }),
    ...(typeof host === 'string' && host !== '' && { host }),
    ...(Object.keys(labels).length > 0 && { labels }),
  };
}

const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
