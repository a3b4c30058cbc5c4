// Packets of NetFlow v5, v9 (RFC 3954) and IPFIX (RFC 7011) to the records in them.
import type { Fields } from '../kit.ts';
import { newFields } from '../kit.ts';
import type { Template, Templates } from './templates.ts';
import { keyOf, MAX_FIELDS, V9_SCOPE, VARIABLE } from './templates.ts';
import { readV5 } from './version5.ts';
import { valueOf } from './values.ts';

export interface FlowRecord {
  readonly fields: Fields;
  readonly isOptions: boolean;
}
export interface Packet {
  readonly version: number;
  /** Source id of v9, observation domain of IPFIX, engine of v5. */
  readonly domain: number;
  readonly sequence: number;
  /** When the exporter sent it, microseconds. */
  readonly exportedAt: number;
  /** When the exporter started, microseconds, for times that count from then; NaN when the packet does not tell. */
  readonly startedAt: number;
  readonly records: readonly FlowRecord[];
  /** Data sets whose template did not come before. */
  readonly unknownSets: number;
  /** Why the rest of the packet could not be read. */
  readonly fault: string | undefined;
}
const MAX_RECORDS = 10_000;
const IPFIX_HEADER = 16;
const V9_HEADER = 20;

/** The version, when the beginning and the length are those of a packet. */
export function versionOf(bytes: Uint8Array): 5 | 9 | 10 | undefined {
  if (bytes[0] !== 0 || bytes.length < IPFIX_HEADER) return undefined;
  const at = (index: number): number => (bytes[index]! << 8) | bytes[index + 1]!;
  const version = bytes[1];
  if (version === 5) return bytes.length >= 24 && at(2) > 0 && 24 + at(2) * 48 === bytes.length ? 5 : undefined;
  if (version === 9) return bytes.length >= V9_HEADER && at(2) > 0 && hasSets(bytes, V9_HEADER) ? 9 : undefined;
  return version === 10 && at(2) === bytes.length && hasSets(bytes, IPFIX_HEADER) ? 10 : undefined;
}
/** Whether the first set could be one. */
const hasSets = (bytes: Uint8Array, from: number): boolean => {
  if (bytes.length === from) return true;
  const id = (bytes[from]! << 8) | bytes[from + 1]!;
  const length = (bytes[from + 2]! << 8) | bytes[from + 3]!;
  return bytes.length >= from + 4 && (id <= 3 || id >= 256) && length >= 4 && from + length <= bytes.length;
};

/** Reads as far as it can. @param templates Learns what the packet says; knows what those before it said. */
export function readPacket(bytes: Buffer, version: 5 | 9 | 10, templates: Templates): Packet {
  if (version === 5) return readV5(bytes);
  const isV9 = version === 9;
  const seconds = bytes.readUInt32BE(isV9 ? 8 : 4);
  const domain = bytes.readUInt32BE(isV9 ? 16 : 12);
  const records: FlowRecord[] = [];
  const state = { unknownSets: 0, fault: undefined as string | undefined };
  let at = isV9 ? V9_HEADER : IPFIX_HEADER;
  while (at < bytes.length && state.fault === undefined) {
    if (at + 4 > bytes.length) {
      if (bytes.subarray(at).some((byte) => byte !== 0)) state.fault = 'ends within the header of a set';
      break;
    }
    const id = bytes.readUInt16BE(at);
    const length = bytes.readUInt16BE(at + 2);
    if (length < 4 || at + length > bytes.length) {
      state.fault = 'a set says a length that it has not';
      break;
    }
    const set = bytes.subarray(at + 4, at + length);
    if (id === (isV9 ? 0 : 2) || id === (isV9 ? 1 : 3)) state.fault = learn(set, version, domain, id === (isV9 ? 1 : 3), templates);
    else if (id >= 256) {
      const template = templates.get(keyOf(version, domain, id));
      if (template === undefined) state.unknownSets++;
      else state.fault = readRecords(set, template, records, { version, domain, template: id });
    }
    at += length;
  }
  const exportedAt = seconds * 1_000_000;
  const startedAt = isV9 ? exportedAt - bytes.readUInt32BE(4) * 1000 : Number.NaN;
  return { version, domain, sequence: bytes.readUInt32BE(isV9 ? 12 : 8), exportedAt, startedAt, records, ...state };
}

