// The beginning of a line that a library for logging wrote: time, level, thread, process, logger and place in the source, in any order and
// with the usual brackets and separators. One pass; what is none of these begins the message.
import type { ReadTime } from '../kit.ts';
import { readClf, readTime } from '../kit.ts';
import { letterLevel, levelOf } from './levels.ts';

export interface Prefix {
  readonly time: ReadTime | undefined;
  /** As written. */
  readonly timestamp: string | undefined;
  readonly level: string | undefined;
  readonly levelName: string | undefined;
  readonly thread: string | undefined;
  readonly pid: string | undefined;
  readonly logger: string | undefined;
  readonly file: string | undefined;
  readonly line: string | undefined;
  readonly function: string | undefined;
  /** Where the message begins. */
  readonly end: number;
}
type Found = { -readonly [K in keyof Prefix]: Prefix[K] };

const LONGEST = 400;
const FILE =
  /^((?:[\w./-]{0,96}\/)?[\w-]{1,64}\.(?:c|cc|cpp|c\+\+|cxx|h|go|py|java|scala|kt|rs|rb|js|ts|cs|php|pl))(?::| )(\d{1,7})(?::([\w$.~]{1,64}))?(?: in ([\w$.]{1,64}))?:?$/;
const JAVA_FILE = /^([\w$]{1,64}\.java):([\w$<>]{1,64})\((\d{1,7})\)$/;
/** A class, package or component; with the line of the source behind it. */
const LOGGER = /^([A-Za-z_$][\w$./-]{0,127}[\w$])(?::(\d{1,7}))?$/;
/** A class with its package. */
const CLASS = /^[a-z]\w{0,63}(?:\.[a-z_]\w{0,63}){1,12}\.[A-Z][\w$]{0,127}$/;
const THREAD_AND_LOGGER = /^([\w$-]{1,96}) ([\w$]{1,64}(?:\.[\w$]{1,64}){1,12}) - /;
const WORD = /^[^\s|]+/;
const OPEN: Readonly<Record<string, string>> = { '[': ']', '(': ')', '<': '>', '{': '}' };

/**
 * @param appendedAt Gives the year where none is written.
 * @returns undefined when neither a time, nor a level with something behind it, stands at the beginning.
 */
export function prefixOf(text: string, appendedAt: number): Prefix | undefined {
  const head = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  const found: Found = {
    time: undefined,
    timestamp: undefined,
    level: undefined,
    levelName: undefined,
    thread: undefined,
    pid: undefined,
    logger: undefined,
    file: undefined,
    line: undefined,
    function: undefined,
    end: 0,
  };
  let at = /^[A-Z], \[/.test(head) ? 3 : 0; // Ruby: `I, [time #pid]  INFO -- name:`
  for (let step = 0; step < 16; step++) {
    at = skipped(head, at, step > 0);
    if (at >= head.length) break;
    const next = takeTime(head, at, found, appendedAt) ?? takeBracket(head, at, found, appendedAt) ?? takeWord(head, at, found);
    if (next === undefined) break;
    at = next;
    found.end = at;
  }
  found.end = skipped(text, found.end, true);
  return found.time === undefined && (found.level === undefined || (found.thread ?? found.logger ?? found.file) === undefined) ? undefined : found;
}

/** Blanks, and separators that stand alone: `|`, `-`, `--`, `:`. */
function skipped(text: string, from: number, hasSeparators: boolean): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 9) continue;
    const isAlone = at === from || text.charCodeAt(at - 1) === 32;
    const isSeparator =
      code === 124 ||
      ((code === 58 || code === 44) && isAlone) ||
      (code === 45 && (text.charCodeAt(at + 1) <= 32 || text.charCodeAt(at - 1) === 45 || text.startsWith('-- ', at)));
    if (!hasSeparators || !isSeparator) break;
  }
  return at;
}

function takeTime(head: string, at: number, found: Found, appendedAt: number): number | undefined {
  if (found.time !== undefined) return undefined;
  const isWorth = /^(?:\d{1,4}[-/.]\d|\d\d\/[A-Z]|[A-Z][a-z]{2},? +(?:\d|[A-Z]))/.test(head.slice(at, at + 8));
  if (!isWorth) return undefined;
  const written = head.slice(at, at + 48).replace(/^(\d{4}-\d\d-\d\d)_/, '$1 '); // runit writes an underscore
  const read = /^\d\d\/[A-Z]/.test(written) ? readClf(written) : readTime(written, appendedAt);
  if (Number.isNaN(read.micros) || read.end === 0) return undefined;
  const zone = read.hasZone ? null : /^ ([+-]\d\d:?\d\d)(?=\W|$)/.exec(written.slice(read.end));
  found.time = zone === null ? read : { ...readTime(written.slice(0, read.end) + zone[1]!, appendedAt), end: read.end + zone[0].length };
  found.timestamp = written.slice(0, found.time.end);
  return at + found.time.end + (head[at + found.time.end] === ':' ? 1 : 0);
}

