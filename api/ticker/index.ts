// Duties by the wall clock. One ticker at a time, by advisory lock; it reads SQL and is never replayed. Each duty bears being
// done twice and being left undone for a while.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Broker } from '../../pipeline/runtime/port.ts';
import type { Pool } from '../../store/connect.ts';
import { whileLeading } from '../../store/leader.ts';
import { publishHeads } from '../audit/publish-heads.ts';
import { bookkeeping } from '../ledger/keep-books.ts';
import { signDueReports } from '../ledger/report.ts';
import type { ReportDeps } from '../ledger/report.ts';
import type { StatementDeps } from '../ledger/statement.ts';
import type { SigningKeys } from '../auth/keys.ts';
import type { Duty } from './duties.ts';
import { dutiesOf } from './duties.ts';

const days = (fallback: number, of: string) =>
  z
    .int()
    .min(1)
    .max(36_500)
    .default(fallback)
    .meta({ description: `Days for which ${of} are kept: by event time, but never less than that since they were stored.` });

export const config = z.strictObject({
  eventDays: days(30, 'events'),
  eventCountDays: days(400, 'counts of events by minute'),
  findingDays: days(400, 'findings'),
  featureDays: days(90, 'features'),
  decisionDays: z
    .int()
    .min(8)
    .max(3_650)
    .default(60)
    .meta({
      description:
        'Days for which ref.decisions.v1 has what people decided about alerts, in the memory of each process that runs ALERT: longer than topics keep records, or a replay of older ones takes closed alerts for open.',
    }),
  outboxDays: z.int().min(1).max(3_650).default(7).meta({ description: 'Days for which rows that were published stay in the outboxes.' }),
  evidenceGiveUpDays: z
    .int()
    .min(1)
    .max(3_650)
    .default(7)
    .meta({ description: 'Days after which an event that an alert names, and that was never stored, is no longer looked for.' }),
  evidenceMs: z.int().min(100).max(600_000).default(1_000).meta({ description: 'How often contributing events of alerts are copied into the evidence.' }),
  booksMs: z
    .int()
    .min(1_000)
    .max(600_000)
    .default(60_000)
    .meta({ description: "How often the ledger's books are closed: how finely a break is named, and how close to the asked times a statement comes." }),
  silenceMs: z
    .int()
    .min(1_000)
    .max(600_000)
    .default(15_000)
    .meta({ description: 'How often sensors are looked after that say nothing for longer than they may.' }),
  auditMs: z
    .int()
    .min(1_000)
    .max(86_400_000)
    .default(3_600_000)
    .meta({ description: 'How often the heads of the audit are signed and published: what is older cannot be changed unseen, whoever owns the database.' }),
  huntMs: z
    .int()
    .min(100)
    .max(600_000)
    .default(1_000)
    .meta({ description: 'How often hunts through stored events go on. Each time they take at most a second from the other duties.' }),
  upkeepMs: z
    .int()
    .min(1_000)
    .max(86_400_000)
    .default(3_600_000)
    .meta({ description: 'How often partitions are made ahead, old ones dropped and small rows folded.' }),
});
export type TickerConfig = z.infer<typeof config>;

/** What the duties of the ledger need besides. */
export type LedgerDuties = Pick<StatementDeps, 'codec' | 'openEntry' | 'flow' | 'app'> &
  Pick<ReportDeps, 'folder' | 'installation'> & {
    /** Null where the installation's key is not to be had: then no day is signed. */
    readonly keys: () => Promise<SigningKeys | null>;
  };

export interface TickerDeps {
  /** Of role goshawk_stages; the caller ends it. */
  readonly pool: Pool;
  /** For the connection that holds the lock. */
  readonly databaseUrl: string;
  readonly broker: Broker;
  readonly ledger: LedgerDuties;
  /** Where the file of the audit's heads is. */
  readonly auditFolder: string;
  readonly log: Logger;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Runs until `signal`. Waits while another process has the duty or the database is away. */
export async function runTicker(options: TickerConfig, deps: TickerDeps): Promise<void> {
  await whileLeading({ databaseUrl: deps.databaseUrl, duty: 'ticker', log: deps.log, signal: deps.signal }, async (signal) => {
    const admin = deps.broker.admin();
    const reader = deps.broker.reader();
    try {
      const statements = {
        ...deps.ledger,
        admin,
        reader,
        pool: deps.pool,
        rounds: 20,
        budgetMs: 5_000,
        tailOffsets: 2_000_000,
        wallMicros: () => Date.now() * 1000,
      };
      const signed = {
        closeBooks: bookkeeping(statements),
        signReports: () => sign(deps, statements),
        publishAuditHeads: () => publishAudit(deps, statements),
      };
      await everyInItsTime(dutiesOf(options, { ...deps, ...signed, admin, reader, signal }), deps.log, signal);
    } finally {
      await Promise.allSettled([admin.close(), reader.close()]);
    }
  });
}

/** Days stay due while the key is away, so nothing is left out. */
async function sign({ ledger, log }: TickerDeps, statements: StatementDeps): Promise<void> {
  const keys = await ledger.keys();
  if (keys !== null) return signDueReports({ ...ledger, ...statements, keys });
  log.warn('The key of the installation is not in the data folder of this process, so the days of the ledger are not signed.');
}

/** They stay due while the key is away. */
async function publishAudit({ ledger, auditFolder, pool, log }: TickerDeps, { wallMicros }: StatementDeps): Promise<void> {
  const keys = await ledger.keys();
  if (keys === null) return log.warn('The key of the installation is not in the data folder of this process, so the heads of the audit are not published.');
  await publishHeads({ pool, keys, installation: ledger.installation, folder: auditFolder, wallMicros });
}

/** One after another, each when it is due; a duty that fails is logged and comes again in its time. */
async function everyInItsTime(duties: readonly Duty[], log: Logger, signal: AbortSignal): Promise<void> {
  const due = new Map(duties.map((duty) => [duty, 0]));
  while (!signal.aborted) {
    for (const duty of duties) {
      if (signal.aborted || (due.get(duty) as number) > performance.now()) continue;
      await duty.run().catch((error: unknown) => {
        if (!signal.aborted) log.warn({ duty: duty.name, err: error }, 'A duty of the ticker failed; it is tried again in its time.');
      });
      due.set(duty, performance.now() + duty.everyMs);
    }
    const next = Math.min(...due.values()) - performance.now();
    if (next > 0) await sleep(next, undefined, { signal }).catch(() => {});
  }
}
