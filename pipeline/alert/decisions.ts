// What people decided about alerts, as findings that come later see it.
import type { Micros, ReferenceTables } from '../core/index.ts';
import type { RefDecision } from '../../schemas/avro/types.gen.ts';
import { refTables } from '../../topologies/topics.ts';

export type Closing = Pick<RefDecision, 'verdict' | 'reason' | 'decidedBy'>;

/**
 * A decision holds for findings whose raw record is appended so long after it: longer than it takes to be in effect everywhere, so that a lane,
 * where findings wait before they are taken, sees the same as live.
 */
const DELAY: Micros = 20_000_000;

/** Who closed the alert and why, as of an append time; undefined while it is not closed. */
export function closingOf(alertId: string, appendedAt: Micros, reference: ReferenceTables): Closing | undefined {
  const decision = reference.get(refTables.decisions, alertId, appendedAt - DELAY);
  return decision?.status === 'closed' ? decision : undefined;
}
