// Records as the bytes that are added to a file.
import { RecordError } from '../../pipeline/core/errors.ts';
import { cef, csv, leef, linesOf, ndjsonOf, parseDocument } from '../_formats/index.ts';
import type { Document, FileFormat } from '../_formats/index.ts';
import { DELIVERED, rejected } from '../_sink/index.ts';
import type { Settled, SinkRecord } from '../_sink/index.ts';

export const FORMATS = ['ndjson', 'csv', 'cef', 'cef1', 'leef'] as const;
export interface Lines {
  readonly bytes: Buffer;
  /** Of each record: delivered, once the bytes are safe, or rejected. */
  readonly outcomes: readonly Settled[];
}
/** @param isNew The file is empty: a header comes first, where the format has one. */
export type LinesOf = (records: readonly Pick<SinkRecord, 'value'>[], isNew: boolean) => Lines;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** @param columns Of CSV; empty = the usual ones. */
export function linesIn(format: (typeof FORMATS)[number], columns: readonly string[]): LinesOf {
  switch (format) {
    case 'ndjson':
      return byValues;
    case 'csv':
      return byDocuments(csv(columns.length === 0 ? {} : { columns }));
    case 'cef':
      return byDocuments(linesOf(cef(), 'cef'));
    case 'cef1':
      return byDocuments(linesOf(cef({ version: 1 }), 'cef'));
    case 'leef':
      return byDocuments(linesOf(leef(), 'leef'));
  }
}

/** The bytes as they are, which keeps the digits of numbers; read, so that nothing else gets into the file. */
const byValues: LinesOf = (records) => {
  const lines: Buffer[] = [];
  const outcomes = records.map(({ value }) => {
    const refused = refusedBy(() => parseDocument(value));
    if (refused === null) lines.push(inOneLine(value));
    return refused ?? DELIVERED;
  });
  return { bytes: ndjsonOf(lines), outcomes };
};

function byDocuments({ encode, append = encode }: FileFormat): LinesOf {
  const together = (documents: readonly Document[], isNew: boolean) => (isNew ? encode : append)(documents);
  return (records, isNew) => {
    try {
      const documents = records.map(({ value }) => parseDocument(value));
      return { bytes: documents.length === 0 ? Buffer.alloc(0) : together(documents, isNew), outcomes: records.map(() => DELIVERED) };
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
    }
    // One of them cannot be written: each alone.
    const parts: Buffer[] = [];
    const outcomes = records.map(({ value }) => refusedBy(() => parts.push(together([parseDocument(value)], isNew && parts.length === 0))) ?? DELIVERED);
    return { bytes: Buffer.concat(parts), outcomes };
  };
}

/** @returns Null when it went well. */
function refusedBy(work: () => unknown): Settled | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof RecordError) return rejected('FORMAT_REFUSED', error.message);
    throw error;
  }
}

/** In JSON a line break stands between values only, where a blank means the same. */
function inOneLine(value: Buffer): Buffer {
  if (!value.includes(NEWLINE) && !value.includes(CARRIAGE_RETURN)) return value;
  return Buffer.from(value.map((byte) => (byte === NEWLINE || byte === CARRIAGE_RETURN ? 0x20 : byte)));
}
