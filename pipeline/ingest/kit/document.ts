// What decoders are given: the documents that one raw record holds.
import { isUtf8 } from 'node:buffer';
import type { Micros } from '../../core/index.ts';
import { elementRanges } from './json-ranges.ts';
import { singleLogRecords } from './log-records.ts';
import type { Syslog } from './syslog.ts';
import { readSyslog } from './syslog.ts';
import type { JsonObject } from './values.ts';
import { isObject } from './values.ts';

/** What a decoder keeps for one stream of lines (topic, partition and record key), for formats whose lines need what came before. Survives restarts. */
export interface Memory {
  readonly get: () => unknown;
  /** @param value Immutable JSON. */
  readonly put: (value: unknown) => void;
}

export interface RawDocument {
  /** The sensor's bytes, valid UTF-8. A view: they are copied when the event is encoded. */
  readonly bytes: Uint8Array;
  /** What the format is asked about: the record, or the message of a syslog record without header and tag. */
  readonly text: string;
  /** The whole text as it came, the header of a syslog record with it. */
  readonly raw: string;
  /** The header that the text came in; undefined = it did not come as syslog. */
  readonly syslog: Syslog | undefined;
  /** When the text is a JSON object within the limits. Parsed once, for recognising and decoding alike. */
  readonly json: JsonObject | undefined;
  /** Time of the raw record: stands in for what the sensor left out. */
  readonly appendedAt: Micros;
  /** Zone of the source's times that name none; undefined = not known. */
  readonly zone: string | undefined;
  readonly memory: Memory;
}
export type DocumentContext = Pick<RawDocument, 'appendedAt' | 'zone' | 'memory'>;
export interface Limits {
  readonly maxDepth: number;
  readonly maxFields: number;
}

/**
 * The documents of a record: the elements of a JSON array of objects, the lines of a text whose every line is a JSON object, the log records of a
 * document of OpenTelemetry that holds lines of files, else the text as one.
 * @returns undefined when the bytes are not valid UTF-8.
 */
export function documentsOf(value: Uint8Array, context: DocumentContext, limits: Limits): readonly RawDocument[] | undefined {
  if (!isUtf8(value)) return undefined;
  const hasMark = value[0] === 0xef && value[1] === 0xbb && value[2] === 0xbf;
  const bytes = hasMark ? value.subarray(3) : value;
  const text = bufferOf(bytes).toString('utf8');
  const first = text.charCodeAt(firstInk(text));
  if (first === 123) {
    const json = objectIn(text, limits);
    if (json !== undefined) return logRecords(text, json, context, limits) ?? [document(bytes, text, json, context)];
    return lines(text, context, limits) ?? [document(bytes, text, undefined, context)];
  }
  if (first === 91) return elements(text, context, limits) ?? [document(bytes, text, undefined, context)];
  return [document(bytes, text, undefined, context)];
}

/** Bytes that are not all text, read as far as they are: what is no UTF-8 shows as U+FFFD. */
export const lossyDocument = (value: Uint8Array, context: DocumentContext): RawDocument =>
  document(value, bufferOf(value).toString('utf8'), undefined, context);
const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const document = (bytes: Uint8Array, text: string, json: JsonObject | undefined, { appendedAt, zone, memory }: DocumentContext): RawDocument => ({
  bytes,
  text,
  raw: text,
  syslog: undefined,
  json,
  appendedAt,
  zone,
  memory,
});

/**
 * The message of a text that is a syslog record, with its header beside it; undefined when it is none. A message that is a JSON object is
 * parsed; one without text is the empty text.
 */
export function insideSyslog(outer: RawDocument, limits: Limits): RawDocument | undefined {
  if (outer.json !== undefined) return undefined;
  const syslog = readSyslog(outer.text, outer.appendedAt);
  if (syslog === undefined) return undefined;
  const text = syslog.message ?? '';
  const json = text.charCodeAt(0) === 123 ? objectIn(text, limits) : undefined;
  return {
    bytes: json === undefined ? outer.bytes : Buffer.from(text),
    text,
    raw: outer.raw,
    syslog,
    json,
    appendedAt: outer.appendedAt,
    zone: outer.zone,
    memory: outer.memory,
  };
}

function firstInk(text: string, from = 0): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}

/** The object that a text is; undefined when it is none, or deeper or wider than the limits. */
export function objectIn(text: string, limits: Limits): JsonObject | undefined {
  const value = parsed(text);
  return isObject(value) && isWithin(value, limits) ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function lines(text: string, context: DocumentContext, limits: Limits): readonly RawDocument[] | undefined {
  if (!text.includes('\n')) return undefined;
  const documents: RawDocument[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const json = objectIn(line, limits);
    if (json === undefined) return undefined;
    documents.push(document(Buffer.from(line.trimEnd()), line.trimEnd(), json, context));
  }
  return documents;
}

/** Lines of files are of other formats, one by one; what programs log themselves stays together. */
function logRecords(text: string, json: JsonObject, context: DocumentContext, limits: Limits): readonly RawDocument[] | undefined {
  if (!Array.isArray(json.resourceLogs) || !text.includes('"log.file.')) return undefined;
  const single = singleLogRecords(text);
  if (single.length < 2) return undefined;
  return single.map((record) => document(Buffer.from(record), record, objectIn(record, limits), context));
}

function elements(text: string, context: DocumentContext, limits: Limits): readonly RawDocument[] | undefined {
  const open = firstInk(text);
  if (text.charCodeAt(firstInk(text, open + 1)) !== 123) return undefined; // many logs begin with a bracket, and failing to parse takes long
  const values = parsed(text);
  if (!Array.isArray(values) || values.length === 0 || !values.every((value): value is JsonObject => isObject(value) && isWithin(value, limits)))
    return undefined;
  return elementRanges(text).map(({ from, to }, index) => {
    const element = text.slice(from, to);
    return document(Buffer.from(element), element, values[index], context);
  });
}

/** Nesting and number of fields are bounded here, once, for all that read the document later. */
function isWithin(value: JsonObject, { maxDepth, maxFields }: Limits): boolean {
  let left = maxFields;
  const walk = (part: object, depth: number): boolean => {
    if (depth > maxDepth) return false;
    if (Array.isArray(part)) {
      left -= part.length;
      if (left < 0) return false;
      for (const inner of part as readonly unknown[]) if (typeof inner === 'object' && inner !== null && !walk(inner, depth + 1)) return false;
      return true;
    }
    for (const name in part) {
      if (--left < 0) return false;
      const inner = (part as JsonObject)[name];
      if (typeof inner === 'object' && inner !== null && !walk(inner, depth + 1)) return false;
    }
    return true;
  };
  return walk(value, 1);
}
