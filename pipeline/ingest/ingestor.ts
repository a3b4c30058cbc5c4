// One raw record to the events in it, apart from the stage: also for `decode` on the command line.
import { hashId } from '../core/id.ts';
import type { Position, StreamRecord } from '../core/index.ts';
import { RecordError } from '../core/errors.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { carriedIn, withCarrier } from './carried.ts';
import { contentHash } from './envelope.ts';
import type { Decoder } from './kit.ts';
import type { Limits, Memory, RawDocument } from './kit/document.ts';
import { documentsOf, lossyDocument } from './kit/document.ts';
import type { Draft } from './kit/draft.ts';
import { LONGEST_TEXT, scrub } from './kit/scrub.ts';
import { setSyslog, withHeader } from './kit/syslog.ts';
import { UNPARSED, unparsed, unparsedBytes } from './kit/unparsed.ts';
import type { Recognised } from './recognition.ts';
import { Recognition } from './recognition.ts';
import type { Source } from './source.ts';
import { fillIn } from './told.ts';

export interface IngestorOptions extends Limits {
  readonly maxRecordBytes: number;
  readonly zoneOfSource: Readonly<Record<string, string>>;
}
type Raw = Pick<StreamRecord<Uint8Array>, 'value' | 'position' | 'appendedAt'>;

/** What ingest makes of one raw record. */
export interface Ingestor {
  /**
   * @param memory For formats whose lines need what came before.
   * @param format Name of the format when it is known; absent = recognised.
   * @returns Every event of the record, complete; empty when it only told how to read the next ones.
   * @throws RecordError DECODE_FAILED for an empty record, RECORD_TOO_LARGE.
   */
  readonly events: (record: Raw, source: Source, memory: Memory, format?: string) => readonly Event[];
}

type Complete = (event: Draft, parser: Decoder | undefined, document: RawDocument) => void;

export class FormatIngestor implements Ingestor {
  readonly #recognition: Recognition;
  readonly #options: IngestorOptions;
  readonly #installation: string;

  constructor(decoders: readonly Decoder[], options: IngestorOptions, installation: string) {
    this.#recognition = new Recognition(decoders, options);
    this.#options = options;
    this.#installation = installation;
  }

