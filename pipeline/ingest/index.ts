// Sensors' bytes to canonical events. Formats are the folders beside this file that hold an index.ts.
import { z } from 'zod';
import { hashId } from '../core/id.ts';
import type { Outcome, Position, StreamRecord } from '../core/index.ts';
import { defineStage, pass, send } from '../core/index.ts';
import { RecordError } from '../core/errors.ts';
import { load, names } from '../core/load.ts';
import { keyValue } from '../core/stores.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { Decoder } from './kit.ts';
import { SURE } from './kit.ts';
import { contentHash, eventKey } from './envelope.ts';
import type { Limits, Memory, RawDocument } from './kit/document.ts';
import { documentsOf, lossyDocument } from './kit/document.ts';
import type { Draft } from './kit/draft.ts';
import { LONGEST_TEXT, scrub } from './kit/scrub.ts';
import { isZone } from './kit/time.ts';
import { UNPARSED, unparsed, unparsedBytes } from './kit/unparsed.ts';
import type { Source } from './source.ts';
import { sourceOf } from './source.ts';

const HERE = new URL('./', import.meta.url);
/** Formats there are, sorted. */
export const formats = (): readonly string[] => names(HERE);

const zone = z.string().refine(isZone, { error: 'is no time zone' });
export const config = z.strictObject({
  formats: z.array(z.string()).default([]).meta({ description: 'Formats that are tried; empty for all there are.' }),
  formatOfSource: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: 'Format by source, for sources whose records must not be recognised by their content.' }),
  zoneOfSource: z
    .record(z.string(), zone)
    .default({})
    .meta({ description: 'Time zone by source (IANA name or +02:00), for times that name none. Without it they are taken for UTC and marked.' }),
  maxRecordBytes: z.int().min(1024).max(1_048_576).default(1_048_576).meta({ description: 'Records above this size are rejected.' }),
  maxDepth: z.int().min(2).max(200).default(50).meta({ description: 'JSON nested deeper is kept as text, unparsed.' }),
  maxFields: z.int().min(100).max(1_000_000).default(20_000).meta({ description: 'JSON with more fields and array elements is kept as text, unparsed.' }),
});
export type IngestConfig = z.infer<typeof config>;

/** What ingest remembers for formats whose lines need what came before, and how many streams it does so for. */
const MAX_STREAMS = 20_000;
const COUNT = '#streams';

/** What ingest makes of one raw record, apart from the stage: also for `decode` on the command line. */
export interface Ingestor {
  /**
   * @param memory For formats whose lines need what came before.
   * @param format Name of the format when it is known; absent = recognised.
   * @returns Every event of the record, complete; empty when it only told how to read the next ones.
   * @throws RecordError DECODE_FAILED for an empty record, RECORD_TOO_LARGE.
   */
  readonly events: (
    record: Pick<StreamRecord<Uint8Array>, 'value' | 'position' | 'appendedAt'>,
    source: Source,
    memory: Memory,
    format?: string,
  ) => readonly Event[];
}

/** Loads the formats. @throws ConfigError when one of the configuration does not exist. */
export async function openIngestor(options: IngestConfig, { installation }: { readonly installation: string }): Promise<Ingestor> {
  const wanted = options.formats.length === 0 ? formats() : options.formats;
  const decoders = await Promise.all(wanted.map((name) => load<Decoder>(HERE, name)));
  return new Recogniser(decoders, options, installation);
}

/** Everything below `raw.`, each record to the events in it. */
export async function ingest(options: IngestConfig, identity: { readonly installation: string }) {
  const ingestor = await openIngestor(options, identity);
  return defineStage<Uint8Array>()({
    name: 'ingest',
    reads: 'bytes',
    stores: { streams: keyValue<unknown>() },

    process(record, { stores: { streams } }): Outcome<Uint8Array> {
      const { headers, key, position } = record;
      const source = sourceOf(position.topic, headers);
      const stream = `${position.topic}|${key ?? ''}`;
      const own = record.isRedriven === true ? `redriven|${stream}` : stream; // what is sent again late tells nothing of the lines that come now
      const memory: Memory = {
        get: () => streams.get(own) ?? streams.get(stream),
        put(value) {
          if (streams.get(own) === undefined) {
            const known = Number(streams.get(COUNT) ?? 0);
            if (known >= MAX_STREAMS) return; // its lines stay unparsed
            streams.put(COUNT, known + 1);
          }
          streams.put(own, value);
        },
      };
      const events = ingestor.events(record, source, memory, source.format ?? options.formatOfSource[source.name]);
      return pass(...events.map((event) => send(topics.parsed, eventKey(event), event)));
    },
  });
}

type Complete = (event: Draft, parser: Decoder | undefined, document: RawDocument) => void;

class Recogniser implements Ingestor {
  readonly #decoders: readonly Decoder[];
  readonly #byName: ReadonlyMap<string, Decoder>;
  readonly #families: ReadonlyMap<string, readonly Decoder[]>;
  readonly #limits: Limits;
  readonly #options: IngestConfig;
  readonly #installation: string;

