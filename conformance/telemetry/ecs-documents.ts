// Cases that expect ECS documents.
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import type { Json } from './fields.ts';
import { FIELDS, isObject, leaves, normal, relatedOf } from './fields.ts';
import type { Case, Scorer } from './reading.ts';
import { inputOf } from './reading.ts';

const isDocument = (value: unknown): value is Json => isObject(value) && isObject(value.event);
const documentsOf = ({ expected }: Case): readonly Json[] => (Array.isArray(expected) ? (expected as readonly unknown[]) : [expected]).filter(isDocument);

/** A text of as many lines as documents is that many records, as a shipper sends a file. */
function recordsOf(input: string, documents: number): readonly string[] {
  const lines = input.split('\n').filter((line) => line.trim() !== '');
  return documents > 1 && lines.length === documents ? lines : [input];
}

export const ecsDocuments: Scorer = {
  takes: (one) => documentsOf(one).length > 0,
  score(tally, stem, one, newReader) {
    const documents = documentsOf(one);
    let events: readonly Event[] = [];
    let failure: unknown;
    try {
      const read = newReader();
      events = recordsOf(inputOf(one), documents.length).flatMap((record) => read(record));
    } catch (error) {
      failure = error;
    }
    for (const [index, document] of documents.entries()) {
      const event = events[index];
      const got = event === undefined ? new Map<string, unknown>() : leaves(eventToEcs(event, relatedOf(event)));
      const expected = leaves(document);
      for (const [name, value] of expected) {
        if (!FIELDS.has(name)) continue;
        tally.field(stem, `${one.id}#${index} ${name}`, normal(name, value), () => {
          if (failure !== undefined) throw failure;
          return normal(name, got.get(name) ?? null);
        });
      }
      tally.extra(stem, [...got.keys()].filter((name) => FIELDS.has(name) && !expected.has(name)).length);
    }
  },
};
