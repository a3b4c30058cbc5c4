// Rules of files, as the relay has read them.
import type { Pool } from './connect.ts';
import type { NewRuleDocument, RuleRefusalRow, StoredRuleState } from './queries/rules.ts';

export interface RuleOfFile extends NewRuleDocument {
  readonly id: string;
  readonly state: StoredRuleState;
  readonly file: string;
}

/**
 * What is not among them is retired; what did not change keeps its version.
 * @returns The set that this made; null when nothing changed.
 */
export async function syncRules(pool: Pool, rules: readonly RuleOfFile[], refusals: readonly RuleRefusalRow[], actor: string): Promise<number | null> {
  const { rows } = await pool.query<{ readonly set: number | null }>('SELECT goshawk.sync_rules($1, $2, $3) AS set', [
    JSON.stringify(rules),
    JSON.stringify(refusals),
    actor,
  ]);
  return rows[0]!.set;
}
