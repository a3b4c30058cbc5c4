import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Closing } from './groups.ts';

export interface IngestMetrics {
  /** An event of several records, and of how many lines it is. */
  readonly closed: (closing: Closing, parts: number) => void;
  /** A record that held several events. */
  readonly split: (events: number) => void;
  /** A record without a key that leans on others. */
  readonly keyless: (format: string) => void;
}
export const NO_METRICS: IngestMetrics = { closed: () => undefined, split: () => undefined, keyless: () => undefined };

/** Counters of the ingest stage on `registry`. A transaction that is aborted is counted twice. */
export function ingestMetrics(registry: Registry): IngestMetrics {
  const groups = new Counter({
    name: 'ingest_groups_total',
    help: 'Events that were held back until their parts had come, by how they were closed: limit = too much was held back, so it is not whole.',
    labelNames: ['closing'], // last | later | time | limit
    registers: [registry],
  });
  const parts = new Counter({
    name: 'ingest_group_parts_total',
    help: 'Lines in these events; records with nothing else are dropped as merged.',
    registers: [registry],
  });
  const split = new Counter({ name: 'ingest_split_events_total', help: 'Events beyond the first of a record that holds several.', registers: [registry] });
  const keyless = new Counter({
    name: 'ingest_keyless_records_total',
    help: 'Records without a key, on topics that sensors write themselves, that need those before them: any of them may lie in another partition.',
    labelNames: ['format'], // one of the formats that need order
    registers: [registry],
  });
  return {
    keyless: (format) => keyless.inc({ format }),
    closed(closing, count) {
      groups.inc({ closing });
      parts.inc(count);
    },
    split: (events) => split.inc(events - 1),
  };
}
