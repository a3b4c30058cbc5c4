// Cases that expect ECS documents.
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import type { Json } from './fields.ts';
import { FIELDS, isObject, leaves, normal, relatedOf } from './fields.ts';
import type { Case, Scorer } from './reading.ts';
import { inputOf } from './reading.ts';

const isDocument = (value: unknown): value is Json => isObject(value) && isObject(value.event);
const documentsOf = ({ expected }: Case): readonly Json[] => (Array.isArray(expected) ? (expected as readonly unknown[]) : [expected]).filter(isDocument);

/** A text of several lines is as many records, as a shipper sends a file, when several documents are expected. */
function recordsOf(input: string, documents: number): readonly string[] {
  const lines = input.split('\n').filter((line) => line.trim() !== '');
  return documents > 1 && lines.length > 1 && !/^\s*[[{<]/.test(input) ? lines : [input];
}

type Fields = ReadonlyMap<string, unknown>;
const scored = (document: Json): Fields => new Map([...leaves(document)].filter(([name, value]) => FIELDS.has(name) && !saysNothing(value)));
/** What the agent that collected a record says of its own machine is not in the record: told by a name of the machine that the record does not hold. */
function withoutAgent(fields: Fields, input: string): Fields {
  const name = fields.get('host.name');
  if (typeof name !== 'string' || input.toLowerCase().includes(name.toLowerCase())) return fields;
  return new Map([...fields].filter(([field]) => !field.startsWith('host.')));
}
/** Blank or `-`, or a list of these. */
const saysNothing = (value: unknown): boolean =>
  value === null || (typeof value === 'string' && /^\s*-?\s*$/.test(value)) || (Array.isArray(value) && value.every(saysNothing));
const isRight = (name: string, expected: unknown, got: Fields): boolean =>
  JSON.stringify(normal(name, expected)) === JSON.stringify(normal(name, got.get(name) ?? null, expected));

/** Events by the documents that they are compared with: in order, or, where there are not as many, those that have most in common. */
function aligned(documents: readonly Fields[], events: readonly Fields[]): readonly (Fields | undefined)[] {
  if (documents.length === events.length) return events;
  const unused = new Set(events);
  return documents.map((document) => {
    const rightOf = (got: Fields): number => [...document].filter(([name, value]) => isRight(name, value, got)).length;
    const best = [...unused].map((got) => ({ got, right: rightOf(got) })).sort((a, b) => b.right - a.right)[0];
    if (best !== undefined) unused.delete(best.got);
    return best?.got;
  });
}

export const ecsDocuments: Scorer = {
  takes: (one) => documentsOf(one).length > 0,
  score(tally, stem, one, newReader) {
    const documents = documentsOf(one).map((document) => withoutAgent(scored(document), inputOf(one)));
    let events: readonly Event[] = [];
    let failure: unknown;
    try {
      const read = newReader();
      events = recordsOf(inputOf(one), documents.length).flatMap((record) => read(record));
    } catch (error) {
      failure = error;
    }
    const pairs = aligned(
      documents,
      events.map((event) => scored(eventToEcs(event, relatedOf(event)))),
    );
    for (const [index, expected] of documents.entries()) {
      const got = pairs[index] ?? new Map<string, unknown>();
      for (const [name, value] of expected)
        tally.field(stem, `${one.id}#${index} ${name}`, normal(name, value), () => {
          if (failure !== undefined) throw failure;
          return normal(name, got.get(name) ?? null, value);
        });
      tally.extra(stem, [...got.keys()].filter((name) => !expected.has(name)).length);
    }
  },
};
