// How the API reaches the database: one transaction under one organization, and no waiting for a server that has stopped answering.
import { RetryableError } from '../pipeline/core/errors.ts';
import { withOrganization } from '../store/connect.ts';
import type { OrganizationOptions } from '../store/connect.ts';
import type { DatabasePool, Sql } from '../store/queries/sql.ts';

/** Runs `work` in a transaction that sees one organization; `signal` and `reads` as in store/connect.ts. @throws RetryableError DATABASE_UNAVAILABLE; what `work` throws. */
export type InOrganization = <T>(organization: string, work: (sql: Sql) => Promise<T>, options?: OrganizationOptions) => Promise<T>;

/** What tells whether the database answers; see `Parts`. */
export interface Watch {
  readonly isDown: (name: string) => boolean;
  /** Calls once when the part is found down, and not after the returned function was called. */
  readonly onDown: (name: string, listener: () => void) => () => void;
}

/** Time for a first answer while the database is known to be away: it may just have come back. */
const TRIAL_MS = 2_500;

/**
 * A query may take long and be right; but when the watch finds the server away, those that wait are told so. What was sent to it may
 * still be done when it comes back.
 */
export const inOrganization =
  (pool: DatabasePool, watch: Watch): InOrganization =>
  async (organization, work, options) => {
    const silence = Promise.withResolvers<never>();
    const giveUp = () => silence.reject(new RetryableError('DATABASE_UNAVAILABLE', 'The database does not answer'));
    const forget = watch.onDown('database', giveUp);
    const timer = watch.isDown('database') ? setTimeout(giveUp, TRIAL_MS) : undefined;
    const running = withOrganization(pool, organization, work, options);
    running.catch(() => {}); // when it fails later than we gave up, nobody is left to tell
    try {
      return await Promise.race([running, silence.promise]);
    } finally {
      forget();
      clearTimeout(timer);
    }
  };
