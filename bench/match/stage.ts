// The stage as the runtime calls it: the event decoded as far as the stage reads it, matched, findings and matches encoded, state sealed with each
// commit. No broker: `chain` measures the stages on one.
import { join } from 'node:path';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { Output } from '../../pipeline/core/index.ts';
import { config, detect } from '../../pipeline/detect/index.ts';
import { openEngine, readRuleFiles } from '../../pipeline/detect/open-rules.ts';
import { ReferenceData } from '../../pipeline/runtime/reference.ts';
import { Task } from '../../pipeline/runtime/task.ts';
import type { Sink } from '../../pipeline/runtime/task.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import type { Figure } from '../figure.ts';
import { bestOf } from '../figure.ts';

const COMMIT_EVERY = 1000;

export async function throughStage(folder: string, events: readonly Event[]): Promise<readonly Figure[]> {
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
  return [{ measure: 'through the stage', value: micros, unit: 'us/event', baseline, goal: { value: 1e6 / 15_000, isAtMost: true }, note }];
}
