// What a format's decoder is made of. Members import nothing else of this stage.
import type { Draft } from './kit/draft.ts';
import type { RawDocument } from './kit/document.ts';

/** Confidence from which on a document is taken for a format without asking further. No two formats may both be this sure. */
export const SURE = 0.9;

/** A format. The folder's name is its own. */
export interface Decoder {
  readonly name: string;
  /** Goes into provenance; one more with each change of what comes out. */
  readonly version: number;
  /** 0 = not this format, 1 = certainly. Asked of every document: looks at a few names or bytes and never throws. */
  readonly recognise: (document: RawDocument) => number;
  /** The events of the document: none when it only told how to read the next. Text = why it cannot be read after all. Never throws, whatever the bytes. */
  readonly decode: (document: RawDocument) => readonly Draft[] | string;
}

export { canonicalIp, communityId } from '../../domains/network/address.ts';
export type { Memory, RawDocument } from './kit/document.ts';
export type { Draft } from './kit/draft.ts';
export { draft, endpoint, file, host, lastPart, network, parentProcess, process, registry, setEcs, stamp, stampMicros, user } from './kit/draft.ts';
export { elementRanges, memberRange } from './kit/json-ranges.ts';
export { epochMicros, monthNumber, readBsd, readIso } from './kit/time.ts';
export type { ReadTime } from './kit/time.ts';
export { count, firstLine, hexHash, isObject, mac, number, objectOf, port, sum, table, text, texts } from './kit/values.ts';
export type { JsonObject } from './kit/values.ts';
export { guessZeekLog, isZeekLog } from './kit/zeek-kinds.ts';
export { zeekEvent } from './kit/zeek-logs.ts';
export { unparsed } from './kit/unparsed.ts';
