// How an organization stands: whether it may work at all, and what its own roles give. Asked with every request, hence remembered, and
// asked again as soon as the database tells of a change.
import type { Logger } from 'pino';
import { RetryableError } from '../../pipeline/core/errors.ts';
import { organizationSettings } from '../../store/queries/access/organizations.ts';
import type { DatabaseClient } from '../../store/queries/sql.ts';
import type { InOrganization } from '../database.ts';
import { followNotices } from '../notices.ts';
import { RoleBook, roleBookOf } from './granting.ts';

export interface Standing {
  readonly isSuspended: boolean;
  readonly roles: RoleBook;
  /** Null = as the installation has it. */
  readonly sessionHours: number | null;
  /** Hosts and networks that outgoing requests may reach although they are private. */
  readonly outboundHosts: readonly string[];
}
export interface Standings {
  /** Of what is not known because the database is away: as it was, else built-in roles alone, which bears a token for its short life. */
  readonly of: (organization: string) => Promise<Standing>;
  /** For the process that has just made a change. */
  readonly forget: (organization: string) => void;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}
interface Remembered {
  readonly standing: Standing;
  /** Of performance.now(). */
  readonly askedAt: number;
}

const CHANNEL = 'goshawk_access';
/** For when the database's news do not come through. */
const FRESH_MS = 10_000;
const UNKNOWN: Standing = { isSuspended: false, roles: new RoleBook([]), sessionHours: null, outboundHosts: [] };

export function openStandings({
  run,
  openListener,
  log,
  nowMs = () => performance.now(),
}: {
  readonly run: InOrganization;
  readonly openListener: () => DatabaseClient;
  readonly log: Logger;
  readonly nowMs?: () => number;
}): Standings {
  const remembered = new Map<string, Remembered>();
  const asking = new Map<string, Promise<Standing>>();

  const ask = (organization: string): Promise<Standing> =>
    run(organization, async (sql) => {
      const settings = await organizationSettings(sql);
      const roles = await roleBookOf(sql);
      return {
        isSuspended: (settings?.suspendedAt ?? null) !== null,
        roles,
        sessionHours: settings?.sessionHours ?? null,
        outboundHosts: settings?.outboundHosts ?? [],
      };
    });

  async function askOnce(organization: string): Promise<Standing> {
    const askedAt = nowMs();
    const question = ask(organization);
    asking.set(organization, question);
    try {
      const standing = await question;
      // Told of a change meanwhile: the answer may be of before.
      if (asking.get(organization) === question) remembered.set(organization, { standing, askedAt });
      return standing;
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      return remembered.get(organization)?.standing ?? UNKNOWN;
    } finally {
      if (asking.get(organization) === question) asking.delete(organization);
    }
  }

  function forget(organization: string): void {
    const known = remembered.get(organization);
    if (known !== undefined) remembered.set(organization, { ...known, askedAt: -Infinity });
    asking.delete(organization);
  }

  const notices = followNotices({ openListener, channel: CHANNEL, log, onListening: async () => [...remembered.keys()].forEach(forget), onNotice: forget });

  return {
    async of(organization) {
      const known = remembered.get(organization);
      if (known !== undefined && nowMs() - known.askedAt < FRESH_MS) return known.standing;
      return asking.get(organization) ?? askOnce(organization);
    },
    forget,
    start: () => void notices.start(),
    stop: () => notices.stop(),
  };
}
