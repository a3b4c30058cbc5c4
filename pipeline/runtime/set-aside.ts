// Dead letters that are not one record as it was: a whole batch that cannot be read, and values that do not fit.
import { LETTER_HEADERS } from '../core/dead-letter.ts';
import { RecordError } from '../core/errors.ts';
import { InputRecord } from './input.ts';
import type { Headers, RawBatch } from './port.ts';

/** Beside the headers of every dead letter. Not among the error headers: the relay writes those anew. */
export const BATCH_HEADERS = {
  /** The letter stands for all offsets from the record's own to this one, exclusive. Its value is the batch as it lay on the topic. */
  to: '__goshawk.batch.to',
  /** How many records it counts for in the ledger. */
  records: '__goshawk.batch.records',
} as const;
/** The value ends early: how many bytes it had. */
export const CUT_HEADER = '__goshawk.cut.bytes';

export type UnreadableBatch = RawBatch & { readonly unreadable: NonNullable<RawBatch['unreadable']> };
export const isUnreadable = (batch: RawBatch): batch is UnreadableBatch => batch.unreadable !== undefined;

const MAX_TIMESTAMP_AT = 35; // in a batch: int64, milliseconds
const text = (value: string | number): Buffer => Buffer.from(String(value));

/** In place of the records: one that is to be rejected, with the raw batch as its value. */
export function recordOf({ tp, from, nextOffset, unreadable }: UnreadableBatch): InputRecord<unknown> {
  const { bytes, records } = unreadable;
  const appendedMs = bytes.length < MAX_TIMESTAMP_AT + 8 ? 0 : Number(bytes.readBigInt64BE(MAX_TIMESTAMP_AT));
  const timestampMs = appendedMs > 0 && appendedMs <= Number.MAX_SAFE_INTEGER / 1000 ? appendedMs : 0; // as damaged as the rest, perhaps
  const headers: Headers = [
    [BATCH_HEADERS.to, text(nextOffset)],
    [BATCH_HEADERS.records, text(records)],
  ];
  return new InputRecord<unknown>({ key: null, value: bytes, headers, timestampMs, offset: from }, tp, timestampMs * 1000, undefined);
}

export const errorOf = ({ from, nextOffset, unreadable: { reason, records } }: UnreadableBatch): RecordError =>
  new RecordError('BATCH_UNREADABLE', `A batch of ${records} records at offsets ${from} to ${nextOffset - 1} cannot be read: ${reason}`);

/** What headers take in a batch. */
export function headerBytes(headers: Headers): number {
  let bytes = 0;
  for (let i = 0; i < headers.length; i++) bytes += headers[i]![0].length * 3 + headers[i]![1].length + 10;
  return bytes;
}

export interface Letter {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/**
 * The letter, made to fit: the end of the value goes first, then, where the rest alone is too much, key and headers of the record itself. The
 * letter says so in `LETTER_HEADERS.without`, and how long the value was.
 * @param own How many of the headers, at their end, are ours: those stay.
 */
export function fitted(letter: Letter, own: number, maxBytes: number): Letter {
  const bytes = (one: Letter) => (one.key?.length ?? 0) + headerBytes(one.headers);
  const length = letter.value?.length ?? 0;
  if (length + bytes(letter) <= maxBytes) return letter;
  const note: Headers = [
    [LETTER_HEADERS.without, text(`The value had ${length} bytes, which do not fit into a dead letter: its end is missing`)],
    [CUT_HEADER, text(length)],
  ];
  const whole = { key: letter.key, value: null, headers: [...letter.headers, ...note] };
  const rest = bytes(whole) <= maxBytes ? whole : { key: null, value: null, headers: [...letter.headers.slice(letter.headers.length - own), ...note] };
  return { ...rest, value: letter.value?.subarray(0, Math.max(0, maxBytes - bytes(rest))) ?? null };
}
