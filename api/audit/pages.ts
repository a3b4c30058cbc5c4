import { auditAfter } from '../../store/queries/audit.ts';
import type { AuditFilter, AuditRow } from '../../store/queries/audit.ts';
import type { Sql } from '../../store/queries/sql.ts';

const PAGE_ROWS = 2_000;

/** Oldest first, up to row `last`; each page in a transaction of its own, so that a slow reader holds none. */
export async function* auditPages(
  read: <T>(work: (sql: Sql) => Promise<T>) => Promise<T>,
  filter: AuditFilter,
  last: number,
): AsyncGenerator<readonly AuditRow[], void, undefined> {
  for (let after = 0; after < last;) {
    const from = after;
    const rows = await read((sql) => auditAfter(sql, filter, from, PAGE_ROWS));
    const wanted = rows.filter(({ seq }) => seq <= last);
    if (wanted.length > 0) yield wanted;
    if (rows.length < PAGE_ROWS || wanted.length < rows.length) return;
    after = rows.at(-1)!.seq;
  }
}
