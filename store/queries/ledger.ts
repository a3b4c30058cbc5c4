// What the ledger's last closing says. Not by organization: counts only.
import type { Micros } from '../../pipeline/core/index.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export interface LedgerState {
  readonly closedAt: Micros | null;
  readonly breaks: readonly {
    readonly at: Micros;
    readonly kind: string;
    readonly stage: string;
    readonly topic: string;
    readonly partition: number;
    readonly from: number;
    readonly to: number;
    readonly count: number;
    readonly detail: string;
  }[];
  readonly reports: readonly { readonly day: string; readonly hash: string }[];
}
const BREAK_DAYS = 7;

export async function ledgerState(sql: Sql): Promise<LedgerState> {
  const book = await oneOf<{ readonly closedAt: Micros }>(sql, 'SELECT closed_at AS "closedAt" FROM api.ledger_book');
  const breaks = await manyOf<LedgerState['breaks'][number]>(
    sql,
    `SELECT at, kind, stage, topic, partition, from_offset AS "from", to_offset AS "to", count, detail FROM api.ledger_break
     WHERE at > now() - make_interval(days => $1) ORDER BY at DESC, id DESC LIMIT 50`,
    [BREAK_DAYS],
  );
  const reports = await manyOf<LedgerState['reports'][number]>(
    sql,
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, encode(hash, 'hex') AS hash FROM api.ledger_report ORDER BY day DESC LIMIT 7`,
  );
  return { closedAt: book?.closedAt ?? null, breaks, reports };
}