  constructor(decoders: readonly Decoder[], options: IngestConfig, installation: string) {
    this.#decoders = decoders;
    this.#byName = new Map(decoders.map((decoder) => [decoder.name, decoder]));
    this.#families = Map.groupBy(decoders, ({ name }) => name.split('-', 1)[0]!);
    this.#limits = options;
    this.#options = options;
    this.#installation = installation;
  }

  events(
    { value, position, appendedAt }: Pick<StreamRecord<Uint8Array>, 'value' | 'position' | 'appendedAt'>,
    source: Source,
    memory: Memory,
    format?: string,
  ): readonly Event[] {
    if (value === null || value.length === 0) throw new RecordError('DECODE_FAILED', 'Record is empty');
    if (value.length > this.#options.maxRecordBytes)
      throw new RecordError('RECORD_TOO_LARGE', `Record of ${value.length} bytes exceeds ${this.#options.maxRecordBytes}`);
    const context = { appendedAt, zone: this.#options.zoneOfSource[source.name], memory };
    const documents = documentsOf(value, context, this.#limits);
    const events: Draft[] = [];
    const complete: Complete = (event, parser, { json, text }) => {
      // What needs a second look is told by the text as a whole; most events need none. JSON writes NUL as an escape.
      if (text.length > LONGEST_TEXT || text.includes(json === undefined ? '\0' : '\\u0000')) scrub(event);
      this.#seal(event, parser, source, position, appendedAt, events.length);
      events.push(event);
    };
    if (documents === undefined) this.#decodeLossy(lossyDocument(value, context), format, complete);
    else for (const document of documents) this.#decode(document, format, complete);
    if (events.length === 0 && documents?.every(({ text }) => text.trim() === '') === true) throw new RecordError('DECODE_FAILED', 'Record is blank');
    return events;
  }

  #decode(document: RawDocument, format: string | undefined, complete: Complete): void {
    const decoder = this.#choose(document, format);
    const result = decoder?.decode(document) ?? (format === undefined ? 'format not recognised' : 'format not known');
    if (typeof result !== 'string') {
      for (const event of result) complete(event, decoder, document);
      return;
    }
    if (document.text.trim() === '') return;
    const event = unparsed(document.text, result);
    const grown = event.native.length > 2 * document.bytes.length && event.native.length > LONGEST_TEXT;
    complete(grown ? unparsedBytes(document.bytes, result) : event, undefined, document);
  }

  /** A line of text with stray bytes is still a line; the bytes stay beside what was read of it. */
  #decodeLossy(document: RawDocument, format: string | undefined, complete: Complete): void {
    const decoder = this.#choose(document, format);
    const result = decoder?.decode(document);
    const [event] = result ?? [];
    if (event === undefined || typeof event === 'string' || result!.length > 1 || event.dataset === UNPARSED) {
      complete(unparsedBytes(document.bytes, 'not valid UTF-8'), undefined, document);
      return;
    }
    const raw = Buffer.from(document.bytes).toString('base64');
    event.native = Buffer.from(`${Buffer.from(event.native).toString('utf8').slice(0, -1)},"rawBase64":"${raw}"}`);
    event.labels = { ...event.labels, reason: 'not valid UTF-8' };
    complete(event, decoder, document);
  }

  /** @param format Name of a format, or of several up to a dash: `zeek` is zeek-json or zeek-tsv, whichever the document is. */
  #choose(document: RawDocument, format: string | undefined): Decoder | undefined {
    if (format === undefined) return recognised(this.#decoders, document);
    return this.#byName.get(format) ?? recognised(this.#families.get(format) ?? [], document);
  }

  #seal(event: Draft, parser: Decoder | undefined, source: Source, position: Position, appendedAt: number, index: number): void {
    event.organization = source.organization;
    event.sensor = source.sensor;
    event.provenance = {
      topic: position.topic,
      partition: position.partition,
      offset: position.offset,
      index,
      appendedAt,
      parser: parser?.name ?? UNPARSED,
      parserVersion: parser?.version ?? 1,
    };
    if (!(event.time >= 0)) {
      event.time = appendedAt;
      event.timeSource = 'appended';
    }
    event.contentHash = contentHash(event.native);
    event.idSource = event.id === '' ? 'position' : 'sensor';
    event.id =
      event.id === ''
        ? hashId('position', this.#installation, position.topic, position.partition, position.offset, appendedAt, index)
        : hashId('sensor', source.organization, source.sensor, event.dataset, event.id);
  }
}

/** The first that is sure, in the order of names; else the most confident. Nothing is remembered, so a replay decides the same. */
function recognised(decoders: readonly Decoder[], document: RawDocument): Decoder | undefined {
  let best: Decoder | undefined;
  let highest = 0;
  for (const decoder of decoders) {
    const confidence = decoder.recognise(document);
    if (confidence <= highest) continue;
    best = decoder;
    highest = confidence;
    if (confidence >= SURE) break;
  }
  return best;
}
