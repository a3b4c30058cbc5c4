// Patterns with wildcards against a whole text, in time linear in the text for each star.
import { ANY, DASH, DASHES, ONE } from '../../../domains/sigma/index.ts';
import type { Pattern, PatternPart } from '../../../domains/sigma/index.ts';

export type TextTest = (text: string) => boolean;
/** A part of a text in UTF-16 units, half-open. */
export type Range = readonly [from: number, to: number];
type Segment = readonly Exclude<PatternPart, typeof ANY>[];

/** `?` takes one code point. Pattern and text must be folded alike, or not at all. */
export function compileGlob(pattern: Pattern): TextTest {
  const segments = segmentsOf(pattern);
  const first = segments[0]!;
  if (segments.length === 1) return (text) => matchAt(first, text, 0) === text.length;
  const last = segments.at(-1)!;
  const middle = segments.slice(1, -1);
  return (text) => {
    let at = matchAt(first, text, 0);
    for (const segment of middle) {
      if (at < 0) return false;
      at = search(segment, text, at);
    }
    return at >= 0 && startOfLast(last, text, at) >= 0;
  };
}

/** The part of the text that the pattern names: from its first to its last character that is no star. Undefined where it does not meet the whole text. */
export function locateGlob(pattern: Pattern): (text: string) => Range | undefined {
  const segments = segmentsOf(pattern);
  return (text) => {
    let from = -1;
    let at = 0;
    for (const [index, segment] of segments.entries()) {
      const isLast = index === segments.length - 1;
      const start = index === 0 ? 0 : isLast ? startOfLast(segment, text, at) : startOf(segment, text, at);
      const end = start < 0 ? -1 : matchAt(segment, text, start);
      if (end < 0 || (index === 0 && isLast && end !== text.length)) return undefined;
      if (segment.length === 0) continue; // a star before or behind
      if (from < 0) from = start;
      at = end;
    }
    return [Math.max(from, 0), from < 0 ? text.length : at];
  };
}

/** What stands between stars; the first and the last are empty where a star begins or ends the pattern. */
function segmentsOf(pattern: Pattern): readonly Segment[] {
  const segments: Exclude<PatternPart, typeof ANY>[][] = [[]];
  for (const part of pattern) {
    if (part === ANY) segments.push([]);
    else segments.at(-1)!.push(part);
  }
  return segments;
}

/** Offset behind the segment when it stands at `from`, else -1. */
function matchAt(segment: Segment, text: string, from: number): number {
  let at = from;
  for (const part of segment) {
    if (typeof part === 'string') {
      if (!text.startsWith(part, at)) return -1;
      at += part.length;
    } else if (at >= text.length || (part === DASH && !DASHES.includes(text[at]!))) return -1;
    else at += part === ONE && isPair(text, at) ? 2 : 1;
  }
  return at;
}

const isPair = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;

/** Offset behind the leftmost place, which is also the one that ends first, so later segments lose nothing by it; else -1. */
function search(segment: Segment, text: string, from: number): number {
  const start = startOf(segment, text, from);
  return start < 0 ? -1 : matchAt(segment, text, start);
}

function startOf(segment: Segment, text: string, from: number): number {
  const [head] = segment;
  for (let start = from; start <= text.length; start += 1) {
    if (typeof head === 'string') {
      start = text.indexOf(head, start);
      if (start < 0) return -1;
    }
    if (matchAt(segment, text, start) >= 0) return start;
  }
  return -1;
}

/** Where the segment begins that ends the text, not before `from`; else -1. */
function startOfLast(segment: Segment, text: string, from: number): number {
  const shortest = segment.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 1), 0);
  const longest = shortest + segment.filter((part) => part === ONE).length;
  for (let start = Math.max(from, text.length - longest); start <= text.length - shortest; start += 1) {
    if (matchAt(segment, text, start) === text.length) return start;
  }
  return -1;
}
