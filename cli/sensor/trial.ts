// What would become of records: they run through ingest, validate and the rules, as they would from a topic, in memory.
import type { TriedEvent } from '../../api/sensors/trials.ts';
import { aliasesOf } from '../../pipeline/detect/aliases.ts';
import { Engine } from '../../pipeline/detect/match/engine.ts';
import { openRules } from './own-rules.ts';
import { RecordError } from '../../pipeline/core/errors.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import { openConfidence } from '../../pipeline/ingest/confidence.ts';
import { KeyValueStore } from '../../pipeline/core/stores.ts';
import { config as ingestConfig, Groups, openIngestor } from '../../pipeline/ingest/index.ts';
import type { Memory } from '../../pipeline/ingest/kit.ts';
import { sourceOf } from '../../pipeline/ingest/source.ts';
import { StageDriver } from '../../pipeline/runtime/driver.ts';
import { config as validateConfig, validate } from '../../pipeline/validate/index.ts';
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { rawTopic } from '../../topologies/topics.ts';

export interface TrialOptions {
  readonly format: string | undefined;
  readonly organization: string;
  readonly sensor: string;
  /** When the records would be taken: judges times that are far off. */
  readonly takenAt: Micros;
  /** Files or folders; empty = the rules of this project. */
  readonly rules: readonly string[];
}

/**
 * For each record, in order, what becomes of it: one entry an event, or one for the record when it holds none. An event of several records comes
 * with the last of them, under the number of the first; what is still open then comes with `end`.
 */
export interface Trial {
  (record: Uint8Array): readonly TriedEvent[];
  readonly end: () => readonly TriedEvent[];
}

export async function openTrial({ format, organization, sensor, takenAt, rules }: TrialOptions): Promise<Trial> {
  const options = ingestConfig.parse({});
  const [ingestor, confidenceOf, set] = await Promise.all([openIngestor(options, { installation: 'try' }), openConfidence(options), openRules(rules)]);
  const engine = new Engine(set, { aliasesOf });
  const check = new StageDriver(validate(validateConfig.parse({})));
  const topic = rawTopic(organization, sensor);
  const source = sourceOf(topic, new Map());
  let kept: unknown;
  const memory: Memory = { get: () => kept, put: (value) => void (kept = value) };
  let number = 0;
  const nothing = { format: null, confidence: null, dataset: null, refused: null, unparsed: null, isDuplicate: false, fields: {}, rules: [] } as const;

  const groups = new Groups(new KeyValueStore<unknown>());

  const judged = (event: Event, record: Uint8Array): TriedEvent => {
    const { parser } = event.provenance;
    const isParsed = event.dataset !== 'unparsed';
    const result = check.send(event, { appendedAt: takenAt });
    const { category, service } = event.logsource;
    return {
      record: event.provenance.offset + 1,
      format: isParsed ? parser : null,
      confidence: isParsed && format === undefined ? confidenceOf(record, parser) : null,
      dataset: event.dataset,
      refused: result.error === undefined ? null : { code: result.code ?? 'UNEXPECTED', reason: result.error.message },
      unparsed: isParsed ? null : (event.labels.reason ?? 'format not recognised'),
      isDuplicate: result.reason === 'duplicate',
      fields: leaves(eventToEcs(event)),
      rules: engine.match({ product: event.product, category, service }, event.native).map(({ rule }) => ({ id: rule.id ?? rule.key, title: rule.title })),
    };
  };

  const attempt = (record: Uint8Array): readonly TriedEvent[] => {
    number += 1;
    try {
      const before = groups.held;
      const taken = { value: record, position: { topic, partition: 0, offset: number - 1 }, appendedAt: takenAt };
      const events = ingestor.events(taken, source, memory, format, groups);
      if (events.length > 0) return events.map((event) => judged(event, record));
      return groups.held > before ? [] : [{ ...nothing, record: number }];
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      return [{ ...nothing, record: number, refused: { code: error.code, reason: error.message } }];
    }
  };
  const end = () => groups.closeAll().flatMap((group) => ingestor.closed(group).map((event) => judged(event, Buffer.from(group.pieces[0]![0]))));
  return Object.assign(attempt, { end });
}

/** Dotted names of what is filled; what is ours and not the sensor's is left out. */
function leaves(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [name, inner] of Object.entries(value)) walk(inner, path === '' ? name : `${path}.${name}`);
    } else if (value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)) found[path] = value;
  };
  walk(document, '');
  return Object.fromEntries(Object.entries(found).filter(([path]) => !/^(goshawk|ecs|event\.original)(\.|$)/.test(path)));
}
