// One raw record to the events in it, apart from the stage: also for `decode` on the command line.
import { hashId } from '../core/id.ts';
import type { Micros, Position, StreamRecord } from '../core/index.ts';
import { RecordError } from '../core/errors.ts';
import { OWN_SOURCE } from '../core/sensor.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { carriedIn, withCarrier } from './carried.ts';
import { contentHash } from './envelope.ts';
import type { Closed, Groups, Piece } from './groups.ts';
import { openStream, sourceOfGroup } from './groups.ts';
import type { Decoder, Part } from './kit.ts';
import type { Limits, Memory, RawDocument } from './kit/document.ts';
import { documentsOf, lossyDocument } from './kit/document.ts';
import type { Draft } from './kit/draft.ts';
import { LONGEST_TEXT, scrub } from './kit/scrub.ts';
import { setSyslog, withHeader } from './kit/syslog.ts';
import { UNPARSED, unparsed, unparsedBytes } from './kit/unparsed.ts';
import { setUserAgent } from './kit/user-agent.ts';
import type { Recognised } from './recognition.ts';
import { Recognition } from './recognition.ts';
import type { Source } from './source.ts';
import { fillIn } from './told.ts';

export interface IngestorOptions extends Limits {
  readonly maxRecordBytes: number;
  readonly zoneOfSource: Readonly<Record<string, string>>;
}
type Raw = Pick<StreamRecord<Uint8Array>, 'value' | 'position' | 'appendedAt'> & { readonly key?: string | null };

/** What ingest makes of one raw record. */
export interface Ingestor {
  /**
   * @param memory For formats whose lines need what came before.
   * @param format Name of the format when it is known; absent = recognised.
   * @param groups For formats whose events come in several records; absent = each record is whole.
   * @returns Every event that the record completes; none when it only told how to read the next ones, or when its event goes on.
   * @throws RecordError DECODE_FAILED for an empty record, RECORD_TOO_LARGE.
   */
  readonly events: (record: Raw, source: Source, memory: Memory, format?: string, groups?: Groups) => readonly Event[];
  /** The event of parts that were held back. None when they are of a format that is no longer there and say nothing. */
  readonly closed: (group: Closed) => readonly Event[];
}

type Complete = (event: Draft, parser: Decoder | undefined, document: RawDocument) => void;
/** Where an event is said to be from. */
interface Place {
  readonly source: Source;
  readonly position: Position;
  readonly appendedAt: Micros;
  /** Its number among those that begin in the record. */
  readonly index: number;
}

export class FormatIngestor implements Ingestor {
  readonly #recognition: Recognition;
  /** Of what the platform tells of itself. */
  readonly #ofPlatform: Recognition;
  readonly #options: IngestorOptions;
  readonly #installation: string;

  constructor(decoders: readonly Decoder[], options: IngestorOptions, installation: string) {
    const { own = [], others = [] } = Object.groupBy(decoders, ({ isOfPlatform }) => (isOfPlatform === true ? 'own' : 'others'));
    this.#recognition = new Recognition(others, options);
    this.#ofPlatform = new Recognition(own, options);
    this.#options = options;
    this.#installation = installation;
  }

