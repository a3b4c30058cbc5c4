// Data streams take no document without `@timestamp`, and OCSF has `time` in its place.
import type { SinkRecord } from '../_sink/index.ts';

const USUAL = Buffer.from('{"@timestamp":');
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** Beyond the year 9999 it is no time in milliseconds. */
const LAST_MS = 253_402_300_800_000;

/**
 * @returns The value of the record; with `@timestamp` in front where it is an object that has none: its `time` (OCSF, milliseconds), else when the record
 *   was appended. What is no object is left as it is, for the cluster to refuse.
 */
export function withTime({ value, timestampMs }: Pick<SinkRecord, 'value' | 'timestampMs'>): Buffer {
  if (value.length > USUAL.length && value.compare(USUAL, 0, USUAL.length, 0, USUAL.length) === 0) return value; // as publish writes ECS
  const document = objectIn(value);
  if (document === null || Object.hasOwn(document, '@timestamp')) return value;
  const { time } = document;
  const ms = typeof time === 'number' && time > 0 && time < LAST_MS ? time : timestampMs;
  const open = value.indexOf(OPEN) + 1;
  const isEmpty = Object.keys(document).length === 0;
  const added = `"@timestamp":"${new Date(ms).toISOString()}"${isEmpty ? '' : ','}`;
  return Buffer.concat([value.subarray(0, open), Buffer.from(added), value.subarray(isEmpty ? value.lastIndexOf(CLOSE) : open)]);
}

function objectIn(value: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(value.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
