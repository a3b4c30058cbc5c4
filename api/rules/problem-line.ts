// Which line of a rule a sentence about it means.

const WORDS = [
  'condition',
  'detection',
  'logsource',
  'level',
  'status',
  'title',
  'tags',
  'correlation',
  'filter',
  'timespan',
  'group-by',
  'timeframe',
  'rules',
  'id',
];

/**
 * The line that says what `reason` is about, from 1: where the YAML parser stopped, else where a text stands that the reason quotes, else
 * where a key stands that it names, else the first line of the document.
 * @param begin First line of the document.
 */
export function lineOf(text: string, reason: string, begin: number): number {
  const stopped = /at line (\d+), column \d+/.exec(reason)?.[1];
  if (stopped !== undefined) return Number(stopped);
  const lines = text.split(/\r?\n/);
  const from = (holds: (line: string) => boolean): number | undefined => {
    const found = lines.findIndex((line, index) => index >= begin - 1 && !line.trimStart().startsWith('#') && holds(line));
    return found < 0 ? undefined : found + 1;
  };
  const key = (name: string) => from((line) => keyOf(line) === name);
  for (const [quoted] of reason.matchAll(/"(?:[^"\\]|\\.)*"/g)) {
    const raw = quoted.slice(1, -1);
    const found = key(raw) ?? from((line) => raw !== '' && (line.includes(raw) || line.includes(plain(quoted))));
    if (found !== undefined) return found;
  }
  for (const word of WORDS) {
    const found = new RegExp(`\\b${word}\\b`).test(reason) ? key(word) : undefined;
    if (found !== undefined) return found;
  }
  return begin;
}

/** `Image|endswith` of `  - Image|endswith: x`. */
const keyOf = (line: string): string | undefined => /^\s*(?:- +)*(["']?)(.+?)\1\s*:(?:\s|$)/.exec(line)?.[2];

function plain(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
}
