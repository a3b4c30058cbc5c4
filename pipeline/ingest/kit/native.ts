import type { RawDocument } from './document.ts';
import type { FieldsOf } from './mapping.ts';

/**
 * The native document of a text: its fields by the sensor's names, and the line as it came under `raw` (a field of that name becomes `_raw`).
 * The header of a syslog message around it is added by ingest.
 */
export function textNative({ raw }: Pick<RawDocument, 'raw'>, fields: FieldsOf): Buffer {
  if (fields.raw === undefined) {
    const written = JSON.stringify(fields); // not of a copy with `raw` in it: making one takes longer than writing
    return Buffer.from(`${written.slice(0, -1)}${written === '{}' ? '' : ','}"raw":${JSON.stringify(raw)}}`);
  }
  const { raw: own, ...others } = fields;
  return Buffer.from(JSON.stringify({ ...others, _raw: own, raw }));
}
