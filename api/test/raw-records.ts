import { tpKey } from '../../pipeline/runtime/port.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';

export interface RawText {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What lies on a topic, partition by partition; nothing when there is none of that name. */
export async function recordsOf(broker: Broker, topic: string): Promise<readonly RawText[]> {
  const admin = broker.admin();
  const partitions = Array.from({ length: (await admin.topics()).get(topic) ?? 0 }, (_, partition) => ({ topic, partition }));
  const ends = await admin.offsets(partitions, 'latest');
  const reader = broker.reader();
  const found: RawText[] = [];
  for (const tp of partitions) {
    for await (const { records } of reader.read(tp, 0, ends.get(tpKey(tp)) ?? 0, new AbortController().signal)) {
      for (const { offset, key, value, headers } of records)
        found.push({
          partition: tp.partition,
          offset,
          key: key === null ? null : String(key),
          text: String(value),
          headers: Object.fromEntries(headers.map(([name, text]) => [name, String(text)])),
        });
    }
  }
  return found;
}
