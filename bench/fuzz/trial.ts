// Changed records through ingest: what became of each, and what must never happen.
import { Codec } from '../../schemas/avro/codec.ts';
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { RecordError } from '../../pipeline/core/errors.ts';
import type { Ingestor } from '../../pipeline/ingest/index.ts';
import { KeyValueStore } from '../../pipeline/core/stores.ts';
import { config, Groups, openIngestor } from '../../pipeline/ingest/index.ts';
import type { Memory } from '../../pipeline/ingest/kit/document.ts';
import { sourceOf } from '../../pipeline/ingest/source.ts';
import { problems } from '../../pipeline/ingest/test/ecs-check.ts';
import type { CorpusFile } from './corpus.ts';
import { mutated } from './mutations.ts';
import { Random } from './random.ts';

/** Records of a block share what ingest remembers of streams, and what is open of events, and nothing else: a block follows from seed and number alone. */
export const BLOCK = 1_000;

export interface Wrong {
  readonly block: number;
  readonly record: number;
  readonly file: string;
  /** Which changes. */
  readonly kind: string;
  readonly what: string;
  /** Of the record, base64. */
  readonly start: string;
}
export interface Tally {
  in: number;
  /** Of them: at least one event of a format, none but unparsed ones, refused with a reason, or only told how to read others, or a part of what others complete. */
  decoded: number;
  unparsed: number;
  told: number;
  readonly rejected: Record<string, number>;
  events: number;
  /** CPU of this thread for one record, in microseconds; what it takes to check the events apart. */
  slowestMicros: number;
  slowest: string;
  readonly wrong: Wrong[];
  wrongs: number;
}
export const emptyTally = (): Tally => ({
  in: 0,
  decoded: 0,
  unparsed: 0,
  told: 0,
  rejected: {},
  events: 0,
  slowestMicros: 0,
  slowest: '',
  wrong: [],
  wrongs: 0,
});
const KEPT = 50;

/** Everything that came in is one of these, or wrong. */
export const accounted = ({ decoded, unparsed, told, rejected, wrongs }: Tally): number =>
  decoded + unparsed + told + wrongs + Object.values(rejected).reduce((sum, count) => sum + count, 0);

export function addTally(sum: Tally, one: Tally): void {
  for (const key of ['in', 'decoded', 'unparsed', 'told', 'events', 'wrongs'] as const) sum[key] += one[key];
  for (const [code, count] of Object.entries(one.rejected)) sum.rejected[code] = (sum.rejected[code] ?? 0) + count;
  if (one.slowestMicros > sum.slowestMicros) [sum.slowestMicros, sum.slowest] = [one.slowestMicros, one.slowest];
  sum.wrong.push(...one.wrong.slice(0, KEPT - sum.wrong.length));
}

interface Stream {
  readonly key: string;
  readonly memory: Memory;
  readonly groups: Groups;
}
function note(tally: Tally, about: Omit<Wrong, 'what' | 'start'>, what: string, bytes: Buffer): void {
  tally.wrongs += 1;
  if (tally.wrong.length < KEPT) tally.wrong.push({ ...about, what: what.slice(0, 600), start: bytes.subarray(0, 300).toString('base64') });
}

const APPENDED_AT = Date.UTC(2026, 0, 1) * 1000;
const EXPECTED_CODES = new Set(['DECODE_FAILED', 'RECORD_TOO_LARGE']);
/** Who sends ECS pairs its own categories and types. */
const IS_PAIRING = /^event\.(?:type|category) \S+ (?:does not go|has no type)/;

export class Trial {
  readonly #ingestor: Ingestor;
  readonly #corpus: readonly CorpusFile[];
  readonly #codec = new Codec(fixedIds());
  readonly #seed: number;

  private constructor(ingestor: Ingestor, corpus: readonly CorpusFile[], seed: number) {
    this.#ingestor = ingestor;
    this.#corpus = corpus;
    this.#seed = seed;
  }
  static async open(corpus: readonly CorpusFile[], seed: number): Promise<Trial> {
    return new Trial(await openIngestor(config.parse({}), { installation: 'fuzz' }), corpus, seed);
  }