/** `[..]`, `(..)`, `<..>`: a time, a level, a place in the source, a process, a thread. */
function takeBracket(head: string, at: number, found: Found, appendedAt: number): number | undefined {
  const close = OPEN[head[at]!];
  const first = close === undefined ? -1 : head.indexOf(close, at + 1);
  const end = first > 0 && close === ')' && head.lastIndexOf('(', first) > at ? head.indexOf(close, first + 1) : first; // `(A.java:b(12))`
  if (end < 0 || end - at > 160) return undefined;
  const inside = head.slice(at + 1, end).trim();
  const next = end + 1;
  const timed = takeEpoch(inside, found, appendedAt) ?? takeTime(inside, 0, found, appendedAt);
  if (timed !== undefined) {
    for (const word of inside.slice(timed).split(/[\s#,]+/)) if (word !== '') takeShort(word, found);
    return next;
  }
  if (takeLevel(inside, found) || takePlace(inside, found)) return next;
  if (head[at] === '{') return undefined;
  if (inside === '') return next;
  if (found.pid === undefined && found.thread === undefined && /^(?:pid )?#?\d{1,10}$/.test(inside)) found.pid = inside.replace(/\D/g, '');
  else if (found.logger === undefined && found.level !== undefined && head[at] === '[' && CLASS.test(inside)) found.logger = inside;
  else if (found.thread === undefined && (found.time ?? found.level) !== undefined) found.thread = inside;
  else if (found.logger === undefined && LOGGER.test(inside)) found.logger = inside;
  else return undefined;
  return next;
}

/** `[1606472947]`, as Nagios writes. */
function takeEpoch(inside: string, found: Found, appendedAt: number): number | undefined {
  if (found.time !== undefined || !/^1\d{9}(?:\.\d{1,6})?$/.test(inside)) return undefined;
  found.time = readTime(inside, appendedAt);
  found.timestamp = inside;
  return inside.length;
}

/** Behind the time in one bracket: a letter for the level, the process, the thread. */
function takeShort(word: string, found: Found): void {
  const letter = letterLevel(word);
  if (letter !== undefined && found.level === undefined) Object.assign(found, { level: word, levelName: letter });
  else if (/^\d{1,10}$/.test(word)) {
    if (found.pid === undefined) found.pid = word;
    else found.thread ??= word;
  }
}

function takeLevel(word: string, found: Found): boolean {
  const bare = word.replace(/[:,]+$/, '');
  const name = levelOf(bare) ?? (word.length === 1 && found.time !== undefined ? letterLevel(bare) : undefined);
  if (found.level !== undefined || name === undefined) return false;
  found.level = bare;
  found.levelName = name;
  return true;
}

function takePlace(word: string, found: Found): boolean {
  if (found.file !== undefined) return false;
  const java = JAVA_FILE.exec(word);
  if (java !== null) Object.assign(found, { file: java[1], function: java[2], line: java[3] });
  const place = java === null ? FILE.exec(word) : null;
  if (place !== null) Object.assign(found, { file: place[1], line: place[2], function: place[3] ?? place[4] });
  return java !== null || place !== null;
}

function takeWord(head: string, at: number, found: Found): number | undefined {
  const word = WORD.exec(head.slice(at, at + 200))?.[0];
  if (word === undefined) return undefined;
  const next = at + word.length;
  if (takeLevel(word, found)) return next;
  if ((found.time ?? found.level) === undefined) return undefined;
  if (takePlace(word, found)) return next;
  const spaced = /^(?:[\w./-]{1,96}\.[a-z]{1,4}) \d{1,7}:/.exec(head.slice(at, at + 120));
  if (spaced !== null && takePlace(spaced[0].slice(0, -1), found)) return at + spaced[0].length;
  if (found.pid === undefined && found.level === undefined && found.file === undefined && /^\d{1,10}$/.test(word)) {
    found.pid = word;
    return next;
  }
  const thread = /^(?:TID-|thread[=:-])([\w-]{1,64})$/i.exec(word);
  if (thread !== null && found.thread === undefined) {
    found.thread = thread[1];
    return next;
  }
  const both = found.level === undefined ? null : THREAD_AND_LOGGER.exec(head.slice(at, at + 240));
  if (both !== null && found.thread === undefined && found.logger === undefined) {
    Object.assign(found, { thread: both[1], logger: both[2] });
    return at + both[0].length;
  }
  return takeLogger(head, at, word, found);
}

/** A name counts where a separator follows, or when it has dots as classes and packages have. */
function takeLogger(head: string, at: number, word: string, found: Found): number | undefined {
  const hasColon = word.endsWith(':');
  const name = LOGGER.exec(hasColon ? word.slice(0, -1) : word);
  if (found.logger !== undefined || found.level === undefined || name === null) return undefined;
  const next = at + word.length;
  const isFollowed = hasColon || /^ {1,40}(?:-|\||\()/.test(head.slice(next, next + 44));
  const isQualified = /^[a-z$_][\w$]*(?:\.[\w$]+){2,}$/.test(name[1]!);
  if (!isFollowed && !isQualified && name[2] === undefined) return undefined;
  found.logger = name[1];
  if (name[2] !== undefined) found.line ??= name[2];
  return next;
}
