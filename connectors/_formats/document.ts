// What flows into a format: the JSON objects that publish writes to sink topics.
import { RecordError } from '../../pipeline/core/errors.ts';

/** A parsed JSON object. Those of publish are ECS documents (`@timestamp`, `event`) or OCSF documents (`class_uid`, `metadata`). */
export type Document = Readonly<Record<string, unknown>>;

/** @throws RecordError FORMAT_REFUSED when the bytes are not one JSON object. */
export function parseDocument(value: Buffer): Document {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value.toString('utf8'));
  } catch (cause) {
    throw new RecordError('FORMAT_REFUSED', `Document is not valid JSON (${value.length} bytes)`, {}, { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new RecordError('FORMAT_REFUSED', `Document is no JSON object (${value.length} bytes)`);
  return parsed as Document;
}
