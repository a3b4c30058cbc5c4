import type { Logger } from 'pino';
import type { Break } from '../../domains/ledger/index.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import type { Admin, PartitionReader } from '../../pipeline/runtime/port.ts';
import type { Pool } from '../../store/connect.ts';
import { copyEvidence, keepRaw, rawDue } from '../../store/evidence.ts';
import { thinClosings } from '../../store/ledger.ts';
import {
  dropExpired,
  dropHourSums,
  endedBrokerUsers,
  foldCounts,
  foldLedger,
  foldSensorCounts,
  noteSilence,
  prepareAhead,
  pruneOutboxes,
  tellAlertsOfSilence,
} from '../../store/upkeep.ts';
import { doHunts } from '../hunt/work.ts';
import { readRecord } from '../relay/read-record.ts';
import { removeUser } from '../sensors/broker-users.ts';
import type { TickerConfig } from './index.ts';
import { forgetDecisions } from './old-decisions.ts';

export interface Duty {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<void>;
}
export interface DutyDeps {
  readonly pool: Pool;
  readonly admin: Admin;
  readonly reader: PartitionReader;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Closes the ledger's books and says what does not add up. */
  readonly closeBooks: () => Promise<readonly Break[]>;
  /** Signs the days that are over and have no report yet. */
  readonly signReports: () => Promise<void>;
  /** Signs and publishes the heads of audits that grew. */
  readonly publishAuditHeads: () => Promise<void>;
  /** By which sensors are called silent; absent = the database's clock. */
  readonly wallMicros?: () => Micros;
}

const DAY = 86_400_000_000;
const COPY_ROWS = 500;
const RAW_ROWS = 100;
const DAYS_AHEAD = 2;
const FOLD_COUNTS_MINUTES = 15;
const FOLD_LEDGER_DAYS = 2;

export function dutiesOf(
  options: TickerConfig,
  { pool, admin, reader, log, signal, closeBooks, signReports, publishAuditHeads, wallMicros }: DutyDeps,
): readonly Duty[] {
  return [
    { name: 'partitions ahead', everyMs: options.upkeepMs, run: () => prepareAhead(pool, DAYS_AHEAD) },
    {
      name: 'evidence',
      everyMs: options.evidenceMs,
      async run() {
        for (;;) {
          const { copied, waiting, givenUp } = await copyEvidence(pool, COPY_ROWS, options.evidenceGiveUpDays);
          if (givenUp > 0) log.warn({ count: givenUp }, 'Events that alerts rest on were never stored; they are no longer looked for.');
          if (signal.aborted || copied + waiting + givenUp < COPY_ROWS) return;
        }
      },
    },
    {
      // Apart from the copy of the event, so that a broker that is away delays only this.
      name: 'raw evidence',
      everyMs: options.evidenceMs,
      async run() {
        for (;;) {
          const due = await rawDue(pool, RAW_ROWS);
          for (const at of due) {
            if (signal.aborted) return;
            await keepRaw(pool, at, (await readRecord(reader, admin, at, signal))?.value ?? null);
          }
          if (due.length < RAW_ROWS) return;
        }
      },
    },
    {
      name: 'retention',
      everyMs: options.upkeepMs,
      async run() {
        const dropped = await dropExpired(pool, {
          event: options.eventDays,
          event_count: options.eventCountDays,
          finding: options.findingDays,
          feature: options.featureDays,
        });
        if (Object.keys(dropped).length > 0) log.info({ dropped }, 'Dropped what is older than retention says.');
      },
    },
    {
      name: 'folding of counts',
      everyMs: options.upkeepMs,
      run: async () => {
        await foldCounts(pool, FOLD_COUNTS_MINUTES);
        await dropHourSums(pool, options.eventCountDays);
        await foldSensorCounts(pool, { afterMinutes: FOLD_COUNTS_MINUTES, keepDays: options.eventCountDays });
      },
    },
    {
      name: 'silent sensors',
      everyMs: options.silenceMs,
      async run() {
        for (const { isSilent, ...about } of await noteSilence(pool, wallMicros?.() ?? null)) {
          if (isSilent) log.warn({ code: 'SENSOR_SILENT', ...about }, 'A sensor has said nothing for longer than it may.');
          else log.info(about, 'A sensor speaks again, or is not watched any more.');
        }
        for (const told of await tellAlertsOfSilence(pool)) log.info(told, 'The alert of a silent sensor was told how it is now.');
      },
    },
    { name: 'hunts', everyMs: options.huntMs, run: () => doHunts(pool, { log, signal, wallMicros: wallMicros ?? (() => Date.now() * 1000) }) },
    {
      name: 'ended users of the broker',
      everyMs: options.upkeepMs / 60,
      async run() {
        for (const user of await endedBrokerUsers(pool)) await removeUser(admin, user);
      },
    },
    {
      name: 'closing of the books',
      everyMs: options.booksMs,
      async run() {
        for (const found of await closeBooks()) log.error({ code: 'LEDGER_BREAK', ...found }, 'The ledger does not add up.');
      },
    },
    {
      name: 'old decisions',
      everyMs: options.upkeepMs * 24,
      async run() {
        const before = (wallMicros?.() ?? Date.now() * 1_000) - options.decisionDays * DAY;
        const count = await forgetDecisions({ pool, admin, reader, signal }, before);
        if (count > 0) log.info({ count }, 'Old decisions about alerts leave the memory of the stages.');
      },
    },
    { name: 'signed reports', everyMs: options.upkeepMs, run: signReports },
    { name: 'heads of the audit', everyMs: options.auditMs, run: publishAuditHeads },
    {
      name: 'folding of the ledger',
      everyMs: options.upkeepMs,
      run: async () => {
        await foldLedger(pool, FOLD_LEDGER_DAYS);
        await thinClosings(pool, FOLD_LEDGER_DAYS);
      },
    },
    {
      name: 'pruning of outboxes',
      everyMs: options.upkeepMs,
      run: async () => {
        await pruneOutboxes(pool, options.outboxDays);
      },
    },
  ];
}
