import { oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

/** See migration 0026 for what each outcome means. */
export interface ClaimRow {
  readonly outcome: 'claimed' | 'answered' | 'in_progress' | 'reused';
  /** With `claimed` only. */
  readonly claim: string | null;
  /** With `answered` only; sealed. */
  readonly answer: Buffer | null;
}

/** @param leaseSeconds How long whoever claims may work on it before it is taken for dead. */
export async function claimIdempotency(sql: Sql, keyHash: Buffer, requestHash: Buffer, leaseSeconds: number, lifeSeconds: number): Promise<ClaimRow> {
  return (await oneOf<ClaimRow>(sql, 'SELECT outcome, claim, answer FROM api.claim_idempotency($1, $2, $3, $4)', [
    keyHash,
    requestHash,
    leaseSeconds,
    lifeSeconds,
  ]))!;
}

export async function keepAnswer(sql: Sql, keyHash: Buffer, claim: string, answer: Buffer): Promise<void> {
  await sql.query('SELECT api.keep_answer($1, $2, $3)', [keyHash, claim, answer]);
}

export async function releaseIdempotency(sql: Sql, keyHash: Buffer, claim: string): Promise<void> {
  await sql.query('SELECT api.release_idempotency($1, $2)', [keyHash, claim]);
}
