// Pages by keyset: a cursor is the sort key of the last row, so a page stays put while rows arrive above it.
import { ApiProblem } from './gate/problem.ts';

export const PAGE = { default: 50, max: 200 } as const;

/** @throws ApiProblem INVALID_REQUEST below 1; above the maximum it is the maximum. */
export function pageSize(first: number | null | undefined): number {
  if (first === null || first === undefined) return PAGE.default;
  if (first < 1) throw new ApiProblem('INVALID_REQUEST', `A page has 1 to ${PAGE.max} rows.`, { errors: [{ pointer: '/first', detail: 'At least 1.' }] });
  return Math.min(first, PAGE.max);
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
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** @param rows One more than `first` where there are more: that row answers `hasNextPage` without a count. */
export function toConnection<T>(rows: readonly T[], first: number, keyOf: (row: T) => Keyset): Connection<T> {
  const edges = rows.slice(0, first).map((node) => ({ cursor: cursorOf(keyOf(node)), node }));
  return { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}
