// Where a listener is in the changes of the database: a snapshot of PostgreSQL, handed out as opaque text.
import type { LivePosition, Snapshot } from '../../store/queries/live.ts';
import { ApiProblem } from '../gate/problem.ts';

export interface Cursor {
  readonly epoch: string;
  readonly snapshot: Snapshot;
}

/** With a hundred transactions in progress a snapshot has about 2 kB. */
const MAX_LENGTH = 16_384;
const SNAPSHOT = /^(\d{1,19}):(\d{1,19}):((?:\d{1,19})(?:,\d{1,19})*)?$/;

export const writeCursor = ({ epoch, snapshot }: Cursor): string => Buffer.from(`${epoch} ${snapshot}`).toString('base64url');

/** @throws ApiProblem INVALID_CURSOR for what is none of ours; nothing of it ever reaches the database. */
export function readCursor(text: string): Cursor {
  const [epoch = '', snapshot = '', ...rest] = text.length > MAX_LENGTH ? [] : Buffer.from(text, 'base64url').toString('latin1').split(' ');
  const parts = SNAPSHOT.exec(snapshot);
  if (rest.length > 0 || !/^\d{1,20}-\d{1,10}$/.test(epoch) || parts === null || !isOrdered(parts))
    throw new ApiProblem('INVALID_CURSOR', 'Send the `cursor` of the last message of this room, or none to begin now.');
  return { epoch, snapshot };
}

/** As PostgreSQL wants it: 0 < xmin <= each running transaction, ascending, < xmax. */
function isOrdered([, xmin = '', xmax = '', running = '']: RegExpExecArray): boolean {
  const ids = [xmin, ...(running === '' ? [] : running.split(','))].map(BigInt);
  const end = BigInt(xmax);
  if (ids[0]! <= 0n || ids[0]! > end || end >= 1n << 63n) return false;
  return ids.every((id, index) => (index === 0 || id < end) && (index < 2 || id > ids[index - 1]!) && id >= ids[0]!);
}

/** False when changes since the cursor may have been forgotten, or it is of another life of the database: then lists are to be read anew. */
export const canResume = ({ epoch, snapshot }: Cursor, position: LivePosition): boolean =>
  epoch === position.epoch && BigInt(snapshot.slice(0, snapshot.indexOf(':'))) > BigInt(position.floor);
