// Bytes to values and back. A framed value is 0x00, the schema id as int32 big-endian, then the Avro body (Confluent wire format).
import avsc from 'avsc';
import type { Paths } from './projection.ts';
import { cutReader, cutWriter } from './projection.ts';
import type { AvroSchema } from './schema.ts';
import { fullNameOf, inlined, readSchemas, selfContained } from './schema.ts';

/** What the registry knows; see `registry.ts`. */
export interface SchemaIds {
  /** Id of this version of a schema of ours. @throws CodecError UNKNOWN_SCHEMA */
  readonly idOf: (fullName: string) => number;
  /** The schema that was written under `id`, from memory; undefined until `load(id)`. */
  readonly writer: (id: number) => AvroSchema | undefined;
  /** Fetches a schema by id and keeps it. @throws CodecError UNKNOWN_SCHEMA when the registry does not have it */
  readonly load: (id: number) => Promise<void>;
}
interface Named<V> {
  readonly fullName: string;
  readonly $type?: V;
}
type Projected<V, P> = P extends true
  ? V
  : V extends null | undefined
    ? V
    : V extends object
      ? { readonly [K in keyof P & keyof V]: Projected<V[K], P[K]> }
      : V;

/** `code` says why bytes and schema do not go together. */
export class CodecError extends Error {
  readonly code: 'NOT_FRAMED' | 'UNKNOWN_SCHEMA' | 'TRUNCATED' | 'INVALID_VALUE';
  constructor(code: CodecError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CodecError';
    this.code = code;
  }
}

export const FRAME_BYTES = 5;
/** Schema id of a framed value. @throws CodecError NOT_FRAMED */
export function schemaIdOf(framed: Uint8Array): number {
  if (framed.length < FRAME_BYTES || framed[0] !== 0) throw new CodecError('NOT_FRAMED', `Value of ${framed.length} bytes has no schema id in front`);
  return (framed[1]! << 24) | (framed[2]! << 16) | (framed[3]! << 8) | framed[4]!;
}

// Only ["null", X] unions exist, which never need wrapping. A fresh object each time: avsc keeps its registry of names in it.
const compile = (schema: AvroSchema) => avsc.Type.forSchema(selfContained(schema) as avsc.Schema, { wrapUnions: false });

const OURS: ReadonlyMap<string, AvroSchema> = (() => {
  const all = [...readSchemas().values()];
  return new Map(all.map((schema) => [fullNameOf(schema), inlined(schema, all)]));
})();
/** Schemas of this version by full name, references replaced by definitions. */
export const ourSchemas = (): ReadonlyMap<string, AvroSchema> => OURS;
/** The text under which a schema is registered: every name defined once, nothing that readers do not need left out. */
export const registeredText = (fullName: string): string => {
  const schema = OURS.get(fullName);
  if (schema === undefined) throw new CodecError('UNKNOWN_SCHEMA', `${fullName} is no schema of ours`);
  return JSON.stringify(selfContained(schema));
};

interface Plan {
  readonly reader: avsc.Type;
  readonly resolver: unknown;
}
interface DecodableType {
  decode(buffer: Buffer, position: number, resolver: unknown): { value: unknown; offset: number };
}
interface EncodableType {
  encode(value: unknown, buffer: Buffer, position: number): number;
  isValid(value: unknown, options: { errorHook: (path: readonly string[]) => void }): boolean;
}

/** Not shared between threads. Types and resolvers are made once per schema, writer and projection, then cached. */
export class Codec {
  readonly #ids: SchemaIds;
  readonly #writers = new Map<string, { readonly id: number; readonly type: EncodableType }>();
  readonly #whole = new Map<string, Map<number, Plan>>();
  readonly #projected = new WeakMap<Paths, Map<number, Plan>>();
  #scratch = Buffer.allocUnsafeSlow(1 << 20);

  constructor(ids: SchemaIds) {
    this.#ids = ids;
  }

  /** Id that `encode` writes for this schema. */
  idOf(schema: Named<unknown>): number {
    return this.#writerOf(schema.fullName).id;
  }

  /**
   * Id of the writer when it is not in memory yet, else undefined: `await load(id)` before decoding.
   * @throws CodecError NOT_FRAMED
   */
  missingWriter(framed: Uint8Array): number | undefined {
    const id = schemaIdOf(framed);
    return this.#ids.writer(id) === undefined ? id : undefined;
  }
  /** @throws CodecError UNKNOWN_SCHEMA, or the registry's own error while it is away */
  load(id: number): Promise<void> {
    return this.#ids.load(id);
  }

  /** The value framed and encoded, in memory of its own. @throws CodecError INVALID_VALUE naming the path */
  encode<V>(schema: Named<V>, value: V): Buffer {
    const { id, type } = this.#writerOf(schema.fullName);
    const length = this.#encodeBody(type, value, FRAME_BYTES, schema.fullName);
    return this.#framed(id, length);
  }

