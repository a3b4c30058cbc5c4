// Sensors' bytes to canonical events. Formats are the folders beside this file that hold an index.ts.
import { z } from 'zod';
import type { Outcome } from '../core/index.ts';
import { defineStage, drop, pass, send } from '../core/index.ts';
import { ConfigError } from '../core/errors.ts';
import { load, names } from '../core/load.ts';
import { keyValue } from '../core/stores.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { ORDERED_FORMATS } from '../../domains/sensors/ordered-formats.ts';
import { declaredFormats } from './declared/folder.ts';
import type { Decoder } from './kit.ts';
import { eventKey } from './envelope.ts';
import { Groups, heldBack, isKeyless } from './groups.ts';
import type { IngestMetrics } from './metrics.ts';
import { NO_METRICS } from './metrics.ts';
import type { Ingestor } from './ingestor.ts';
import { FormatIngestor } from './ingestor.ts';
import type { Memory } from './kit/document.ts';
import { isZone } from './kit/time.ts';
import { isGateway, sourceOf } from './source.ts';

export type { Ingestor } from './ingestor.ts';
export { Groups } from './groups.ts';
export { ingestMetrics } from './metrics.ts';

const HERE = new URL('./', import.meta.url);
/** Formats there are, sorted. */
export const formats = (): readonly string[] => names(HERE);

const zone = z.string().refine(isZone, { error: 'is no time zone' });
export const config = z.strictObject({
  formats: z.array(z.string()).default([]).meta({ description: 'Formats that are tried; empty for all there are.' }),
  formatsFolder: z
    .string()
    .default('')
    .meta({ description: 'Folder with declared formats (*.yaml, see pipeline/ingest/declared); empty for none. They are asked before the others.' }),
  formatOfSource: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: 'Format by source, for sources whose records must not be recognised by their content.' }),
  zoneOfSource: z
    .record(z.string(), zone)
    .default({})
    .meta({ description: 'Time zone by source (IANA name or +02:00), for times that name none. Without it they are taken for UTC and marked.' }),
  maxRecordBytes: z.int().min(1024).max(1_048_576).default(1_048_576).meta({ description: 'Records above this size are rejected.' }),
  maxDepth: z.int().min(2).max(200).default(50).meta({ description: 'JSON nested deeper is kept as text, unparsed.' }),
  maxFields: z.int().min(100).max(1_000_000).default(20_000).meta({ description: 'JSON with more fields and array elements is kept as text, unparsed.' }),
});
export type IngestConfig = z.infer<typeof config>;

/** What ingest remembers for formats whose lines need what came before, and how many streams it does so for. */
const MAX_STREAMS = 20_000;
const COUNT = '#streams';

/**
 * Loads the formats.
 * @param declared Further formats, asked first.
 * @throws ConfigError when one of the configuration does not exist, or with every problem of the declared ones.
 */
export async function openIngestor(
  options: IngestConfig,
  { installation }: { readonly installation: string },
  declared: readonly Decoder[] = [],
): Promise<Ingestor> {
  const wanted = options.formats.length === 0 ? formats() : options.formats;
  const own = [...declared, ...(options.formatsFolder === '' ? [] : declaredFormats(options.formatsFolder))];
  const taken = own.filter(({ name }) => formats().includes(name)).map(({ name }) => name);
  if (taken.length > 0) throw new ConfigError('INVALID_CONFIG', `A declared format may not be named as one that there is: ${taken.join(', ')}.`);
  const shipped = await Promise.all(wanted.map((name) => load<Decoder>(HERE, name)));
  return new FormatIngestor([...own, ...shipped], options, installation);
}

/** Everything below `raw.`, each record to the events in it, or to a part of one that others complete. */
export async function ingest(options: IngestConfig, identity: { readonly installation: string }, metrics: IngestMetrics = NO_METRICS) {
  const ingestor = await openIngestor(options, identity);
  const outputsOf = (events: readonly Event[]) => events.map((event) => send(topics.parsed, eventKey(event), event));
  return defineStage<Uint8Array>()({
    name: 'ingest',
    reads: 'bytes',
    stores: { streams: keyValue<unknown>(), open: keyValue<unknown>() },

    process(record, { stores: { streams, open }, schedule }): Outcome<Uint8Array> {
      const { headers, key, position } = record;
      const source = sourceOf(position.topic, headers);
      const stream = `${position.topic}|${key ?? ''}`;
      const own = record.isRedriven === true ? `redriven|${stream}` : stream; // what is sent again late tells nothing of the lines that come now
      let isLeaning = false;
      const memory: Memory = {
        get() {
          const value = streams.get(own) ?? streams.get(stream);
          if (value !== undefined) isLeaning = true;
          return value;
        },
        put(value) {
          if (streams.get(own) === undefined) {
            const known = Number(streams.get(COUNT) ?? 0);
            if (known >= MAX_STREAMS) return; // its lines stay unparsed
            streams.put(COUNT, known + 1);
          }
          streams.put(own, value);
        },
      };
      const groups = record.isRedriven === true ? undefined : new Groups(open, schedule, metrics.closed);
      const events = ingestor.events(record, source, memory, source.format ?? options.formatOfSource[source.name], groups);
      if (events.length > 1) metrics.split(events.length);
      const leaning =
        groups?.format ?? (isLeaning ? events.map(({ provenance }) => provenance.parser).find((parser) => ORDERED_FORMATS.includes(parser)) : undefined);
      const isUnordered = key === null && leaning !== undefined && !isGateway(source);
      if (isUnordered) metrics.keyless(leaning);
      if (events.length === 0 && groups !== undefined && groups.held > 0) return drop('merged');
      return pass(...outputsOf(isUnordered ? events.map(unordered) : events));
    },

    onTimer(key, { stores: { open } }) {
      const group = new Groups(open, () => {}, metrics.closed).close(key, 'time');
      if (group === undefined) return [];
      const events = ingestor.closed(group);
      return outputsOf(isKeyless(group) ? events.map(unordered) : events).map((output) => ({ ...output, held: heldBack(group) }));
    },
  });
}

/** Those before it may have gone to other partitions: its owner finds that by the label, on the sensor's page and in the metric. */
const unordered = (event: Event): Event => ({ ...event, labels: { ...event.labels, order: 'no key' } });
