// Rules and events of the installation that runs, read from its database as one organization sees them.
import { parsePublicId } from '../../api/event-view.ts';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { RuleSet } from '../../domains/sigma/index.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { openPool, withOrganization } from '../../store/connect.ts';
import { eventsByIds } from '../../store/queries/events.ts';
import type { EventRow } from '../../store/queries/events.ts';
import { runningRules } from '../../store/queries/rules.ts';
import type { StoredRuleState } from '../../store/queries/rules.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { Io } from '../command.ts';
import { requireConnection } from '../connection.ts';
import type { EventWithSource } from './records.ts';

export interface Where {
  readonly data?: string;
  readonly organization: string;
}
export interface RunningRules {
  readonly set: RuleSet;
  /** By key. */
  readonly states: ReadonlyMap<string, StoredRuleState>;
}

export const isEventId = (text: string): boolean => parsePublicId(text) !== null;

/** What the organization runs. @throws ConfigError INVALID_USAGE when no installation does */
export function rulesOfInstallation(io: Io, where: Where): Promise<RunningRules> {
  return inDatabase(io, where, async (sql) => {
    const rows = await runningRules(sql);
    // Documents keep the place that they had, so that a file is found by its name.
    const set = parseRuleSet(rows.map(({ id, file, text }) => ({ file: file ?? `api:${id}`, text })));
    return { set, states: new Map(rows.map(({ id, state }) => [id, state])) };
  });
}

/** @throws ConfigError INVALID_USAGE when it is not stored, or no installation runs */
export async function eventOfInstallation(io: Io, where: Where, id: string): Promise<EventWithSource> {
  const [row] = await inDatabase(io, where, (sql) => eventsByIds(sql, [parsePublicId(id)!]));
  if (row === undefined)
    throw new ConfigError('INVALID_USAGE', `There is no event ${id} of ${where.organization}: it is not stored, or its retention is over.`);
  return documentOf(row);
}

export const documentOf = ({ product, detail, native }: Pick<EventRow, 'product' | 'detail' | 'native'>): EventWithSource => ({
  logsource: { product: product ?? [], category: texts(detail['goshawk.logsource.category']), service: texts(detail['goshawk.logsource.service']) },
  event: Buffer.from(native),
});
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : typeof value === 'string' ? [value] : [];

async function inDatabase<T>(io: Io, { data, organization }: Where, work: (sql: Sql) => Promise<T>): Promise<T> {
  const { databaseUrl } = requireConnection(['databaseUrl'], { data });
  const pool = openPool({ databaseUrl, role: 'goshawk_api', max: 1, applicationName: 'goshawk-cli', log: io.log() });
  try {
    return await withOrganization(pool, organization, work);
  } finally {
    await pool.end();
  }
}
