// Cases that expect ECS documents.
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import type { Json } from './fields.ts';
import { isObject, isScored, leaves, normal, relatedOf } from './fields.ts';
import type { Case, Scorer } from './reading.ts';
import { datasetsOfIntegration, isOfDataset } from './product-names.ts';
import { inputOf } from './reading.ts';

const isDocument = (value: unknown): value is Json => isObject(value) && isObject(value.event);
const documentsOf = ({ expected }: Case): readonly Json[] => (Array.isArray(expected) ? (expected as readonly unknown[]) : [expected]).filter(isDocument);

/** A text of several lines is as many records, as a shipper sends a file, when several documents are expected. */
function recordsOf(input: string, documents: number): readonly string[] {
  const lines = input.split('\n').filter((line) => line.trim() !== '');
  return documents > 1 && lines.length > 1 && !/^\s*[[{<]/.test(input) ? lines : [input];
}

type Fields = ReadonlyMap<string, unknown>;
const scored = (document: Json): Fields => new Map([...leaves(document)].filter(([name, value]) => isScored(name) && !saysNothing(value)));
/** Facts that the agent of the tool adds of its own machine. */
const OF_AGENT = /^host\.(?:id|name|hostname|architecture|mac|ip|os\.\w+)$/;
/**
 * Less what the tool's agent added of its own machine: all of it when the record does not hold the machine's name, else each value that the
 * record does not hold. The kind of system is told without being named. Decides by the case alone, never by what came out.
 */
function withoutAgent(fields: Fields, input: string): Fields {
  const record = input.toLowerCase();
  const isHeld = (value: unknown): boolean => [value].flat().every((one) => holds(record, String(one).toLowerCase()));
  const isForeign = !isHeld(fields.get('host.name') ?? []);
  return new Map([...fields].filter(([name, value]) => !OF_AGENT.test(name) || (!isForeign && (name === 'host.os.type' || isHeld(value)))));
}
/** Not as a part of a longer word or number. */
function holds(record: string, word: string): boolean {
  for (let at = record.indexOf(word); at >= 0; at = record.indexOf(word, at + 1))
    if (!/[a-z\d]/.test(record[at - 1] ?? '') && !/[a-z\d]/.test(record[at + word.length] ?? '')) return true;
  return false;
}
/** Blank or `-`, or a list of these. */
const saysNothing = (value: unknown): boolean =>
  value === null || (typeof value === 'string' && /^\s*-?\s*$/.test(value)) || (Array.isArray(value) && value.every(saysNothing));
const sizeOf = (documents: readonly Fields[]): number => documents.reduce((sum, { size }) => sum + size, 0);
/** The record is kept once, in the native document: text as `raw`, JSON as it is. */
function originalOf({ native }: Event): string {
  const text = Buffer.from(native).toString('utf8');
  const { raw } = JSON.parse(text) as Json;
  return typeof raw === 'string' ? raw : text;
}
const isRight = (name: string, expected: unknown, got: Fields): boolean =>
  JSON.stringify(normal(name, expected)) === JSON.stringify(normal(name, got.get(name) ?? null, expected));

/** Events by the documents that they are compared with: in order, or, where there are not as many, by pairs that have most in common. */
function aligned(documents: readonly Fields[], events: readonly Fields[]): readonly (Fields | undefined)[] {
  if (documents.length === events.length) return events;
  const rightOf = (document: Fields, got: Fields): number => [...document].filter(([name, value]) => isRight(name, value, got)).length;
  const pairs = documents.flatMap((document, row) => events.map((got) => ({ row, got, right: rightOf(document, got) })));
  const found: (Fields | undefined)[] = documents.map(() => undefined);
  const used = new Set<Fields>();
  for (const { row, got } of pairs.sort((a, b) => b.right - a.right)) {
    if (found[row] !== undefined || used.has(got)) continue;
    found[row] = got;
    used.add(got);
  }
  return found;
}

export const ecsDocuments: Scorer = {
  takes: (one) => documentsOf(one).length > 0,
  score(tally, stem, one, newReader) {
    const whole = documentsOf(one).map(scored);
    const documents = whole.map((document) => withoutAgent(document, inputOf(one)));
    tally.unasked(stem, sizeOf(whole) - sizeOf(documents));
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
      events.map((event) => new Map([...scored(eventToEcs(event, relatedOf(event))), ['event.original', originalOf(event)]])),
    );
    for (const [index, expected] of documents.entries()) {
      const got = pairs[index] ?? new Map<string, unknown>();
      for (const [name, value] of expected)
        tally.field(stem, `${one.id}#${index} ${name}`, normal(name, value), () => {
          if (failure !== undefined) throw failure;
          const dataset = got.get(name);
          if (name === 'event.dataset' && datasetsOfIntegration(String(value)).some((one) => isOfDataset(String(dataset), one))) return value;
          return normal(name, got.get(name) ?? null, value);
        });
      tally.extra(stem, [...got.keys()].filter((name) => !expected.has(name) && name !== 'event.original').length);
    }
  },
};
