import type { RawDocument } from './document.ts';
import type { Fields } from './tokens.ts';

/**
 * The native document of a text: its fields by the sensor's names, and the line as it came under `raw` (a field of that name becomes `_raw`).
 * The header of a syslog message around it is added by ingest.
 */
export function textNative({ raw }: Pick<RawDocument, 'raw'>, fields: Fields): Buffer {
  if (fields.raw === undefined) return Buffer.from(JSON.stringify({ ...fields, raw }));
  const { raw: own, ...others } = fields;
  return Buffer.from(JSON.stringify({ ...others, _raw: own, raw }));
}