  events({ value, position, appendedAt, key = null }: Raw, source: Source, memory: Memory, format?: string, groups?: Groups): readonly Event[] {
    if (value === null || value.length === 0) throw new RecordError('DECODE_FAILED', 'Record is empty');
    if (value.length > this.#options.maxRecordBytes)
      throw new RecordError('RECORD_TOO_LARGE', `Record of ${value.length} bytes exceeds ${this.#options.maxRecordBytes}`);
    const context = { appendedAt, zone: this.#options.zoneOfSource[source.name], memory };
    const documents = documentsOf(value, context, this.#options);
    const recognition = source.name === OWN_SOURCE ? this.#ofPlatform : this.#recognition;
    const choose = (document: RawDocument): Recognised =>
      format === undefined ? recognition.recognised(document, `${source.organization}.${source.name}`) : recognition.named(document, format);
    const events: Draft[] = [];
    let begun = 0;
    const complete: Complete = (event, parser, document) => {
      events.push(this.#completed(event, parser, document, { source, position, appendedAt, index: begun++ }));
    };
    if (documents === undefined) {
      const chosen = choose(lossyDocument(value, context));
      if (chosen.decoder?.isBinary === true) this.#decode(chosen, format !== undefined, complete);
      else decodeLossy(chosen, value, complete);
    } else
      for (const document of documents) {
        const chosen = this.#carried(document, choose) ?? choose(document);
        const parts = groups === undefined ? [] : partsOf(chosen);
        if (parts.length === 0) this.#decode(chosen, format !== undefined, complete);
        for (const part of parts) {
          const { text, event } = part;
          const isOnly = parts.length === 1;
          if (event === undefined)
            this.#decode({ ...chosen, document: isOnly ? chosen.document : lineOf(chosen.document, text) }, format !== undefined, complete);
          else {
            const carrier = chosen.carrier === undefined ? undefined : document.raw;
            const arrival = { position, appendedAt, source, stream: openStream(position, key), format: chosen.decoder!.name, carrier };
            for (const group of groups!.add({ ...part, event }, pieceOf(text, chosen.document, isOnly), arrival, () => begun++))
              events.push(...this.closed(group));
          }
        }
      }
    if (events.length === 0 && documents?.every(({ text }) => text.trim() === '') === true) throw new RecordError('DECODE_FAILED', 'Record is blank');
    return events;
  }

  closed(group: Closed): readonly Draft[] {
    const { appendedAt, pieces, offset, others, index, closing } = group;
    const source = sourceOfGroup(group);
    const texts = pieces.map(([text]) => text);
    const raws = pieces.map(([text, raw = text]) => raw);
    const context = { appendedAt, zone: this.#options.zoneOfSource[source.name], memory: NO_MEMORY };
    const first = lossyDocument(Buffer.from(raws[0]!), context);
    const [carrier] = group.carrier === undefined ? [] : (documentsOf(Buffer.from(group.carrier), context, this.#options) ?? []);
    const outer = carrier === undefined ? undefined : this.#recognition.recognised(carrier, `${source.organization}.${source.name}`);
    const { decoder, document: inner } = this.#recognition.named(first, group.format);
    const raw = raws.join('\n');
    const document = { ...inner, bytes: Buffer.from(raw), raw, text: texts.join('\n') };
    const result = decoder?.decode(document) ?? 'format not known';
    const events =
      typeof result === 'string' ? [unparsed(raw, result)] : result.map((event) => inCarrier(withSyslog(event, decoder!, document), decoder!, outer));
    return events.map((event, n) => {
      if (closing === 'limit') event.labels = { ...event.labels, reason: 'closed before its last line: too much was held back' };
      const completed = this.#completed(event, decoder, document, { source, position: group, appendedAt, index: index + n });
      if (others.length > 0) completed.labels = { ...completed.labels, [OFFSETS]: [offset, ...others].join(',') };
      return completed;
    });
  }

  /** The line in a shipper's document, when a format reads it. */
  #carried(carrier: RawDocument, choose: (document: RawDocument) => Recognised): Recognised | undefined {
    const carried = carriedIn(carrier, this.#options);
    if (carried === undefined) return undefined;
    const { decoder, document } = choose(carried.line);
    return decoder === undefined || decoder.recognise(document) <= carried.least ? undefined : { decoder, document, carrier: () => choose(carrier) };
  }

  #completed(event: Draft, parser: Decoder | undefined, { json, raw }: RawDocument, place: Place): Draft {
    if (event.http !== null) setUserAgent(event);
    // What needs a second look is told by the text as a whole; most events need none. JSON writes NUL as an escape.
    if (raw.length > LONGEST_TEXT || raw.includes(json === undefined ? '\0' : '\\u0000')) scrub(event);
    if (place.source.told !== undefined) fillIn(event, place.source.told, parser?.isObserver === true);
    if (event.labels[OFFSETS] !== undefined) {
      const { [OFFSETS]: written, ...labels } = event.labels;
      event.labels = { ...labels, [`_${OFFSETS}`]: written };
    }
    if (event.product === OWN_PRODUCT && parser?.isOfPlatform !== true) event.product = ''; // our rules must not believe it
    this.#seal(event, parser, place);
    return event;
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

  #seal(event: Draft, parser: Decoder | undefined, { source, position, appendedAt, index }: Place): void {
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

/** Label of events whose parts came in several records: where all of them lay. Nobody else may set it. */
const OFFSETS = 'raw_offsets';
/** What rules about the platform itself ask for. */
const OWN_PRODUCT = 'goshawk';
const NO_MEMORY: Memory = { get: () => undefined, put: () => {} };

/** Empty: the document is whole. So is a syslog message of several lines, which came at once. */
function partsOf({ decoder, document }: Recognised): readonly Part[] {
  if (decoder?.partsOf === undefined || (document.syslog !== undefined && document.text.trimEnd().includes('\n'))) return [];
  return decoder.partsOf(document);
}
const lineOf = (document: RawDocument, text: string): RawDocument => ({ ...document, bytes: Buffer.from(text), text, raw: text });

/** @param isOnly The document has no other part, so all of it belongs to this one. */
function pieceOf(text: string, { raw }: RawDocument, isOnly: boolean): Piece {
  const whole = raw.endsWith('\n') ? raw.slice(0, -1) : raw;
  return isOnly && whole !== text && !whole.includes('\n') ? [text, whole] : [text];
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
