// Errors of the database driver as the classes of core: what may pass by itself, what is wrong with the data, what is wrong for good.
import { FatalError, PipelineError, RetryableError } from '../pipeline/core/errors.ts';

/** SQLSTATE of an error of the driver; undefined when the server did not speak. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return error instanceof Error && typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in error ? code : undefined;
}

/** A row with this key is there already (23505). */
export const isDuplicate = (error: unknown): boolean => sqlState(error) === '23505';

/**
 * The values are refused, and would be again: class 22 (data), 23 (constraints) and 54 (limits, for example a key too long for its index).
 * A missing partition (23514 without a constraint) is none of these: see `isPartitionMissing`.
 */
export function isDataRefused(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && /^(22|23|54)/.test(state) && !isPartitionMissing(error);
}

/** No partition takes the row: retention dropped it, or it was never made. */
export const isPartitionMissing = (error: unknown): boolean => sqlState(error) === '23514' && (error as { constraint?: string }).constraint === undefined;

// 08 connection, 40 deadlock or serialization, 53 resources (disk, memory, connections), 55P03 lock, 57 shutdown or cancel, 58 system, 25006 read-only after a failover.
const PASSING = /^(08|40|53|57|58|55P03|25006)/;

/**
 * @returns An error of core as it is. RetryableError DATABASE_UNAVAILABLE when the server is away, overloaded or full;
 *   FatalError DATABASE_REFUSED when it refuses the statement itself. Anything else as it is: no failure of a database.
 */
export function asPipelineError(error: unknown): unknown {
  const state = sqlState(error);
  if (error instanceof PipelineError || (state === undefined && !isConnectionLost(error))) return error;
  const reason = (error as Error).message || (error as { code?: string }).code || 'no reason given';
  if (state === undefined || PASSING.test(state)) {
    return new RetryableError('DATABASE_UNAVAILABLE', `The database does not do its work now: ${reason}`, state === undefined ? {} : { state }, {
      cause: error,
    });
  }
  return new FatalError('DATABASE_REFUSED', `The database refused a statement: ${reason} (SQLSTATE ${state})`, { state }, { cause: error });
}

/** Codes of sockets and name look-ups, and what the driver says in words. */
function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^E[A-Z]+(_[A-Z]+)?$/.test(code) && !code.startsWith('ERR')) return true;
  return /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout)/.test(
    error.message,
  );
}
