// What people decided long ago goes from ref.decisions.v1, which every process of ALERT holds in memory: a tombstone each, by way of the outbox.
import type { Micros } from '../../pipeline/core/index.ts';
import type { Admin, PartitionReader } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { Pool } from '../../store/connect.ts';
import { sendTombstones } from '../../store/outbox.ts';
import { topics } from '../../topologies/topics.ts';

const TOPIC = topics.refDecisions.name;

/** Keys are `<alert>|<when it was decided>`. */
const decidedAt = (key: string): Micros => Number(key.slice(key.lastIndexOf('|') + 1));

/**
 * Nothing asks for them: an alert takes findings for an hour of event time, and records older than topics keep are not replayed.
 * @param before Decided before then. @returns How many tombstones are on their way.
 */
export async function forgetDecisions(
  { pool, admin, reader, signal }: { readonly pool: Pool; readonly admin: Admin; readonly reader: PartitionReader; readonly signal: AbortSignal },
  before: Micros,
): Promise<number> {
  const count = (await admin.topics()).get(TOPIC) ?? 0;
  const tps = Array.from({ length: count }, (_, partition) => ({ topic: TOPIC, partition }));
  const [earliest, stable] = await Promise.all([admin.offsets(tps, 'earliest'), admin.offsets(tps, 'stable')]);
  const old = new Set<string>();
  for (const tp of tps) {
    const from = earliest.get(tpKey(tp)) ?? 0;
    const end = stable.get(tpKey(tp)) ?? 0;
    if (from >= end) continue;
    for await (const { records } of reader.read(tp, from, end, signal)) {
      for (const { key, value } of records) {
        const name = key?.toString() ?? '';
        if (value === null) old.delete(name);
        else if (decidedAt(name) < before) old.add(name);
      }
    }
  }
  if (old.size > 0 && !signal.aborted) await sendTombstones(pool, TOPIC, [...old]);
  return old.size;
}
