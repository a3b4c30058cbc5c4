// What a format's decoder is made of. Members import nothing else of this stage. README.md is the guide.
import type { Draft } from './kit/draft.ts';
import type { RawDocument } from './kit/document.ts';

/** Names and bytes that tell this format for certain: no other format is as sure of any document (a test asks all of them). */
export const CERTAIN = 1;
/** Enough to prefer the format to keeping a syslog message or a JSON object as it is. */
export const LIKELY = 0.7;
/** Better than nothing: taken when no other format is more confident. */
export const POSSIBLE = 0.2;
/** Confidence from which on no other format is asked. */
export const SURE = 0.9;

/** What any document of a format has, so that `recognise` is asked of few: one of the names, or one of the texts, must be there. */
export interface Clues {
  /** Members at the top of a JSON object. */
  readonly members?: readonly string[];
  /** Beginnings of a text. */
  readonly begins?: readonly string[];
  /** Anywhere in a text. */
  readonly holds?: readonly string[];
}

/** What a document has of one event. */
export interface Part {
  /** As it stands in the document. Empty: it only says that the event is over. */
  readonly text: string;
  /** Which event, by a name that is its own in the stream; absent: it is all of its event. */
  readonly event?: string;
  /** No part of the event comes behind it. */
  readonly isLast?: boolean;
  /** Events of the stream with names in [from, to), in code-unit order, are over, whatever came of them. */
  readonly completes?: readonly [from: string, to: string];
}

/** A format. The folder's name is its own. */
export interface Decoder {
  readonly name: string;
  /** Goes into provenance; one more with each change of what comes out. */
  readonly version: number;
  /** Product and logs, in words, for the page of formats. */
  readonly reads: string;
  /** What tells it from others, in words, for the page of formats. */
  readonly recognisedBy: string;
  /** Every dataset that its events may have: a closed set, since clocks and metrics go by them. `zeek.*` where a product has many. */
  readonly datasets: readonly string[];
  /** Absent = asked of every document. JSON objects go by `members`, other texts by `begins` and `holds`; a kind without clues is never asked of. */
  readonly clues?: Clues;
  /** Why a record cannot be read without those before it, in words. Such sources must give each record its sensor's key. Absent = any order will do. */
  readonly needsOrder?: string;
  /**
   * Takes a document apart where the parts of an event may come as records of their own. They are kept by topic, partition and key; once the
   * event is over, `decode` is given them a line each, and gives its one event. Never throws. Absent = each document is whole.
   */
  readonly partsOf?: (document: RawDocument) => readonly Part[];
  /** Its records are bytes, not text: `document.bytes` are those that came, `document.text` shows them as far as they are text. */
  readonly isBinary?: boolean;
  /** Its records tell of others: a syslog header around them names the observer, not the host of the event. */
  readonly isObserver?: boolean;
  /** Reads what the platform tells of itself, so only what lies on the topic that nobody else writes (`OWN_SOURCE`). Elsewhere it is neither asked nor found by its name. */
  readonly isOfPlatform?: boolean;
  /** How sure the format is: 0, POSSIBLE, LIKELY, CERTAIN or in between. Looks at a few names or bytes and never throws. */
  readonly recognise: (document: RawDocument) => number;
  /** The events of the document: none when it only told how to read the next. Text = why it cannot be read after all. Never throws, whatever the bytes. */
  readonly decode: (document: RawDocument) => readonly Draft[] | string;
}

export type { Meaning } from './kit/action-words.ts';
export { actionMeaning } from './kit/action-words.ts';
export type { JsonLog } from './kit/json-logs.ts';
export { byWhom, jsonLogs } from './kit/json-logs.ts';
export { canonicalIp, communityId } from '../../domains/network/address.ts';
export { GROWS, growsTooMuch } from './kit/growth.ts';
export type { Memory, RawDocument } from './kit/document.ts';
export type { Draft } from './kit/draft.ts';
export {
  draft,
  endpoint,
  file,
  hasBothEnds,
  host,
  lastPart,
  network,
  parentProcess,
  process,
  registry,
  setEcs,
  stamp,
  stampMicros,
  user,
} from './kit/draft.ts';
export { exactJson } from './kit/exact-json.ts';
export { goLog } from './kit/go-log.ts';
export { completeFlow, hasPorts } from './kit/flow.ts';
export { elementRanges, memberRange } from './kit/json-ranges.ts';
export type { FieldsOf, Mapping, Rule } from './kit/mapping.ts';
export { always, mapping, pathReader, setField, via } from './kit/mapping.ts';
export { textNative } from './kit/native.ts';
export type { Program } from './kit/programs.ts';
export { PROGRAMS } from './kit/programs.ts';
export { setUrl, account, hostAndPort } from './kit/web-address.ts';
export type { RequestLine } from './kit/web-request.ts';
export { setRequest, setStatus } from './kit/web-request.ts';
export { setRegisteredDomain } from './kit/registered-domain.ts';
export type { Syslog } from './kit/syslog.ts';
export { syslogFields } from './kit/syslog.ts';
export { epochMicros, isZone, monthNumber, readBsd, readIso } from './kit/time.ts';
export type { ReadTime } from './kit/time.ts';
export { TextIndex } from './kit/text-index.ts';
export { readClf, readTime } from './kit/times.ts';
export type { Fields } from './kit/tokens.ts';
export { columns, csvCells, keyValues, logfmt, newFields, words } from './kit/tokens.ts';
export { count, firstLine, hexHash, isObject, mac, messageText, number, objectOf, port, sum, table, text, texts, transportOf } from './kit/values.ts';
export type { JsonObject } from './kit/values.ts';
export { guessZeekLog, isZeekLog } from './kit/zeek-kinds.ts';
export { zeekEvent } from './kit/zeek-logs.ts';
export { unparsed, unparsedBytes } from './kit/unparsed.ts';
