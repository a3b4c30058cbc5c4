import type { Sql } from '../../store/queries/sql.ts';
import type { Principal } from '../auth/tokens.ts';

/** Writes down what no function of the database does: a read that is worth knowing of, before anything is handed out, or what somebody else is about to do. */
export async function noteInAudit(
  sql: Sql,
  { user }: Pick<Principal, 'user'>,
  action: string,
  detail: Readonly<Record<string, unknown>>,
  object = '',
): Promise<void> {
  await sql.query('SELECT api.append_audit($1, $2, $3, $4)', [user, action, object, detail]);
}