  /**
   * @param paths Only these fields, as a constant object (plans are cached by its identity); absent = all of them.
   *   Bytes behind the last path are not looked at.
   * @throws CodecError NOT_FRAMED, UNKNOWN_SCHEMA, TRUNCATED, INVALID_VALUE
   */
  decode<V>(schema: Named<V>, framed: Buffer): V;
  decode<V, const P extends Paths | true>(schema: Named<V>, framed: Buffer, paths: P): Projected<V, P>;
  decode(schema: Named<unknown>, framed: Buffer, paths: Paths | true = true): unknown {
    const id = schemaIdOf(framed);
    const plan = this.#plan(schema.fullName, id, paths);
    let result: { value: unknown; offset: number };
    try {
      result = (plan.reader as unknown as DecodableType).decode(framed, FRAME_BYTES, plan.resolver);
    } catch (cause) {
      throw new CodecError('INVALID_VALUE', `Bytes are no ${schema.fullName} of schema ${id}`, { cause });
    }
    if (result.offset < 0) throw new CodecError('TRUNCATED', `${schema.fullName} of schema ${id} ends too early (${framed.length} bytes)`);
    return result.value;
  }

  /**
   * `{event, context}` from the event's bytes as they are and the encoded context, framed as `target`, whose two fields these are in this order.
   * An event of another version than the one inside `target` is decoded and encoded again.
   * @throws CodecError as `encode` and `decode`
   */
  append<E, C>(target: Named<{ readonly event: E; readonly context: C }>, event: Named<E>, framedEvent: Buffer, context: Named<C>, value: C): Buffer {
    if (schemaIdOf(framedEvent) !== this.idOf(event)) return this.encode(target, { event: this.decode(event, framedEvent), context: value });
    const { type } = this.#writerOf(context.fullName);
    const contextEnd = this.#encodeBody(type, value, FRAME_BYTES, context.fullName);
    const out = Buffer.allocUnsafe(framedEvent.length + contextEnd - FRAME_BYTES);
    framedEvent.copy(out, FRAME_BYTES, FRAME_BYTES);
    this.#scratch.copy(out, framedEvent.length, FRAME_BYTES, contextEnd);
    return frame(out, this.idOf(target));
  }

  #framed(id: number, length: number): Buffer {
    const out = Buffer.allocUnsafe(length);
    this.#scratch.copy(out, FRAME_BYTES, FRAME_BYTES, length);
    return frame(out, id);
  }

  /** Encodes into the scratch buffer from `from` on; returns the end. */
  #encodeBody(type: EncodableType, value: unknown, from: number, fullName: string): number {
    try {
      let end = type.encode(value, this.#scratch, from);
      if (end < 0) {
        this.#scratch = Buffer.allocUnsafeSlow(2 * (this.#scratch.length - end)); // avsc answers minus the bytes that were missing
        end = type.encode(value, this.#scratch, from);
      }
      return end;
    } catch (cause) {
      let path = '';
      type.isValid(value, { errorHook: (parts) => (path ||= parts.join('.')) });
      throw new CodecError('INVALID_VALUE', `Value is no ${fullName}${path && ` at ${path}`}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  }

  #writerOf(fullName: string): { readonly id: number; readonly type: EncodableType } {
    let writer = this.#writers.get(fullName);
    if (writer === undefined) {
      const schema = OURS.get(fullName);
      if (schema === undefined) throw new CodecError('UNKNOWN_SCHEMA', `${fullName} is no schema of ours`);
      writer = { id: this.#ids.idOf(fullName), type: compile(schema) as unknown as EncodableType };
      this.#writers.set(fullName, writer);
    }
    return writer;
  }

  #plan(fullName: string, id: number, paths: Paths | true): Plan {
    let plans = paths === true ? this.#whole.get(fullName) : this.#projected.get(paths);
    if (plans === undefined) {
      plans = new Map();
      if (paths === true) this.#whole.set(fullName, plans);
      else this.#projected.set(paths, plans);
    }
    let plan = plans.get(id);
    if (plan === undefined) {
      const ours = OURS.get(fullName);
      const writer = this.#ids.writer(id);
      if (ours === undefined || writer === undefined) throw new CodecError('UNKNOWN_SCHEMA', `Schema ${id} is not known here, or ${fullName} is none of ours`);
      try {
        const reader = compile(cutReader(ours, paths));
        plan = { reader, resolver: reader.createResolver(compile(cutWriter(inlined(writer, []), paths))) };
      } catch (cause) {
        throw new CodecError('UNKNOWN_SCHEMA', `Schema ${id} cannot be read as ${fullName}: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause,
        });
      }
      plans.set(id, plan);
    }
    return plan;
  }
}

function frame(out: Buffer, id: number): Buffer {
  out[0] = 0;
  out.writeInt32BE(id, 1);
  return out;
}