/** Templates of one set. Padding behind the last is ignored. */
function learn(set: Buffer, version: 9 | 10, domain: number, isOptions: boolean, templates: Templates): string | undefined {
  let at = 0;
  while (at + 4 <= set.length) {
    const id = set.readUInt16BE(at);
    if (id < 256) {
      if (version === 10 && (id === 2 || id === 3) && set.readUInt16BE(at + 2) === 0) templates.withdraw(`${version}/${domain}/`, id === 3);
      else if (set.subarray(at).some((byte) => byte !== 0)) return 'a template has a number below 256';
      return undefined;
    }
    const read = isOptions ? optionsTemplate(set, at, version) : template(set, at + 4, set.readUInt16BE(at + 2), version);
    if (read === undefined) return 'a template is cut off, or has too many fields';
    templates.put(keyOf(version, domain, id), [read.scope, ...read.numbers]);
    at = read.end;
  }
  return undefined;
}

interface ReadTemplate {
  readonly scope: number;
  readonly numbers: readonly number[];
  readonly end: number;
}
function template(set: Buffer, from: number, count: number, version: 9 | 10, scope = 0): ReadTemplate | undefined {
  if (count > MAX_FIELDS) return undefined;
  const numbers: number[] = [];
  let at = from;
  for (let index = 0; index < count; index++) {
    if (at + 4 > set.length) return undefined;
    const id = set.readUInt16BE(at);
    const length = set.readUInt16BE(at + 2);
    at += 4;
    const hasEnterprise = version === 10 && id >= 0x8000;
    if (hasEnterprise && at + 4 > set.length) return undefined;
    numbers.push(hasEnterprise ? id & 0x7fff : id, length, hasEnterprise ? set.readUInt32BE(at) : version === 9 && index < scope ? V9_SCOPE : 0);
    if (hasEnterprise) at += 4;
  }
  return { scope, numbers, end: at };
}

/** v9 counts bytes of scope and options, IPFIX all fields and those of the scope. */
function optionsTemplate(set: Buffer, at: number, version: 9 | 10): ReadTemplate | undefined {
  const first = set.readUInt16BE(at + 2);
  if (version === 10 && first === 0) return { scope: 1, numbers: [], end: at + 4 };
  if (at + 6 > set.length) return undefined;
  const second = set.readUInt16BE(at + 4);
  if (version === 9) {
    if (first % 4 !== 0 || second % 4 !== 0 || first === 0) return undefined;
    return template(set, at + 6, (first + second) / 4, version, first / 4);
  }
  return second === 0 || second > first ? undefined : template(set, at + 6, first, version, second);
}

/** Records until less than one is left: padding. */
function readRecords(set: Buffer, template: Template, records: FlowRecord[], about: Fields): string | undefined {
  if (template.leastBytes === 0) return 'a template has no bytes';
  let at = 0;
  while (at + template.leastBytes <= set.length) {
    if (records.length >= MAX_RECORDS) return 'more records than a packet has';
    const fields = Object.assign(newFields(), about);
    for (const { element, length } of template.fields) {
      let size = length;
      if (length === VARIABLE) {
        if (at >= set.length) return 'a record ends within a field';
        size = set[at++]!;
        if (size === 255) {
          if (at + 2 > set.length) return 'a record ends within a field';
          size = set.readUInt16BE(at);
          at += 2;
        }
      }
      if (at + size > set.length) return 'a record ends within a field';
      add(fields, element.name, valueOf(set.subarray(at, at + size), element.type));
      at += size;
    }
    records.push({ fields, isOptions: template.scope > 0 });
  }
  return undefined;
}

/** An element may come more than once: a list. */
function add(fields: Fields, name: string, value: unknown): void {
  const before = fields[name];
  fields[name] = before === undefined ? value : Array.isArray(before) ? [...(before as unknown[]), value] : [before, value];
}
