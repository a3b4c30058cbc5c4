// Lists by title: the cursor is the title and the id of the last row.
import { ApiProblem } from '../gate/problem.ts';

interface TitleKey {
  readonly title: string;
  readonly id: string;
}
export const titleCursorOf = ({ title, id }: TitleKey): string => Buffer.from(JSON.stringify([title, id])).toString('base64url');

/** @throws ApiProblem INVALID_CURSOR */
export function parseTitleCursor(cursor: string | null | undefined): TitleKey | null {
  if (cursor === null || cursor === undefined || cursor === '') return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === 2 && parts.every((part) => typeof part === 'string' && !part.includes('\0'))) {
      const [title, id] = parts as [string, string];
      return { title, id };
    }
  } catch {
    /* said below */
  }
  throw new ApiProblem('INVALID_CURSOR', 'Take the cursor from the page before, or leave it out to begin at the top.', {
    errors: [{ pointer: '/after', detail: 'Not a cursor.' }],
  });
}
