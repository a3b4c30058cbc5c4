import { draft } from './draft.ts';
import type { Draft } from './draft.ts';

export const UNPARSED = 'unparsed';
const MESSAGE_CHARS = 32_766; // the longest value that search engines index

/**
 * What no decoder could read, kept and searchable: the text as message, and whole in the native document.
 * @param reason In our words, never text from the record.
 */
export function unparsed(raw: string, reason?: string): Draft {
  const event = draft(UNPARSED, '', Buffer.from(JSON.stringify({ raw })));
  event.message = raw.length > MESSAGE_CHARS ? raw.slice(0, MESSAGE_CHARS) : raw;
  if (reason !== undefined) event.labels = { reason };
  return event;
}

/** Bytes that are no text, or whose escapes would grow beyond what a topic takes. */
export function unparsedBytes(bytes: Uint8Array, reason: string): Draft {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const event = draft(UNPARSED, '', Buffer.from(`{"rawBase64":"${buffer.toString('base64')}"}`));
  event.message = buffer.toString('utf8', 0, Math.min(buffer.length, MESSAGE_CHARS)); // what is no text shows as U+FFFD
  event.labels = { reason };
  return event;
}
