// A row of a Log Analytics table from a document: its columns, its time, and no field above what a table holds.
import { RecordError } from '../../pipeline/core/errors.ts';
import { parseDocument } from '../_formats/document.ts';
import type { SinkRecord } from '../_sink/index.ts';

export interface RowOptions {
  /** `spread`: each key of the document is a column. `whole`: the document is the column `Document`. */
  readonly columns: 'spread' | 'whole';
  /** What becomes of a column above `FIELD_BYTES`. */
  readonly longFields: 'truncate' | 'reject';
}

/** Of a column's value: Azure cuts what is longer, in the middle of whatever it is. */
export const FIELD_BYTES = 65_536;

/**
 * One JSON object, without a line break at its end. The bytes of the document are reused unless a column is too long.
 *
 * @throws RecordError FORMAT_REFUSED for what is no JSON object; RECORD_TOO_LARGE for a column that may not, or cannot, be shortened.
 */
export function rowOf(record: SinkRecord, options: RowOptions): Buffer {
  const document = parseDocument(record.value);
  const own = ownColumns(record, document);
  const fits = record.value.length <= FIELD_BYTES || (options.columns === 'spread' && longColumns(document).length === 0);
  if (fits) return options.columns === 'spread' ? spread(own, document, record.value) : whole(own, record.value);
  if (options.longFields === 'reject') throw tooLong(options.columns === 'whole' ? 'Document' : longColumns(document).join(', '));
  if (options.columns === 'whole') return whole({ ...own, GoshawkTruncated: ['Document'] }, Buffer.from(JSON.stringify(shortened('Document', document))));
  const long = longColumns(document);
  const short = Object.fromEntries(Object.entries(document).map(([name, value]) => [name, long.includes(name) ? shortened(name, value) : value]));
  return Buffer.from(JSON.stringify({ ...own, GoshawkTruncated: long, ...short }));
}

const spread = (own: object, document: object, value: Buffer): Buffer => {
  const added = Object.entries(own).filter(([name]) => !Object.hasOwn(document, name));
  if (added.length === 0) return value;
  const head = JSON.stringify(Object.fromEntries(added)).slice(0, -1);
  const rest = value.subarray(value.indexOf('{') + 1);
  return Buffer.concat([Buffer.from(Object.keys(document).length === 0 ? head : `${head},`), rest]);
};
const whole = (own: object, value: Buffer): Buffer => Buffer.concat([Buffer.from(`${JSON.stringify(own).slice(0, -1)},"Document":`), value, Buffer.from('}')]);

/** What every row has beside the document. */
function ownColumns({ id, kind, timestampMs }: SinkRecord, document: Readonly<Record<string, unknown>>) {
  return { TimeGenerated: timeOf(document) ?? new Date(timestampMs).toISOString(), GoshawkId: id, GoshawkKind: kind };
}

/** ECS `@timestamp`, or OCSF `time` in milliseconds. */
function timeOf({ '@timestamp': text, time }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof text === 'string' && !Number.isNaN(Date.parse(text))) return text;
  return typeof time === 'number' && Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : undefined;
}

const bytesOf = (value: unknown): number => Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
const longColumns = (document: object) => Object.entries(document).flatMap(([name, value]) => (bytesOf(value) > FIELD_BYTES ? [name] : []));
const tooLong = (name: string) => new RecordError('RECORD_TOO_LARGE', `${name}: above ${FIELD_BYTES} bytes, which is the most that a column holds.`);

/** A text is cut; of anything else the texts in it, as short as it takes, the longest first. */
function shortened(name: string, value: unknown): unknown {
  if (typeof value === 'string')
    return `${withoutHalf(
      Buffer.from(value)
        .subarray(0, FIELD_BYTES - 3)
        .toString('utf8'),
    )}…`;
  for (let chars = FIELD_BYTES / 2; chars >= 16; chars /= 2) {
    const found = cut(value, chars);
    if (bytesOf(found) <= FIELD_BYTES) return found;
  }
  throw tooLong(name);
}

/** Without the half of a character at its end. */
const withoutHalf = (text: string): string => text.toWellFormed().replace(/\uFFFD$/, '');

function cut(value: unknown, chars: number): unknown {
  if (typeof value === 'string')
    return value.length <= chars
      ? value
      : `${value
          .slice(0, chars - 1)
          .toWellFormed()
          .replace(/\uFFFD$/, '')}…`;
  if (Array.isArray(value)) return value.map((each) => cut(each, chars));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, cut(each, chars)]));
}
