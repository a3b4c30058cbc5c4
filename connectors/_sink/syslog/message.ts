// Records as syslog messages, and messages as the bytes of a connection.
import { RecordError } from '../../../pipeline/core/errors.ts';
import { parseDocument, parseForHeader } from '../../_formats/index.ts';
import type { LineFormat, SyslogHeader } from '../../_formats/index.ts';
import { rejected } from '../index.ts';
import type { Settled, SinkRecord } from '../index.ts';

export interface MessageOptions {
  /** Null: none, and the message is its body. */
  readonly header: SyslogHeader | null;
  /**
   * Null: the bytes of the record as they are.
   * @param maxBytes Keys that do not fit are left out. Absent: none are.
   */
  readonly format: ((maxBytes?: number) => LineFormat) | null;
  /** Of the whole message, without what frames it. */
  readonly maxMessageBytes: number;
}
export type Framing = 'octet-counting' | 'newline';
/** In parts, so that the bytes of a record are copied once. */
export interface Message {
  readonly header: string;
  readonly body: Buffer;
  /** Of both. */
  readonly bytes: number;
}

/** Limits of shortened messages are rounded down to this, so that there are few of them. */
const STEP_BYTES = 64;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;

/** @returns What is sent, or why it never is. */
export function writerOf({ header, format, maxMessageBytes }: MessageOptions): (record: Pick<SinkRecord, 'value' | 'isAsPublished'>) => Message | Settled {
  const whole = format?.() ?? null;
  const shorter = new Map<number, LineFormat>();
  const shorterBy = (maxBytes: number): LineFormat | null => {
    const limit = maxBytes - (maxBytes % STEP_BYTES);
    if (format === null || limit <= 0) return null;
    let found = shorter.get(limit);
    if (found === undefined) shorter.set(limit, (found = format(limit)));
    return found;
  };
  const write = ({ value, isAsPublished }: Pick<SinkRecord, 'value' | 'isAsPublished'>): Message => {
    if (header === null && whole === null) return messageOf('', value);
    const document = whole === null ? parseForHeader(value, isAsPublished) : parseDocument(value);
    const message = messageOf(header?.(document) ?? '', whole?.encode(document) ?? value);
    if (message.bytes <= maxMessageBytes) return message;
    const body = shorterBy(maxMessageBytes - Buffer.byteLength(message.header))?.encode(document);
    return body === undefined ? message : messageOf(message.header, body);
  };
  return (record) => {
    try {
      const message = write(record);
      if (message.bytes <= maxMessageBytes) return message;
      return rejected('too-large', `The message has ${message.bytes} bytes; maxMessageBytes is ${maxMessageBytes}.`);
    } catch (error) {
      if (error instanceof RecordError) return rejected('FORMAT_REFUSED', error.message);
      throw error;
    }
  };
}

const messageOf = (header: string, body: Buffer): Message => ({ header, body, bytes: Buffer.byteLength(header) + body.length });

/** All messages behind each other, framed as RFC 6587 has it: one piece of memory, one write. */
export function framed(messages: readonly Message[], framing: Framing): Buffer {
  const isCounted = framing === 'octet-counting';
  let size = 0;
  for (const { bytes } of messages) size += bytes + (isCounted ? String(bytes).length + 1 : 1);
  const all = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { header, body, bytes } of messages) {
    at += all.write(isCounted ? `${bytes} ${header}` : header, at);
    at += body.copy(all, at);
    if (isCounted) continue;
    inOneLine(all, at - bytes, at);
    all[at++] = NEWLINE;
  }
  return all;
}

/** A message as it is sent in a datagram. */
export const datagramOf = ({ header, body }: Message): Buffer => Buffer.concat([Buffer.from(header), body]);

/** A line break would end the message. In JSON it stands between values only, where a blank means the same. */
function inOneLine(bytes: Buffer, start: number, end: number): void {
  const message = bytes.subarray(start, end);
  for (const breaking of [NEWLINE, CARRIAGE_RETURN])
    for (let at = message.indexOf(breaking); at >= 0; at = message.indexOf(breaking, at + 1)) message[at] = BLANK;
}
