// Some members of a JSON object, without the work of reading the others.
import type { Document } from './document.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const END = 0x7d;
/** In place of an offset: the text has not the outline of an object. */
const IRREGULAR = -1;
/** What ends a run of plain characters in a string. */
const IN_STRING = marked('"\\');
/** What counts between the braces or brackets of a value. */
const IN_VALUE = marked('"{[}]');

function marked(characters: string): Uint8Array {
  const marks = new Uint8Array(256);
  for (const character of characters) marks[character.charCodeAt(0)] = 1;
  return marks;
}

/**
 * @param names Members at the top that are wanted.
 * @param last Of a member that nothing follows: there is nothing to look for behind its name. Absent: the whole is looked at.
 * @returns What JSON.parse makes of those members. Of the others only the outline is looked at, so what is wrong within them is not noticed. Undefined where
 *   the whole has to be parsed to tell what it is, or what is wrong with it.
 */
export function parseMembers(bytes: Buffer, names: readonly Buffer[], last?: Buffer): Document | undefined {
  const text = membersText(bytes, names, last);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Document;
  } catch {
    return undefined;
  }
}

/** An object of the members wanted, as they are written. */
function membersText(bytes: Buffer, names: readonly Buffer[], last: Buffer | undefined): string | undefined {
  let at = skipBlanks(bytes, 0);
  if (bytes[at] !== 0x7b) return undefined;
  at = skipBlanks(bytes, at + 1);
  if (bytes[at] === END) return undefined;
  let text = '';
  let from = -1; // members that stand next to each other are taken as one piece
  for (;;) {
    if (bytes[at] !== QUOTE) return undefined;
    const keyEnd = skipString(bytes, at + 1) - 1;
    if (keyEnd < 0) return undefined;
    const isWanted = isAmong(names, bytes, at + 1, keyEnd);
    if (isWanted && from < 0) from = at;
    if (!isWanted && from >= 0) {
      text += bytes.toString('utf8', from, at);
      from = -1;
    }
    if (!isWanted && last !== undefined && isSame(last, bytes, at + 1, keyEnd)) return objectOf(text);
    at = skipBlanks(bytes, keyEnd + 1);
    if (bytes[at] !== COLON) return undefined;
    const end = skipValue(bytes, skipBlanks(bytes, at + 1));
    if (end < 0) return undefined;
    at = skipBlanks(bytes, end);
    if (bytes[at] === END) {
      if (skipBlanks(bytes, at + 1) < bytes.length) return undefined;
      return from < 0 ? objectOf(text) : `{${text}${bytes.toString('utf8', from, at)}}`;
    }
    if (bytes[at] !== COMMA) return undefined;
    at = skipBlanks(bytes, at + 1);
  }
}

/** @param members Each with the comma behind it. */
const objectOf = (members: string): string => `{${members.slice(0, members.lastIndexOf(','))}}`;

function isSame(name: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}

/** A name that is written with escapes may be any of them. */
function isAmong(names: readonly Buffer[], bytes: Buffer, start: number, end: number): boolean {
  for (const name of names) if (isSame(name, bytes, start, end)) return true;
  for (let at = start; at < end; at++) if (bytes[at] === BACKSLASH) return true;
  return false;
}

function skipBlanks(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at]! <= 0x20) at++;
  return at;
}

/** @param start Behind the opening quote. @returns The offset behind the closing one. */
function skipString(bytes: Buffer, start: number): number {
  let at = start;
  for (;;) {
    while (IN_STRING[bytes[at]!] === 0) at++;
    if (bytes[at] === QUOTE) return at + 1;
    if (at >= bytes.length) return IRREGULAR;
    at += 2;
  }
}

/** @returns The offset behind it. */
function skipValue(bytes: Buffer, from: number): number {
  const first = bytes[from];
  if (first === QUOTE) return skipString(bytes, from + 1);
  let at = from;
  if (first !== 0x7b && first !== 0x5b) {
    while (bytes[at]! > 0x20 && bytes[at] !== COMMA && bytes[at] !== END) at++;
    return at === from ? IRREGULAR : at;
  }
  let open = 0;
  do {
    while (IN_VALUE[bytes[at]!] === 0) at++;
    const byte = bytes[at++];
    if (byte === undefined) return IRREGULAR;
    if (byte === QUOTE) {
      at = skipString(bytes, at);
      if (at < 0) return IRREGULAR;
    } else open += byte === 0x7b || byte === 0x5b ? 1 : -1;
  } while (open > 0);
  return at;
}
