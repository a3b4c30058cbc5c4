// What the stages, as they are now, would make of a dead letter. Nothing is written, and nothing that one record does is seen by the next.
import type { DeadLetter } from '../../core/dead-letter.ts';
import { RecordError } from '../../core/errors.ts';
import type { DropReason, Output } from '../../core/index.ts';
import type { Topology } from '../../core/topology.ts';
import type { Codec } from '../../../schemas/avro/codec.ts';
import { Destination } from '../destination.ts';
import { appendedAtOf, Decoder, InputRecord, NO_BYTES } from '../input.ts';
import type { RawRecord } from '../port.ts';
import type { ReferenceData } from '../reference.ts';
import type { StageWire } from '../stage-plan.ts';
import { isPattern } from '../stage-plan.ts';
import { headerBytes } from '../set-aside.ts';
import { Task } from '../task.ts';
import type { Sink } from '../task.ts';
import { redrivenRecord, targetOf } from './target.ts';

export interface Verdict {
  /** `undecided`: nobody can tell without sending it, for the reason in `message`. */
  readonly outcome: 'passed' | 'dropped' | 'rejected' | 'undecided';
  /** Of the error, or the reason of a drop. */
  readonly code: string | null;
  readonly message: string | null;
  /** It fails as it did before. */
  readonly isSame: boolean;
  /** What it would put out; values as their topics declare them, bytes where they do not. */
  readonly outputs: readonly { readonly topic: string; readonly key: string | null; readonly value: unknown }[];
}

export interface PreviewOptions {
  /** Opened with the stages whose dead letters are asked about; others need not be loaded. */
  readonly topology: Topology;
  readonly codec: Codec;
  readonly reference: ReferenceData;
}

/** Runs stages on single records, with empty stores: what a stage remembers of other records is not there. */
export class Preview {
  readonly #options: PreviewOptions;
  readonly #tasks = new Map<string, Task>();

  constructor(options: PreviewOptions) {
    this.#options = options;
  }

  /** @throws RegistryError when the writer's schema cannot be had for now */
  async of(letter: DeadLetter, record: RawRecord): Promise<Verdict> {
    const { topology, codec } = this.#options;
    const wire = topology.wires.find((each): each is StageWire => each.kind === 'stage' && each.name === letter.stage);
    const target = targetOf(letter, new Map([[letter.position.topic, letter.position.partition + 1]]));
    if (typeof target === 'string') return undecided(`It cannot be sent again: ${target}.`);
    const sent: RawRecord = {
      ...redrivenRecord(letter, record, target),
      headers: redrivenRecord(letter, record, target).headers!,
      timestampMs: letter.timestampMs,
      offset: 0,
    };
    const loader = topology.wires.find((each) => each.kind === 'loader' && each.group === letter.stage && each.from.name === letter.position.topic);
    const reads =
      wire?.from ??
      loader?.from ??
      (letter.stage === 'persist'
        ? topology.wires.flatMap((each) => (each.kind === 'stage' ? each.to : [])).find(({ name }) => name === letter.position.topic)
        : undefined);
    if (reads === undefined) return undecided(`There is no stage ${letter.stage} any more.`);
    const decoder = new Decoder(codec, reads, wire === undefined ? true : wire.stage.reads);
    const missing = decoder.missing(sent.value ?? NO_BYTES);
    const input = isPattern(reads.name)
      ? InputRecord.ofRedriven(sent, target)
      : new InputRecord<unknown>(sent, target, appendedAtOf(sent, reads.schema !== 'bytes'), undefined);
    try {
      if (missing !== undefined) await codec.load(missing).catch(ignoreUnknown);
      input.value = decoder.decode(sent.value);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      return rejected(letter, error);
    }
    if (wire === undefined) return undecided('Its bytes can be read; whether the database takes the row shows when it is sent again.');
    return this.#run(wire, letter, input);
  }

  #run(wire: StageWire, letter: DeadLetter, input: InputRecord<unknown>): Verdict {
    let task = this.#tasks.get(wire.name);
    if (task === undefined) this.#tasks.set(wire.name, (task = new Task({ stage: wire.stage, reference: this.#options.reference, upstream: [] })));
    const sink = new Tried(this.#options.codec, wire, letter);
    task.handle(input, sink);
    task.abort();
    return sink.verdict();
  }
}

function ignoreUnknown(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'UNKNOWN_SCHEMA') throw error; // else the record is rejected for it
}
const undecided = (message: string): Verdict => ({ outcome: 'undecided', code: null, message, isSame: false, outputs: [] });
const rejected = (letter: DeadLetter, { code, message }: RecordError): Verdict => ({
  outcome: 'rejected',
  code,
  message,
  isSame: code === letter.code,
  outputs: [],
});

/** Encodes what comes out as the runtime would, so that what is too large or breaks a schema is refused here too. */
class Tried implements Sink<InputRecord<unknown>> {
  readonly #codec: Codec;
  readonly #wire: StageWire;
  readonly #letter: DeadLetter;
  #outputs: { topic: string; key: string | null; value: unknown }[] = [];
  #verdict: Verdict | undefined;

  constructor(codec: Codec, wire: StageWire, letter: DeadLetter) {
    this.#codec = codec;
    this.#wire = wire;
    this.#letter = letter;
  }

  verdict(): Verdict {
    return this.#verdict ?? undecided('The stage said nothing of it.');
  }
  mark(): number {
    return this.#outputs.length;
  }
  rollback(mark: number): void {
    this.#outputs.length = mark;
  }
  output({ to, kind, key, value, headers = [] }: Output<never>, record: InputRecord<unknown> | null): void {
    const destination = new Destination(this.#codec, to, to.name, 1, this.#wire.from, 1);
    const own = record?.raw.key ?? null;
    const input = record?.raw.value ?? NO_BYTES;
    if (kind === 'send') {
      destination.encode(value, key!.length + headerBytes(headers));
      this.#outputs.push({ topic: to.name, key: key!, value });
    } else {
      if (kind === 'append') destination.append(input, value, own?.length ?? 0);
      else destination.checkSize(input.length + (own?.length ?? 0));
      this.#outputs.push({ topic: to.name, key: own?.toString() ?? null, value: kind === 'append' ? { context: value } : null });
    }
  }
  passed(): void {
    this.#verdict = { outcome: 'passed', code: null, message: null, isSame: false, outputs: this.#outputs };
  }
  dropped(_record: unknown, reason: DropReason): void {
    this.#verdict = { outcome: 'dropped', code: reason, message: null, isSame: false, outputs: this.#outputs };
  }
  rejected(_record: unknown, error: RecordError): void {
    this.#verdict = rejected(this.#letter, error);
  }
  emitted(): void {
    throw new TypeError('A preview fires no timers');
  }
}
