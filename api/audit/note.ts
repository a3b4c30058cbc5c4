import type { Sql } from '../../store/queries/sql.ts';
import type { Principal } from '../auth/tokens.ts';

/** Writes down a read that is worth knowing of. Call it before anything is handed out, in the organization of the reader. */
export async function noteAuditRead(
  sql: Sql,
  { user }: Pick<Principal, 'user'>,
  action: string,
  detail: Readonly<Record<string, unknown>>,
  object = '',
): Promise<void> {
  await sql.query('SELECT api.append_audit($1, $2, $3, $4)', [user, action, object, detail]);
}
