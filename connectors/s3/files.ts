// Records to files: which goes into which, in what order, and the bytes.
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { RecordError } from '../../pipeline/core/errors.ts';
import { ndjsonOf, parseDocument } from '../_formats/index.ts';
import type { Document, FileFormat } from '../_formats/index.ts';
import { rejected } from '../_sink/index.ts';
import type { Outcome, SinkDeps, SinkRecord } from '../_sink/index.ts';
import type { S3Config } from './index.ts';
import { datePartsOf, fileName, OF_DOCUMENT, placeholdersOf, prefixOf } from './template.ts';

/** A record that goes into a file. */
export interface Placed {
  readonly index: number;
  readonly record: SinkRecord;
  /** Null where nothing asks for it. */
  readonly document: Document | null;
  /** Event time, milliseconds; append time where the document has none. */
  readonly timeMs: number;
  readonly prefix: string;
  /** OCSF class; empty for what has none. */
  readonly documentClass: string;
}
export interface File {
  readonly key: string;
  readonly body: Buffer;
  readonly mediaType: string;
}
/** Outcomes of records that no file can hold, by index. */
export type Refusals = Map<number, Outcome>;

const NEWLINE = 0x0a;
const NO_DATASET = 'unknown';

export class FileMaker {
  readonly #config: S3Config;
  readonly #deps: Pick<SinkDeps, 'connector' | 'organization'>;
  /** Null: lines are taken as they are. */
  readonly #format: FileFormat | null;
  readonly #extension: string;
  readonly #readsDocuments: boolean;
  readonly #sources: ReadonlyMap<string, string>;

  constructor(config: S3Config, deps: Pick<SinkDeps, 'connector' | 'organization'>, format: FileFormat | null) {
    this.#config = config;
    this.#deps = deps;
    this.#format = format;
    const packed = format === null || format.name === 'csv' ? { none: '', gzip: '.gz', zstd: '.zst' }[config.compression] : '';
    this.#extension = `${format?.extension ?? 'ndjson'}${packed}`;
    this.#readsDocuments = format !== null || config.layout === 'security-lake' || placeholdersOf(config.key).some((name) => OF_DOCUMENT.has(name));
    this.#sources = new Map(config.sources.map((entry) => entry.split('=') as [string, string]));
  }

  /** Says where each record goes. Follows from the record alone, so that it goes there again after a restart. */
  place(records: readonly SinkRecord[], refusals: Refusals): readonly Placed[] {
    const placed: Placed[] = [];
    for (const [index, record] of records.entries()) {
      try {
        const isLine = !record.value.includes(NEWLINE);
        const document = this.#readsDocuments || !isLine ? parseDocument(record.value) : null;
        const timeMs = (document === null ? undefined : timeOf(document)) ?? record.timestampMs;
        const documentClass = classOf(document);
        const prefix = this.#prefix(record, documentClass, timeMs);
        const line = isLine ? record : { ...record, value: Buffer.from(JSON.stringify(document)) };
        placed.push({ index, record: line, document, timeMs, prefix, documentClass });
      } catch (error) {
        refusals.set(index, refusalOf(error));
      }
    }
    return placed;
  }

  /** One file for each prefix, named for the first of its records. @param id Tells these files from those of other attempts. */
  files(placed: readonly Placed[], id: string, refusals: Refusals): readonly File[] {
    const isTyped = this.#format !== null && this.#format.append === undefined; // its columns are those of one class
    const groups = Map.groupBy(placed, ({ prefix, documentClass }) => (isTyped ? `${prefix} ${documentClass}` : prefix));
    return [...groups.values()].flatMap((all) => {
      const { prefix, record } = all[0]!;
      const body = this.#bodyOf(all, refusals);
      return body === null ? [] : [{ key: `${prefix}${fileName(record.position, id, this.#extension)}`, body, mediaType: this.#mediaType }];
    });
  }

  get #mediaType(): string {
    return this.#format?.mediaType ?? 'application/x-ndjson';
  }

  /** Null: no record of them can be written. */
  #bodyOf(all: readonly Placed[], refusals: Refusals): Buffer | null {
    if (this.#format === null) return this.#packed(ndjsonOf(all.map(({ record }) => record.value)));
    let rows = all;
    while (rows.length > 0) {
      try {
        const body = this.#format.encode(rows.map(({ document }) => document!));
        return this.#format.name === 'csv' ? this.#packed(body) : body;
      } catch (error) {
        const at = error instanceof RecordError ? (error.details.index as number | undefined) : undefined;
        const row = at === undefined ? undefined : rows[at];
        if (row === undefined) throw error;
        refusals.set(row.index, refusalOf(error));
        rows = rows.toSpliced(at!, 1);
      }
    }
    return null;
  }

  #packed(body: Buffer): Buffer {
    const { compression } = this.#config;
    if (compression === 'gzip') return gzipSync(body);
    return compression === 'zstd' ? zstdCompressSync(body) : body;
  }

  #prefix(record: SinkRecord, documentClass: string, timeMs: number): string {
    const { layout, key, region, accountId } = this.#config;
    const { year, month, day, hour } = datePartsOf(timeMs);
    if (layout === 'security-lake') {
      const source = this.#sources.get(documentClass);
      if (source === undefined)
        throw new RecordError(
          'FORMAT_REFUSED',
          documentClass === '' ? 'The document has no class_uid: Security Lake takes OCSF.' : `No custom source is named for class ${documentClass}.`,
        );
      return `ext/${source}/region=${region}/accountId=${accountId}/eventDay=${year}${month}${day}/`;
    }
    const { topic, partition } = record.position;
    const { organization, connector } = this.#deps;
    const dataset = textOf(record, 'goshawk.dataset') ?? NO_DATASET;
    return prefixOf(key, {
      topic,
      partition: String(partition),
      organization,
      connector,
      kind: record.kind,
      dataset,
      class: documentClass,
      year,
      month,
      day,
      hour,
    });
  }
}

const classOf = (document: Document | null): string => (typeof document?.class_uid === 'number' ? String(document.class_uid) : '');

/** ECS and OCSF, milliseconds. Years that a name cannot have are none. */
function timeOf(document: Document): number | undefined {
  const { '@timestamp': ecs, time: ocsf } = document;
  const ms = typeof ecs === 'string' ? Date.parse(ecs) : typeof ocsf === 'number' ? ocsf : Number.NaN;
  return ms >= 0 && ms < 253_402_300_800_000 ? ms : undefined;
}

const textOf = ({ headers }: SinkRecord, wanted: string) => headers.find(([name]) => name === wanted)?.[1].toString('utf8');

function refusalOf(error: unknown): Outcome {
  if (error instanceof RecordError) return rejected('format', error.message);
  throw error;
}
