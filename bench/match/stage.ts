// The stage as the runtime calls it: the event decoded as far as the stage reads it, matched, findings and matches encoded, state sealed with each
// commit. First without a broker, then from topic to topic of one, exactly once.
import { join } from 'node:path';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { Output } from '../../pipeline/core/index.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { stage as wired } from '../../pipeline/core/topology.ts';
import { config, detect } from '../../pipeline/detect/index.ts';
import { openEngine, readRuleFiles } from '../../pipeline/detect/open-rules.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import { ReferenceData } from '../../pipeline/runtime/reference.ts';
import { Task } from '../../pipeline/runtime/task.ts';
import type { Sink } from '../../pipeline/runtime/task.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { refTables, topics } from '../../topologies/topics.ts';
import type { Bench, Figure } from '../figure.ts';
import { bestOf } from '../figure.ts';
import { filledTopic, measuredStage, PARTITIONS } from '../through-broker.ts';

const COMMIT_EVERY = 1000;
const LEAST_PER_SECOND = 15_000;
const THROUGH_BROKER = { records: 150_000, warm: 50_000 };

export async function throughStage(folder: string, events: readonly Event[], bench: Bench): Promise<readonly Figure[]> {
  const set = parseRuleSet(await readRuleFiles(join(folder, 'rules')));
  const stage = detect(config.parse({}), { set, engine: openEngine(set), isOwn: () => false });
  const task = new Task({ stage: stage as never, reference: new ReferenceData(), upstream: [] });
  const codec = new Codec(fixedIds());
  const context = plainContext();
  const encoded = events.map((event) => codec.encode(schemas.enriched, { event, context }));
  let outputs = 0;
  const sink: Sink = {
    mark: () => 0,
    rollback: () => {},
    output: ({ to, value }: Output<never>) => {
      outputs++;
      codec.encode(to.schema as typeof schemas.finding, value as never);
    },
    passed: () => {},
    dropped: () => {},
    rejected: (_record, error) => {
      throw error;
    },
    emitted: () => {},
  };
  const micros = bestOf(3, events.length, () => {
    outputs = 0;
    for (const [n, bytes] of encoded.entries()) {
      const value = codec.decode(schemas.enriched, bytes, stage.reads as never);
      task.handle(
        { key: null, value, headers: new Map(), position: { topic: 'events.enriched.v1', partition: 0, offset: n }, appendedAt: 1_700_000_000_000_000 },
        sink,
      );
      if (n % COMMIT_EVERY === COMMIT_EVERY - 1) {
        task.seal();
        task.settle();
      }
    }
  });
  const baseline = {
    what: 'decoding the event alone',
    value: bestOf(3, events.length, () => encoded.forEach((bytes) => codec.decode(schemas.enriched, bytes, stage.reads as never))),
  };
  const note = `${set.rules.length} public rules, ${events.length} events, ${outputs} findings`;
  const inMemory = { measure: 'through the stage, no broker', value: micros, unit: 'us/event', baseline, goal: null, note };

  const { kafkaBrokers } = await bench.services();
  const broker = kafkaBroker({ brokers: kafkaBrokers.split(','), clientId: 'bench-match', log: bench.log });
  try {
    const others = [topics.findings, topics.matches, topics.deadLetters, topics.ledger, topics.refRules, topics.refSuppressions];
    await broker.admin().createTopics(
      others.map((topic) => settingsOf(topic, PARTITIONS)),
      1,
    );
    await filledTopic(broker, topics.enriched.name, encoded, THROUGH_BROKER);
    const wire = wired(stage, { from: topics.enriched, to: [topics.findings, topics.matches] });
    const { microsPerRecord, perSecond, perCommit } = await measuredStage(broker, codec, wire, bench, THROUGH_BROKER, {
      referenceTables: [refTables.rules, refTables.suppressions],
    });
    return [
      inMemory,
      {
        measure: 'through the stage, Kafka to Kafka',
        value: Math.round(1e6 / microsPerRecord),
        unit: 'events/s per core',
        baseline: { what: 'no broker', value: Math.round(1e6 / micros) },
        goal: { value: LEAST_PER_SECOND, isAtMost: false },
        note: `exactly once, ${perCommit} events a commit, ${microsPerRecord.toFixed(1)} us of client CPU an event, ${perSecond} events/s on the clock`,
      },
    ];
  } finally {
    await broker.close();
  }
}