  events({ value, position, appendedAt }: Raw, source: Source, memory: Memory, format?: string): readonly Event[] {
    if (value === null || value.length === 0) throw new RecordError('DECODE_FAILED', 'Record is empty');
    if (value.length > this.#options.maxRecordBytes)
      throw new RecordError('RECORD_TOO_LARGE', `Record of ${value.length} bytes exceeds ${this.#options.maxRecordBytes}`);
    const context = { appendedAt, zone: this.#options.zoneOfSource[source.name], memory };
    const documents = documentsOf(value, context, this.#options);
    const choose = (document: RawDocument): Recognised =>
      format === undefined ? this.#recognition.recognised(document, `${source.organization}.${source.name}`) : this.#recognition.named(document, format);
    const events: Draft[] = [];
    const complete: Complete = (event, parser, { json, raw }) => {
      // What needs a second look is told by the text as a whole; most events need none. JSON writes NUL as an escape.
      if (raw.length > LONGEST_TEXT || raw.includes(json === undefined ? '\0' : '\\u0000')) scrub(event);
      if (source.told !== undefined) fillIn(event, source.told, parser?.isObserver === true);
      this.#seal(event, parser, source, position, appendedAt, events.length);
      events.push(event);
    };
    if (documents === undefined) {
      const chosen = choose(lossyDocument(value, context));
      if (chosen.decoder?.isBinary === true) this.#decode(chosen, format !== undefined, complete);
      else decodeLossy(chosen, value, complete);
    } else for (const document of documents) this.#decode(this.#carried(document, choose) ?? choose(document), format !== undefined, complete);
    if (events.length === 0 && documents?.every(({ text }) => text.trim() === '') === true) throw new RecordError('DECODE_FAILED', 'Record is blank');
    return events;
  }

  /** The line in a shipper's document, when a format reads it. */
  #carried(carrier: RawDocument, choose: (document: RawDocument) => Recognised): Recognised | undefined {
    const carried = carriedIn(carrier, this.#options);
    if (carried === undefined) return undefined;
    const { decoder, document } = choose(carried.line);
    return decoder === undefined || decoder.recognise(document) <= carried.least ? undefined : { decoder, document, carrier: () => choose(carrier) };
  }

  #decode({ decoder, document, carrier }: Recognised, isNamed: boolean, complete: Complete): void {
    const result = decoder?.decode(document) ?? (isNamed ? 'format not known' : 'format not recognised');
    if (typeof result !== 'string') {
      const outer = carrier?.();
      for (const event of result) complete(inCarrier(withSyslog(event, decoder!, document), decoder!, outer), decoder, document);
      return;
    }
    if (carrier !== undefined) return this.#decode(carrier(), isNamed, complete);
    const { syslog } = this.#recognition;
    if (!isNamed && document.syslog !== undefined && decoder !== syslog && syslog !== undefined)
      return this.#decode({ decoder: syslog, document }, isNamed, complete);
    if (document.raw.trim() === '') return;
    if (decoder?.isBinary === true) return complete(unparsedBytes(document.bytes, result), undefined, document);
    const event = unparsed(document.raw, result);
    const grown = event.native.length > 2 * document.bytes.length && event.native.length > LONGEST_TEXT;
    complete(grown ? unparsedBytes(document.bytes, result) : event, undefined, document);
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
    if (!(event.time >= 0 && event.time <= Number.MAX_SAFE_INTEGER)) {
      event.time = appendedAt;
      event.timeSource = 'appended';
    }
    if (event.observedAt !== null && !Number.isSafeInteger(event.observedAt)) event.observedAt = null; // no time that anybody observed
    if (event.contentHash === '') event.contentHash = contentHash(event.native);
    event.idSource = event.id === '' ? 'position' : 'sensor';
    event.id =
      event.id === ''
        ? hashId('position', this.#installation, position.topic, position.partition, position.offset, appendedAt, index)
        : hashId('sensor', source.organization, source.sensor, event.dataset, event.id);
  }
}

function inCarrier(event: Draft, { isObserver }: Decoder, outer: Recognised | undefined): Draft {
  if (outer === undefined) return event;
  const told = outer.decoder?.decode(outer.document);
  return withCarrier(event, typeof told === 'string' ? undefined : told?.[0], outer.document, isObserver === true);
}

/** What the header around a message tells and the message left open. */
function withSyslog(event: Draft, decoder: Decoder, document: RawDocument): Draft {
  const { syslog, json, raw } = document;
  if (syslog === undefined) return event;
  const isMessageItself = event.native === document.bytes;
  if (decoder.name !== 'syslog') event.native = withHeader(event.native, syslog, raw, isMessageItself, (name) => json?.[name] !== undefined);
  setSyslog(event, syslog, document.zone, decoder.isObserver === true);
  return event;
}

/** A line of text with stray bytes is still a line; the bytes stay beside what was read of it. */
function decodeLossy({ decoder, document }: Recognised, bytes: Uint8Array, complete: Complete): void {
  const result = decoder?.decode(document);
  const [event] = result ?? [];
  if (event === undefined || typeof event === 'string' || result!.length > 1 || event.dataset === UNPARSED) {
    complete(unparsedBytes(bytes, 'not valid UTF-8'), undefined, document);
    return;
  }
  withSyslog(event, decoder!, document);
  const raw = Buffer.from(bytes).toString('base64');
  event.native = Buffer.from(`${Buffer.from(event.native).toString('utf8').slice(0, -1)},"rawBase64":"${raw}"}`);
  event.labels = { ...event.labels, reason: 'not valid UTF-8' };
  complete(event, decoder, document);
}
