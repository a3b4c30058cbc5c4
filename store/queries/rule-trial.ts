// Stored events as a rule is tried on them.
import type { Micros } from '../../pipeline/core/index.ts';
import { Parameters } from './search/sql.ts';
import { manyOf } from './sql.ts';
import type { Sql } from './sql.ts';

export interface EventToTry {
  readonly time: Micros;
  readonly id: string;
  readonly product: string;
  readonly category: readonly string[];
  readonly service: readonly string[];
  /** JSON text. */
  readonly native: string;
}
interface Logsource {
  readonly product: string | null;
  readonly category: string | null;
  readonly service: string | null;
}
const CATEGORY = `coalesce(e.detail->'goshawk.logsource.category', '[]')`;
const SERVICE = `coalesce(e.detail->'goshawk.logsource.service', '[]')`;
const SELECT = `e.event_time AS "time", encode(e.id, 'hex') AS id, e.product, ${CATEGORY} AS category, ${SERVICE} AS service, e.native`;

/** Events of a log source since then, newest first, beginning after `after`. What is null of the log source is not asked for. */
export function eventsToTry(
  sql: Sql,
  { product, category, service }: Logsource,
  since: Micros,
  after: { readonly time: Micros; readonly id: string } | null,
  limit: number,
): Promise<readonly EventToTry[]> {
  const parameters = new Parameters();
  const conditions = [`e.event_time >= api.from_micros(${parameters.add(since)})`];
  if (product !== null) conditions.push(`e.product = ${parameters.add(product)}`);
  if (category !== null) conditions.push(`${CATEGORY} ? ${parameters.add(category)}`);
  if (service !== null) conditions.push(`${SERVICE} ? ${parameters.add(service)}`);
  if (after !== null) {
    const time = `api.from_micros(${parameters.add(after.time)})`;
    conditions.push(`e.event_time <= ${time} AND (e.event_time < ${time} OR e.id < decode(${parameters.add(after.id)}, 'hex'))`);
  }
  return manyOf(
    sql,
    `SELECT ${SELECT} FROM (SELECT * FROM api.event_newest e WHERE ${conditions.join(' AND ')} LIMIT ${parameters.add(limit)}) e ORDER BY e.event_time DESC, e.id DESC`,
    parameters.values,
  );
}
