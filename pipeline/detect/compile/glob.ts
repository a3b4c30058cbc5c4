// Patterns with wildcards against a whole text, in time linear in the text for each star.
import { ANY, DASH, DASHES, ONE } from '../../../domains/sigma/index.ts';
import type { Pattern, PatternPart } from '../../../domains/sigma/index.ts';

export type TextTest = (text: string) => boolean;
type Segment = readonly Exclude<PatternPart, typeof ANY>[];

/** `?` takes one code point. Pattern and text must be folded alike, or not at all. */
export function compileGlob(pattern: Pattern): TextTest {
  const segments: Exclude<PatternPart, typeof ANY>[][] = [[]];
  for (const part of pattern) {
    if (part === ANY) segments.push([]);
    else segments.at(-1)!.push(part);
  }
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
    return at >= 0 && endsWith(last, text, at);
  };
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

/** The leftmost place is also the one that ends first, so later segments lose nothing by it. */
function search(segment: Segment, text: string, from: number): number {
  const [head] = segment;
  for (let start = from; start <= text.length; start += 1) {
    if (typeof head === 'string') {
      start = text.indexOf(head, start);
      if (start < 0) return -1;
    }
    const end = matchAt(segment, text, start);
    if (end >= 0) return end;
  }
  return -1;
}

function endsWith(segment: Segment, text: string, from: number): boolean {
  const shortest = segment.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 1), 0);
  const longest = shortest + segment.filter((part) => part === ONE).length;
  for (let start = Math.max(from, text.length - longest); start <= text.length - shortest; start += 1) {
    if (matchAt(segment, text, start) === text.length) return true;
  }
  return false;
}
