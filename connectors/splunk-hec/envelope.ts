// A record as an event of HEC: the document as it is, in an object that says when, where and under which id.
import { isUtf8 } from 'node:buffer';
import type { SinkRecord } from '../_sink/index.ts';
import { nameByRecord } from '../_sink/placeholders.ts';

export interface EnvelopeOptions {
  readonly host: string;
  readonly source: string;
  readonly sourcetype: string;
  readonly index: string;
}
/** An event in its parts: the text in front of the document, the document; a brace follows. */
export interface HecEvent {
  readonly head: string;
  readonly event: Buffer;
  /** Of the whole, with the line break behind it. */
  readonly bytes: number;
}
/** `}` and a line break. */
const TAIL = Buffer.from('}\n');

/**
 * Each value is parsed: time and host stand in it, and what is no JSON would end its envelope and begin another, with an index of its choice. It goes as
 * a string then.
 */
export function openEnvelope({ host, ...names }: EnvelopeOptions, organization: string): (record: SinkRecord) => HecEvent {
  const ofRecord = (['source', 'sourcetype', 'index'] as const)
    .filter((name) => names[name] !== '')
    .map((name) => ({ name, of: nameByRecord(names[name], organization, (value) => value) }));
  const texts = new Map<string, string>();
  const quoted = (text: string): string => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    if (texts.size >= MOST_TEXTS) texts.clear();
    const made = JSON.stringify(text);
    texts.set(text, made);
    return made;
  };
  return (record) => {
    const { event, document } = read(record.value);
    const where = hostOf(document) ?? host;
    let head = `{"time":${timeOf(document) ?? seconds(record.timestampMs)}`;
    if (where !== '') head += `,"host":${quoted(where)}`;
    for (const { name, of } of ofRecord) head += `,"${name}":${quoted(of(record))}`;
    head += `,"fields":{"goshawk_id":${quoteId(record.id)}},"event":`;
    return { head, event, bytes: Buffer.byteLength(head) + event.length + TAIL.length };
  };
}
const MOST_TEXTS = 10_000;

/** Events one after the other. */
export function bodyOf(events: readonly HecEvent[]): Buffer {
  const body = Buffer.allocUnsafe(events.reduce((sum, { bytes }) => sum + bytes, 0));
  let at = 0;
  for (const { head, event } of events) {
    at += body.write(head, at);
    body.set(event, at);
    body.set(TAIL, at + event.length);
    at += event.length + TAIL.length;
  }
  return body;
}

type Document = Readonly<Record<string, unknown>>;
const NONE: Document = {};

function read(value: Buffer): { readonly event: Buffer; readonly document: Document } {
  const text = value.toString('utf8');
  const bytes = isUtf8(value) ? value : Buffer.from(text);
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { event: bytes, document: parsed as Document };
    if (typeof parsed === 'string' || typeof parsed === 'number') return { event: bytes, document: NONE };
  } catch {
    // No JSON.
  }
  return { event: Buffer.from(JSON.stringify(text)), document: NONE };
}

/** Of ECS `@timestamp`, of OCSF `time`. @returns Seconds since 1970 with their decimals, as text: a number would lose microseconds. */
function timeOf({ '@timestamp': timestamp, time }: Document): string | null {
  if (typeof timestamp === 'string') {
    const [, fraction = ''] = FRACTION.exec(timestamp) ?? [];
    const ms = Date.parse(ZONELESS.test(timestamp) ? `${timestamp}Z` : timestamp);
    if (ms > 0) return fraction.length > 3 ? `${Math.floor(ms / 1_000)}.${fraction.slice(0, 9)}` : seconds(ms);
  }
  return typeof time === 'number' && time > 0 && time < LAST_MS ? seconds(time) : null;
}
const FRACTION = /:\d\d[.,](\d+)(?:Z|[+-]\d\d:?\d\d)?$/;
/** Would be taken for the time of this machine's zone. */
const ZONELESS = /\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?$/;
/** Beyond the year 9999 it is no time in milliseconds. */
const LAST_MS = 253_402_300_800_000;
const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

/** Of ECS `host.name`, of OCSF `device.hostname`; a transform may have made flat names of them. */
function hostOf(document: Document): string | null {
  const { host, device } = document as { readonly host?: { readonly name?: unknown } | null; readonly device?: { readonly hostname?: unknown } | null };
  return textOf(host?.name) ?? textOf(document['host.name']) ?? textOf(device?.hostname) ?? textOf(document['device.hostname']);
}
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Ids are printable ASCII, and each is seen once. */
const quoteId = (id: string): string => (/["\\]/.test(id) ? JSON.stringify(id) : `"${id}"`);
