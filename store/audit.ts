// The audit's heads, as the duty that publishes them sees the database.
import type { Pool } from './connect.ts';

/** A head that grew since the last one was published. */
export interface UnpublishedHead {
  readonly organization: string;
  readonly seq: number;
  readonly hash: Buffer;
  /** The one published before; null for the first. */
  readonly previousSeq: number | null;
  readonly previousJws: string | null;
}
export async function unpublishedHeads(pool: Pool): Promise<readonly UnpublishedHead[]> {
  const { rows } = await pool.query<UnpublishedHead>(
    'SELECT organization, seq, hash, previous_seq AS "previousSeq", previous_jws AS "previousJws" FROM goshawk.unpublished_audit_heads()',
  );
  return rows;
}
/** Stores it and hands it to the relay, in one transaction. @param at ISO 8601. */
export async function publishHead(pool: Pool, { organization, seq, hash }: UnpublishedHead, at: string, jws: string): Promise<void> {
  await pool.query('SELECT goshawk.publish_audit_head($1, $2, $3, $4, $5)', [organization, seq, hash, at, jws]);
}
/** Signed heads that were published since, oldest first. */
export async function publishedSince(pool: Pool, since: Date): Promise<readonly string[]> {
  const { rows } = await pool.query<{ jws: string }>('SELECT jws FROM goshawk.audit_published WHERE at >= $1 ORDER BY at, organization, seq', [since]);
  return rows.map(({ jws }) => jws);
}
