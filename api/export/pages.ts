// Rows of an export, page after page, newest first, each in a transaction of its own: nobody's reading holds back what the database has to clean up.
import type { AlertFilter } from '../../store/queries/alerts.ts';
import { pageOfAlerts } from '../../store/queries/alerts.ts';
import type { EventFilter } from '../../store/queries/events.ts';
import type { FindingFilter } from '../../store/queries/findings.ts';
import { pageOfFindings } from '../../store/queries/findings.ts';
import { searchEvents } from '../../store/queries/search/page.ts';
import type { Place } from '../../store/queries/search/page.ts';
import type { Sql } from '../../store/queries/sql.ts';
import { alertRow, eventRow, findingRow } from './columns.ts';
import type { ExportRow } from './columns.ts';

const PAGE_ROWS = 1_000;
export type Read = <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;
export type ExportQuery =
  | { readonly kind: 'events'; readonly filter: EventFilter }
  | { readonly kind: 'findings'; readonly filter: FindingFilter }
  | { readonly kind: 'alerts'; readonly filter: AlertFilter };
interface Page {
  readonly rows: readonly ExportRow[];
  /** Null at the end. */
  readonly next: Place | null;
}

/** At most `limit` rows, beginning behind `after`; null for the newest. */
export async function* exportPages(query: ExportQuery, after: Place | null, limit: number, read: Read): AsyncGenerator<readonly ExportRow[], void, undefined> {
  let left = limit;
  for (let at = after; left > 0;) {
    const from: Place | null = at;
    const { rows, next }: Page = await read((sql) => pageFrom(sql, query, from, Math.min(left, PAGE_ROWS)));
    left -= rows.length;
    if (rows.length > 0) yield rows;
    if (next === null) return;
    at = next;
  }
}

async function pageFrom(sql: Sql, query: ExportQuery, at: Place | null, size: number): Promise<Page> {
  if (query.kind === 'events') {
    const { rows, stoppedAt } = await searchEvents(sql, query.filter, at, size);
    return { rows: rows.map(eventRow), next: stoppedAt ?? behind(rows, size, ({ time, id }) => ({ at: time, id })) };
  }
  if (query.kind === 'findings') {
    const rows = await pageOfFindings(sql, query.filter, at, size);
    return { rows: rows.map(findingRow), next: behind(rows, size, ({ time, id }) => ({ at: time, id })) };
  }
  const rows = await pageOfAlerts(sql, query.filter, at, size);
  return { rows: rows.map(alertRow), next: behind(rows, size, ({ changedAt, id }) => ({ at: changedAt, id })) };
}

function behind<Row>(rows: readonly Row[], size: number, placeOf: (row: Row) => Place): Place | null {
  const last = rows.at(-1);
  return rows.length < size || last === undefined ? null : placeOf(last);
}
