// Another signing key, by the calendar. Every process of the API looks; the one that comes first makes it.
import type { Logger } from 'pino';
import { appendAudit } from '../../store/queries/users.ts';
import type { InOrganization } from '../database.ts';
import { rotateWhenDue } from './rotate.ts';

export interface KeyScheduleDeps {
  readonly folder: string;
  /** 0 = never. */
  readonly days: number;
  readonly run: InOrganization;
  readonly nowSeconds: () => number;
  readonly log: Pick<Logger, 'info' | 'error'>;
}

const LOOK_EVERY_MS = 3_600_000;
/** Keys are the installation's; the first organization is there from the beginning, and those who run the installation belong to it. */
const ORGANIZATION = 'default';

/** One look. @returns Whether a key was made. Never throws: a key that is too old signs as well as before. */
export async function rotateBySchedule({ folder, days, run, nowSeconds, log }: KeyScheduleDeps): Promise<boolean> {
  try {
    const rotation = await rotateWhenDue(folder, nowSeconds(), days);
    if (rotation === null) return false;
    log.info({ kid: rotation.kid, before: rotation.before }, 'Another key signs tokens from now on.');
    await run(ORGANIZATION, (sql) => appendAudit(sql, 'goshawk', 'keys.rotate', rotation.kid, { before: rotation.before, leaked: false }));
    return true;
  } catch (error) {
    log.error({ err: error }, 'The signing key could not be replaced, or the audit did not take it; it is looked at again in an hour.');
    return false;
  }
}

/** Looks at once and then every hour. @returns Ends it. */
export function startKeySchedule(deps: KeyScheduleDeps): () => void {
  const look = () => void rotateBySchedule(deps);
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  look();
  return () => clearInterval(timer);
}
