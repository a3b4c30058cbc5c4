// A record while transforms are at it: key and value as bytes until somebody asks, and again when all are done.
import type { Position } from '../../../pipeline/core/index.ts';
import type { Form } from '../settings/common-options.ts';
import type { Half } from './definition.ts';
import type { Json, JsonObject } from './json.ts';
import { isExactNumber, isObject, parseJson } from './json.ts';
import type { TransformRecord } from './record.ts';

/** A transform cannot be applied to what is there: Connect's DataException. */
export class DataError extends Error {}
/** Bytes are not what their converter reads. */
export class ConversionError extends Error {
  readonly half: Half;
  constructor(half: Half, message: string) {
    super(message);
    this.half = half;
  }
}
/** Bytes only where their converter leaves them as they are. */
export type Datum = Json | Buffer;

export class Part {
  readonly #half: Half;
  readonly #form: Form;
  readonly #bytes: Buffer | null;
  #datum: Datum | undefined;
  #isChanged = false;

  constructor(half: Half, form: Form, bytes: Buffer | null) {
    this.#half = half;
    this.#form = form;
    this.#bytes = bytes;
  }

  get isNull(): boolean {
    return this.#isChanged ? this.#datum === null : this.#bytes === null || this.get() === null;
  }

  get(): Datum {
    this.#datum ??= this.#read();
    return this.#datum;
  }

  #read(): Datum {
    if (this.#bytes === null || this.#form === 'bytes') return this.#bytes;
    if (this.#form === 'string') return this.#bytes.toString('utf8');
    if (this.#bytes.length === 0) return null;
    try {
      return parseJson(this.#bytes);
    } catch (error) {
      throw new ConversionError(this.#half, `The ${this.#half} is no JSON (${this.#bytes.length} bytes): ${(error as Error).name}.`);
    }
  }

  set(datum: Datum): void {
    this.#datum = datum;
    this.#isChanged = true;
  }

  /** The object, as most transforms need one. @throws DataError */
  object(purpose: string): JsonObject {
    const datum = this.get();
    if (!isObject(datum)) throw new DataError(`Only Map objects supported in absence of schema for [${purpose}], found: ${javaClass(datum)}`);
    return datum;
  }

  /** What was there when nothing was changed. Text is written as it is, all else as JSON. */
  toBytes(): Buffer | null {
    if (!this.#isChanged) return this.#bytes;
    const datum = this.#datum ?? null;
    if (datum === null || Buffer.isBuffer(datum)) return datum;
    return Buffer.from(typeof datum === 'string' ? datum : JSON.stringify(datum));
  }
}

export class Working {
  topic: string;
  timestampMs: number;
  headers: readonly (readonly [name: string, value: Buffer])[];
  readonly key: Part;
  readonly value: Part;
  readonly position: Position;

  constructor(record: TransformRecord, forms: { readonly key: Form; readonly value: Form }) {
    this.topic = record.topic;
    this.timestampMs = record.timestampMs;
    this.headers = record.headers;
    this.position = record.position;
    this.key = new Part('key', forms.key, record.key);
    this.value = new Part('value', forms.value, record.value);
  }
}

/** As the messages of Connect call what it has found. */
export function javaClass(datum: Datum): string {
  if (datum === null) return 'null';
  if (Buffer.isBuffer(datum)) return '[B';
  if (typeof datum === 'string') return 'java.lang.String';
  if (typeof datum === 'boolean') return 'java.lang.Boolean';
  if (typeof datum === 'number' || isExactNumber(datum)) return isLong(datum) ? 'java.lang.Long' : 'java.lang.Double';
  return Array.isArray(datum) ? 'java.util.ArrayList' : 'java.util.HashMap';
}

/** Whether a reader of the JSON takes the number for an integer: by its digits, so that 1.0 is none. */
export function isLong(datum: Datum): boolean {
  if (typeof datum === 'number') return Number.isInteger(datum);
  return isExactNumber(datum) && /^-?\d+$/.test(datum.rawJSON);
}
