// Events of a file for `rules match`, fast: lines as bytes, and of a line that comes with its log source only the outer object is read.
import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import type { EventLogsource } from '../pipeline/detect/match/engine.ts';
import { skipBlanks, skipValue } from '../pipeline/detect/match/json-skip.ts';

/** Where a member's value lies in a line. */
interface Range {
  readonly start: number;
  readonly end: number;
}
/** `{"id","logsource":{...},"event":{...}}`: the event as bytes, its log source known. */
export interface GivenEvent {
  readonly id: string | undefined;
  readonly logsource: EventLogsource;
  readonly event: Uint8Array;
}

/** True for a file, not stdin and not compressed, whose first line is a JSON object by itself: then `byteLines` reads it. */
export async function isLineFile(file: string): Promise<boolean> {
  if (file === '-' || extname(file) === '.gz') return false;
  for await (const chunk of createReadStream(file, { end: 4 * 1_048_576 }) as AsyncIterable<Buffer>) {
    const end = chunk.indexOf(0x0a);
    try {
      const first: unknown = JSON.parse(chunk.subarray(0, end < 0 ? chunk.length : end).toString('utf8'));
      return typeof first === 'object' && first !== null && !Array.isArray(first);
    } catch {
      return false;
    }
  }
  return false;
}

/** Lines that are not empty, without their end. Views: valid until the next is asked for. */
export async function* byteLines(file: string): AsyncIterable<readonly Uint8Array[]> {
  let rest: Buffer | undefined;
  for await (const chunk of createReadStream(file, { highWaterMark: 1_048_576 }) as AsyncIterable<Buffer>) {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    const lines: Uint8Array[] = [];
    let at = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, at)) {
      const line = bytes.subarray(at, end > at && bytes[end - 1] === 0x0d ? end - 1 : end);
      if (line.length > 0) lines.push(line);
      at = end + 1;
    }
    rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : undefined;
    if (lines.length > 0) yield lines;
  }
  if (rest !== undefined) yield [rest];
}

/** Reads given events. Log sources repeat, so each is parsed once. */
export class GivenEvents {
  readonly #logsources = new Map<string, EventLogsource | undefined>();

  /** @returns undefined when the line is anything else. */
  read(line: Uint8Array): GivenEvent | undefined {
    const members = outerMembers(line);
    const event = members?.get('event');
    const given = members?.get('logsource');
    if (event === undefined || given === undefined || line[event.start] !== 0x7b) return undefined;
    const logsource = this.#logsource(line, given);
    if (logsource === undefined) return undefined;
    const id = members!.get('id');
    return { id: id === undefined ? undefined : idOf(textOf(line, id)), logsource, event: line.subarray(event.start, event.end) };
  }

  #logsource(line: Uint8Array, range: Range): EventLogsource | undefined {
    const text = textOf(line, range);
    if (this.#logsources.has(text)) return this.#logsources.get(text);
    if (this.#logsources.size > 10_000) this.#logsources.clear();
    const logsource = parsedLogsource(text);
    this.#logsources.set(text, logsource);
    return logsource;
  }
}

const textOf = (line: Uint8Array, { start, end }: Range): string => Buffer.prototype.utf8Slice.call(line, start, end);

function idOf(text: string): string | undefined {
  const id: unknown = JSON.parse(text);
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

function parsedLogsource(text: string): EventLogsource | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const given = value as Readonly<Record<string, unknown>>;
  return { product: names(given['product']), category: names(given['category']), service: names(given['service']) };
}

/** A list, one name, or nothing. */
const names = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map((name) => String(name).toLowerCase());

/** Members of the outer object by name; undefined when the line is not one object with plain names. */
function outerMembers(line: Uint8Array): ReadonlyMap<string, Range> | undefined {
  const members = new Map<string, Range>();
  let at = skipBlanks(line, 0);
  if (line[at] !== 0x7b) return undefined;
  at = skipBlanks(line, at + 1);
  for (;;) {
    if (line[at] !== 0x22) return undefined;
    const nameEnd = skipValue(line, at);
    if (nameEnd < 0) return undefined;
    const name = Buffer.prototype.latin1Slice.call(line, at + 1, nameEnd - 1);
    at = skipBlanks(line, nameEnd);
    if (line[at] !== 0x3a) return undefined;
    const start = skipBlanks(line, at + 1);
    const end = skipValue(line, start);
    if (end < 0 || members.has(name)) return undefined;
    members.set(name, { start, end });
    at = skipBlanks(line, end);
    if (line[at] === 0x7d) return members;
    if (line[at] !== 0x2c) return undefined;
    at = skipBlanks(line, at + 1);
  }
}
