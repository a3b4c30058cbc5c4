// Walks dead letters, one fetch in memory at a time, however many and however large they are.
import { letterMatcher, parseDeadLetter, parseLetterId } from '../../core/dead-letter.ts';
import type { DeadLetter, DeadLetterFilter } from '../../core/dead-letter.ts';
import { topics } from '../../../topologies/topics.ts';
import type { Admin, Broker, Offsets, RawRecord, TopicPartition } from '../port.ts';
import { tpKey } from '../port.ts';

export interface FoundLetter {
  readonly letter: DeadLetter;
  /** Its bytes are views into the fetch buffer: copy what is kept. */
  readonly record: RawRecord;
}
const TOPIC = topics.deadLetters.name;
const partitionsOf = (count: number): readonly TopicPartition[] => Array.from({ length: count }, (_unused, partition) => ({ topic: TOPIC, partition }));

/** Where dead letters end now, by `tpKey`: those that come later are not meant. */
export async function lettersEnd(admin: Admin): Promise<Offsets> {
  return admin.offsets(partitionsOf((await admin.topics()).get(TOPIC) ?? 0), 'stable');
}

/**
 * Partition by partition, in offset order.
 * @param ends Where to stop, as `lettersEnd` gives it.
 * @throws RetryableError while the broker is away
 */
export async function* readLetters(broker: Broker, filter: DeadLetterFilter, ends: Offsets, signal: AbortSignal): AsyncGenerator<FoundLetter> {
  const matches = letterMatcher(filter);
  const admin = broker.admin();
  const reader = broker.reader();
  try {
    for (const { tp, from, to } of await spansOf(admin, filter, ends)) {
      for await (const { records } of reader.read(tp, from, to, signal)) {
        for (const record of records) {
          if (record.offset < from || record.offset >= to) continue;
          const letter = parseDeadLetter(tp.partition, record);
          if (matches(letter)) yield { letter, record };
        }
      }
      if (signal.aborted) return;
    }
  } finally {
    await reader.close();
    await admin.close();
  }
}

interface Span {
  readonly tp: TopicPartition;
  readonly from: number;
  readonly to: number;
}
/** The broker stamps dead letters itself, so times of a filter bound offsets; ids are read one by one. */
async function spansOf(admin: Admin, { ids, from }: DeadLetterFilter, ends: Offsets): Promise<readonly Span[]> {
  const tps = partitionsOf((await admin.topics()).get(TOPIC) ?? 0);
  const [earliest, since] = await Promise.all([
    admin.offsets(tps, 'earliest'),
    from === undefined ? undefined : admin.offsets(tps, { timestampMs: Math.floor(from / 1000) }),
  ]);
  return tps.flatMap((tp): Span[] => {
    const key = tpKey(tp);
    const start = Math.max(earliest.get(key) ?? 0, since?.get(key) ?? 0);
    const end = ends.get(key) ?? 0;
    if (ids === undefined) return start < end ? [{ tp, from: start, to: end }] : [];
    const offsets = ids.flatMap((id) => {
      const at = parseLetterId(id);
      return at?.partition === tp.partition && at.offset >= start && at.offset < end ? [at.offset] : [];
    });
    return [...new Set(offsets)].sort((a, b) => a - b).map((offset) => ({ tp, from: offset, to: offset + 1 }));
  });
}
