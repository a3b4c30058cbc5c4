// How sure a format was of a record: for people who try a file. Ingest itself only needs to know which format it is.
import { load } from '../core/load.ts';
import type { IngestConfig } from './index.ts';
import { formats } from './index.ts';
import type { Decoder } from './kit.ts';
import { documentsOf, insideSyslog } from './kit/document.ts';

const HERE = new URL('./', import.meta.url);
const NOTHING_KEPT = { get: () => undefined, put: () => {} };

/** @returns For a record and the name of the format that read it: 0 to 1, of its least sure document; null for a name that is no format of ours. */
export async function openConfidence(options: IngestConfig): Promise<(value: Uint8Array, format: string) => number | null> {
  const decoders = new Map(await Promise.all(formats().map(async (name) => [name, await load<Decoder>(HERE, name)] as const)));
  return (value, format) => {
    const decoder = decoders.get(format);
    const documents = documentsOf(value, { appendedAt: 0, zone: undefined, memory: NOTHING_KEPT }, options);
    if (decoder === undefined || documents === undefined || documents.length === 0) return null;
    const sure = documents.map((outer) => {
      const inner = insideSyslog(outer, options);
      return Math.max(decoder.recognise(outer), inner === undefined ? 0 : decoder.recognise(inner));
    });
    return Math.min(...sure);
  };
}
