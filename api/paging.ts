// Pages by keyset: a cursor is the sort key of the last row, so a page stays put while rows arrive above it.
import { ApiProblem } from './gate/problem.ts';

export const PAGE = { default: 50, max: 200 } as const;

/** @throws ApiProblem INVALID_REQUEST below 1; above the maximum it is the maximum. */
export function pageSize(first: number | null | undefined): number {
  if (first === null || first === undefined) return PAGE.default;
  if (first < 1) throw new ApiProblem('INVALID_REQUEST', `A page has 1 to ${PAGE.max} rows.`, { errors: [{ pointer: '/first', detail: 'At least 1.' }] });
  return Math.min(first, PAGE.max);
}

export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}
export interface PageRequest {
  readonly size: number;
  /** The page begins behind it, in the order that `isBackward` says; null = at the end of the list where that order begins. */
  readonly place: Keyset | null;
  /** From the last row of the list towards its first: rows come nearest first and are turned round. */
  readonly isBackward: boolean;
}

/** @throws ApiProblem INVALID_REQUEST, INVALID_CURSOR; for a mixture of both directions too */
export function readPage({ first, after, last, before }: PageArgs, form?: RegExp): PageRequest {
  const isBackward = (last ?? null) !== null || (before ?? '') !== '';
  // `first` has a default, so it counts only beside a cursor.
  if (isBackward && (after ?? '') !== '')
    throw new ApiProblem('INVALID_REQUEST', 'Page forward with `first` and `after`, or backward with `last` and `before`.', {
      errors: [{ pointer: '/after', detail: 'Not beside `last` or `before`.' }],
    });
  return isBackward
    ? { size: pageSize(last), place: parseCursor(before, form), isBackward }
    : { size: pageSize(first), place: parseCursor(after, form), isBackward };
}

/** A place in a list: a number (micros or offset), then what tells equal numbers apart. */
export interface Keyset {
  readonly at: number;
  readonly id: string;
}

export const cursorOf = ({ at, id }: Keyset): string => Buffer.from(JSON.stringify([at, id])).toString('base64url');

const HASH = /^[0-9a-f]{32}$/;

/**
 * @param form Of ids in this list: a hash, unless said otherwise.
 * @throws ApiProblem INVALID_CURSOR, also for the cursor of another list.
 */
export function parseCursor(cursor: string | null | undefined, form: RegExp = HASH): Keyset | null {
  if (cursor === null || cursor === undefined || cursor === '') return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === 2 && Number.isSafeInteger(parts[0]) && typeof parts[1] === 'string' && form.test(parts[1])) {
      return { at: parts[0] as number, id: parts[1] };
    }
  } catch {
    /* said below */
  }
  throw new ApiProblem('INVALID_CURSOR', 'Take the cursor from the page before, or leave it out to begin at the top.', {
    errors: [{ pointer: '/after', detail: 'Not a cursor.' }],
  });
}

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: PageInfo;
}
export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** @param rows One more than `first` where there are more: that row answers `hasNextPage` without a count. */
export function toConnection<T>(rows: readonly T[], first: number, keyOf: (row: T) => Keyset): Connection<T> {
  return pageOf(rows, { size: first, place: null, isBackward: false }, keyOf);
}

/**
 * @param rows One more than the page has where there are more, nearest to its place first.
 * @param stoppedAt Where a search stopped before the page was full: the next page goes on there, so there is one.
 */
export function pageOf<T>(
  rows: readonly T[],
  { size, place, isBackward }: PageRequest,
  keyOf: (row: T) => Keyset,
  stoppedAt: Keyset | null = null,
): Connection<T> {
  const page = rows.slice(0, size);
  const edges = (isBackward ? page.reverse() : page).map((node) => ({ cursor: cursorOf(keyOf(node)), node }));
  const isMore = rows.length > size || stoppedAt !== null;
  const stop = stoppedAt === null ? null : cursorOf(stoppedAt);
  return {
    edges,
    pageInfo: {
      hasNextPage: isBackward ? place !== null : isMore,
      hasPreviousPage: isBackward ? isMore : place !== null,
      startCursor: (isBackward ? stop : null) ?? edges[0]?.cursor ?? null,
      endCursor: (isBackward ? null : stop) ?? edges.at(-1)?.cursor ?? null,
    },
  };
}
