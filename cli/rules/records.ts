// Native records become events, as those of one file that is shipped to one topic.
import type { Micros } from '../../pipeline/core/index.ts';
import { KeyValueStore } from '../../pipeline/core/stores.ts';
import type { EventLogsource } from '../../pipeline/detect/match/engine.ts';
import { config as ingestConfig, Groups, openIngestor } from '../../pipeline/ingest/index.ts';
import type { Ingestor } from '../../pipeline/ingest/index.ts';
import type { Memory } from '../../pipeline/ingest/kit.ts';
import { sourceOf } from '../../pipeline/ingest/source.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';

export interface RecordReader {
  /**
   * The events of the next record; its offset is one more than that of the record before.
   * @throws RecordError for what would be set aside
   */
  readonly read: (record: Uint8Array, appendedAt: Micros) => readonly Event[];
  /** Events of several records whose last did not come. */
  readonly end: () => readonly Event[];
}

/**
 * @param topic Below `raw.`: its name says organization and source.
 * @param firstOffset Of the first record: events of two files have different ids when their offsets differ.
 * @param isGrouped Whether records that are one event together (auditd) become one; else each is an event of its own.
 */
export function readerOf(
  ingestor: Ingestor,
  topic: string,
  { isGrouped = false, firstOffset = 0 }: { readonly isGrouped?: boolean; readonly firstOffset?: number } = {},
): RecordReader {
  const source = sourceOf(topic, new Map());
  let kept: unknown;
  const memory: Memory = { get: () => kept, put: (value) => void (kept = value) };
  const groups = isGrouped ? new Groups(new KeyValueStore<unknown>()) : undefined;
  let offset = firstOffset;
  return {
    read: (value, appendedAt) => ingestor.events({ value, position: { topic, partition: 0, offset: offset++ }, appendedAt }, source, memory, undefined, groups),
    end: () => groups?.closeAll().flatMap((group) => ingestor.closed(group)) ?? [],
  };
}

/** With the settings that come with the product. */
export const openReader = async (topic: string, isGrouped = false): Promise<RecordReader> =>
  readerOf(await openIngestor(ingestConfig.parse({}), { installation: 'rules' }), topic, { isGrouped });

/** What rules are asked of: the sensor's own document, and where it is from. */
export interface EventWithSource {
  readonly logsource: EventLogsource;
  readonly event: Uint8Array;
}
export const asDocument = ({ product, logsource: { category, service }, native }: Event): EventWithSource => ({
  logsource: { product, category, service },
  event: native,
});
