// Pages of the field catalogue: what GraphQL and REST share.
import type { FieldPlace, FieldRow } from '../store/queries/fields.ts';
import { ApiProblem } from './gate/problem.ts';
import { parseCursor } from './paging.ts';
import type { Keyset } from './paging.ts';

/** The place of a row as a sort key: its names, since no number tells fields apart. */
export const fieldKey = ({ dataset, kind, name }: FieldPlace): Keyset => ({
  at: 0,
  id: Buffer.from(JSON.stringify([dataset, kind, name])).toString('base64url'),
});

/** @throws ApiProblem INVALID_CURSOR */
export function parseFieldCursor(cursor: string | null | undefined): FieldPlace | null {
  const key = parseCursor(cursor, /^[\w-]+$/);
  if (key === null) return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(key.id, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === 3 && parts.every((part) => typeof part === 'string' && !part.includes('\0'))) {
      const [dataset, kind, name] = parts as unknown as readonly [string, FieldRow['kind'], string];
      return { dataset, kind, name };
    }
  } catch {
    /* said below */
  }
  throw new ApiProblem('INVALID_CURSOR', 'Take the cursor from the page before, or leave it out to begin at the top.', {
    errors: [{ pointer: '/after', detail: 'Not a cursor.' }],
  });
}
