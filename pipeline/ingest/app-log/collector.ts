// What the collector of a Java machine tells of one collection, as HotSpot wrote it before version 9 with `-XX:+PrintGCDetails`.
import type { Fields } from '../kit.ts';
import { newFields } from '../kit.ts';

/** What was done and why: `[GC pause (G1 Evacuation Pause) (young), ..`, `[Full GC (Allocation Failure) ..`. */
const ACTION = /^\[(?<full>Full )?GC(?: (?<action>[a-z][\w-]{1,63}))?(?<cause>(?: \([A-Z][\w .()]{1,63}\)| \([a-z-]{1,32}\)){0,4})(?=[ ,\]])/;
const TOOK = /, ([\d.]{1,16}) secs\]/;
/** The heap as the collectors before G1 tell it: before, after, and its size. */
const HEAP = /([\d.]{1,16}[BKMG])->([\d.]{1,16}[BKMG])\(([\d.]{1,16}[BKMG])\), [\d.]{1,16} secs\]/;
const PART = /\[([A-Z][A-Za-z0-9 ]{1,48})(?: \(ms\))?: ([^\][]{1,256})\]/g;
const STATISTIC = /(Min|Avg|Max|Diff|Sum): (-?[\d.]{1,16})/g;
const SPACE = /(Eden|Survivors|Heap): ([\d.]{1,16}[BKMG])(?:\(([\d.]{1,16}[BKMG])\))?->([\d.]{1,16}[BKMG])(?:\(([\d.]{1,16}[BKMG])\))?/g;
const CLOCK = /(user|sys|real)=([\d.]{1,16})/g;
const MEGABYTES: Readonly<Record<string, number>> = { B: 1 / 1_048_576, K: 1 / 1024, M: 1, G: 1024 };
const MOST_PARTS = 64;

export interface Collection {
  /** Below `gc`: by the words of the line; times in milliseconds, spaces in megabytes, `times` in seconds. */
  readonly fields: Fields;
  readonly action: string;
  readonly durationNanos: number | null;
}

/** @returns undefined when the message tells of no collection. */
export function collectionOf(message: string): Collection | undefined {
  const head = ACTION.exec(message)?.groups;
  if (head === undefined) return undefined;
  const { full, action = full === undefined ? 'gc' : 'full-gc', cause = '' } = head;
  const took = TOOK.exec(message)?.[1];
  const gc: Record<string, unknown> = Object.assign(newFields(), { action, ...(cause === '' ? {} : { phase: cause.trim() }) });
  const heap = HEAP.exec(message);
  if (heap !== null) gc.heap_mb = { before: megabytes(heap[1]!), after: megabytes(heap[2]!), capacity_after: megabytes(heap[3]!) };
  let count = 0;
  for (const [, label, value] of message.matchAll(PART)) {
    if (++count > MOST_PARTS) break;
    if (label === 'Times') gc.times_s = numbers(value!, CLOCK);
    else if (value!.includes('->')) readSpaces(`${label}: ${value}`, gc);
    else readPart(label!, value!, gc);
  }
  return { fields: Object.assign(newFields(), { gc }), action, durationNanos: took === undefined ? null : Math.round(Number(took) * 1e9) };
}

/** `Parallel Time: 12.8 ms, GC Workers: 20`; `Object Copy (ms): Min: 0.0, Avg: 3.2, ..`. */
function readPart(label: string, value: string, gc: Record<string, unknown>): void {
  const statistics = numbers(value, STATISTIC);
  if (Object.keys(statistics).length > 0) gc[named(label)] = statistics;
  else
    for (const pair of `${label}: ${value}`.split(', ')) {
      const found = /^([A-Za-z][A-Za-z0-9 ]{1,48}): ([\d.]{1,16})(?: ms)?$/.exec(pair);
      if (found !== null) gc[named(found[1]!)] = found[2]!;
    }
}
function readSpaces(text: string, gc: Record<string, unknown>): void {
  for (const [, name, before, capacityBefore, after, capacityAfter] of text.matchAll(SPACE)) {
    const sizes = { before, capacity_before: capacityBefore, after, capacity_after: capacityAfter };
    gc[`${name!.toLowerCase()}_mb`] = Object.fromEntries(
      Object.entries(sizes)
        .filter(([, size]) => size !== undefined)
        .map(([key, size]) => [key, megabytes(size!)]),
    );
  }
}
const megabytes = (size: string): number => Number(size.slice(0, -1)) * MEGABYTES[size.at(-1)!]!;
const numbers = (text: string, pattern: RegExp): Record<string, string> =>
  Object.fromEntries([...text.matchAll(pattern)].map(([, name, value]) => [name!.toLowerCase(), value!]));
const named = (label: string): string => label.toLowerCase().replaceAll(' ', '_');
