// The body of a bulk request, and its answer.
import type { SinkRecord } from '../_sink/index.ts';
import type { Item } from './outcome.ts';

/** What is read of an answer; the rest is not sent. */
export const FILTER_PATH = 'errors,error,status,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason,items.*.failure_store';

const NEWLINE = 0x0a;
const SPACE = 0x20;

/**
 * An action line and a document line for each record. The bytes of a value are the document; a line break in them, which in JSON can only stand between
 * tokens, becomes a space: as it is, what follows would be read as an action.
 */
export function bulkBody(records: readonly SinkRecord[], indexOf: (record: SinkRecord) => string, documentOf: (record: SinkRecord) => Buffer): Buffer {
  const actions = records.map((record) => `{"create":{"_index":"${indexOf(record)}","_id":${quoted(record.id)}}}\n`);
  const documents = records.map(documentOf);
  let bytes = 0;
  for (let n = 0; n < records.length; n += 1) bytes += Buffer.byteLength(actions[n]!) + documents[n]!.length + 1;
  const body = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (let n = 0; n < records.length; n += 1) {
    const value = documents[n]!;
    at += body.write(actions[n]!, at);
    body.set(value, at);
    for (let found = value.indexOf(NEWLINE); found >= 0; found = value.indexOf(NEWLINE, found + 1)) body[at + found] = SPACE;
    at += value.length;
    body[at] = NEWLINE;
    at += 1;
  }
  return body;
}

/** Ids are printable ASCII. */
const quoted = (id: string): string => (/["\\]/.test(id) ? JSON.stringify(id) : `"${id}"`);

/** @returns One item for each record; null when it is not the answer to so many. */
export function itemsOf(body: Buffer, count: number): readonly Item[] | null {
  const answer = parsed(body) as { readonly items?: readonly Readonly<Record<string, Item>>[] } | null;
  if (!Array.isArray(answer?.items) || answer.items.length !== count) return null;
  const items = answer.items.map((item) => item?.create ?? Object.values(item ?? {})[0]);
  return items.every((item): item is Item => typeof item?.status === 'number') ? items : null;
}

/** Of an answer that refuses the request: `{"error":{"type","reason"},"status"}`; security plug-ins and proxies say it in words of their own. */
export function errorOf(body: Buffer): Item['error'] {
  const error = (parsed(body) as { readonly error?: unknown } | null)?.error;
  if (typeof error === 'string') return { type: 'error', reason: error };
  return typeof error === 'object' && error !== null && typeof (error as { type?: unknown }).type === 'string' ? (error as Item['error']) : undefined;
}

export function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
