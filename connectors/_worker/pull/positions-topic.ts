// Where source connectors stand, as connect.offsets.v1 keeps it: key `["<connector>",{partition}]`, value `{position}`, a tombstone for what is forgotten.
import type { Admin, Broker, OutRecord } from '../../../pipeline/runtime/port.ts';
import { topics } from '../../../topologies/topics.ts';
import { KeptPositions, partitionKey } from '../../_source/positions.ts';
import type { JsonObject, PositionChange } from '../../_source/positions.ts';

const TP = { topic: topics.connectOffsets.name, partition: 0 };

export const positionRecords = (connector: string, changes: readonly PositionChange[]): readonly OutRecord[] =>
  changes.map(({ partition, position }) => ({
    ...TP,
    key: Buffer.from(`[${JSON.stringify(connector)},${partitionKey(partition)}]`),
    value: position === null ? null : Buffer.from(JSON.stringify(position)),
  }));

/**
 * Reads to what is the end now, and waits for transactions that are open before it: those of other connectors too, behind which committed positions of this
 * one may lie.
 */
export async function readPositions({ broker, admin }: { readonly broker: Broker; readonly admin: Admin }, connector: string, signal: AbortSignal) {
  const positions = new KeptPositions();
  const [from, to] = await Promise.all([admin.offsets([TP], 'earliest'), admin.offsets([TP], 'latest')]);
  const [start = 0, end = 0] = [...from.values(), ...to.values()];
  if (end <= start) return positions;
  const reader = broker.reader();
  try {
    for await (const batch of reader.read(TP, start, end, signal)) {
      for (const { key, value } of batch.records) {
        const partition = partitionOf(key, connector);
        if (partition !== null) positions.apply([{ partition, position: objectOf(value) }]);
      }
    }
  } finally {
    await reader.close();
  }
  signal.throwIfAborted();
  return positions;
}

/** Null: a position of another connector, or nothing of ours. */
function partitionOf(key: Buffer | null, connector: string): JsonObject | null {
  const found: unknown = key === null ? null : parsed(key);
  return Array.isArray(found) && found[0] === connector ? asObject(found[1]) : null;
}
const objectOf = (value: Buffer | null): JsonObject | null => (value === null ? null : asObject(parsed(value)));
const asObject = (value: unknown): JsonObject | null => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null);

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