  /** @param began Told the number of each record before it is decoded, so that others can see which one never ends. */
  block(number: number, records: number, began: (record: number) => void = () => {}): Tally {
    const tally = emptyTally();
    const memories = new Map<string, unknown>();
    const groups = new Groups(new KeyValueStore<unknown>());
    for (let record = 0; record < records; record += 1) {
      const random = new Random(this.#seed, number * BLOCK + record);
      const file = random.of(this.#corpus);
      const other = random.of(this.#corpus);
      const { bytes, kind } = mutated(random.of(file.records), random.of(other.records), random);
      const memory = { get: () => memories.get(file.name), put: (value: unknown) => void memories.set(file.name, value) };
      const stream = { key: file.name, memory, groups };
      if (!memories.has(file.name)) for (const header of file.headers) this.#ingest(header, record, stream);
      began(record);
      this.#try(bytes, record, stream, tally, { block: number, record, file: file.name, kind });
    }
    for (const group of groups.closeAll()) this.#end(group, tally, { block: number, record: group.offset, file: group.stream, kind: 'group' });
    return tally;
  }

  #ingest(value: Buffer, offset: number, { key, memory, groups }: Stream): readonly Event[] {
    const topic = 'raw.default.fuzz';
    const record = { key, value, position: { topic, partition: 0, offset }, appendedAt: APPENDED_AT };
    return this.#ingestor.events(record, sourceOf(topic, new Map()), memory, undefined, groups);
  }

  /** What was open at the end of the block. Its records are counted already. */
  #end(group: ReturnType<Groups['closeAll']>[number], tally: Tally, about: Omit<Wrong, 'what' | 'start'>): void {
    let what: string | undefined;
    try {
      const events = this.#ingestor.closed(group);
      tally.events += events.length;
      what = events.length === 0 ? 'an event of several records is lost' : this.#firstProblem(events);
    } catch (error) {
      what = error instanceof Error ? (error.stack ?? error.message) : 'something that is no error';
    }
    if (what === undefined) return;
    tally.told -= 1; // one of its records is what is wrong
    note(tally, about, what, Buffer.from(group.pieces[0]![0]));
  }

  #firstProblem(events: readonly Event[]): string | undefined {
    return events.map((event) => this.#problemOf(event)).find((found) => found !== undefined);
  }

  #try(bytes: Buffer, offset: number, stream: Stream, tally: Tally, about: Omit<Wrong, 'what' | 'start'>): void {
    tally.in += 1;
    const fail = (what: string) => note(tally, about, what, bytes);
    const start = process.threadCpuUsage();
    let events: readonly Event[] = [];
    let refusal: unknown;
    try {
      events = this.#ingest(bytes, offset, stream);
    } catch (error) {
      refusal = error;
    }
    const { user, system } = process.threadCpuUsage(start);
    if (user + system > tally.slowestMicros) {
      tally.slowestMicros = user + system;
      tally.slowest = `${about.file}, ${about.kind}, ${bytes.length} bytes, block ${about.block} record ${about.record}`;
    }
    if (refusal !== undefined) {
      if (!(refusal instanceof RecordError) || !EXPECTED_CODES.has(refusal.code))
        return fail(refusal instanceof Error ? (refusal.stack ?? refusal.message) : 'something that is no error');
      tally.rejected[refusal.code] = (tally.rejected[refusal.code] ?? 0) + 1;
      return;
    }
    tally.events += events.length;
    const problem = this.#firstProblem(events);
    if (problem !== undefined) return fail(problem);
    if (events.length === 0) tally.told += 1;
    else if (events.some(({ dataset }) => dataset !== 'unparsed')) tally.decoded += 1;
    else tally.unparsed += 1;
  }

  /** What is wrong with an event: it cannot be sent, does not come back, is no JSON, or is not ECS. */
  #problemOf(event: Event): string | undefined {
    try {
      const back = this.#codec.decode<Event>(schemas.event, this.#codec.encode(schemas.event, event));
      if (Buffer.compare(back.native, event.native) !== 0 || back.id !== event.id) return 'does not come back from the codec as it went in';
      const [problem] = problems(eventToEcs(back)).filter((found) => !IS_PAIRING.test(found) || event.provenance.parser !== 'ecs');
      return problem === undefined ? undefined : `${event.provenance.parser}: ${problem}`;
    } catch (error) {
      return `${event.provenance.parser}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    }
  }
}
