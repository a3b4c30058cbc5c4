// BACKWARD_TRANSITIVE: what any released version wrote is still read. Names what stands in the way, then proves the rest with encoded values.
import avsc from 'avsc';
import { isDeepStrictEqual } from 'node:util';
import type { SchemaProblem } from './rules.ts';
import { nameOf } from './rules.ts';
import { sampleValues } from './samples.ts';
import type { AvroEnum, AvroRecord, AvroSchema } from './schema.ts';
import { fullNameOf, isRecord, isUnion, selfContained } from './schema.ts';

/** A released schema, references replaced by definitions, and the file it lies in. */
export interface Released {
  readonly file: string;
  readonly schema: AvroRecord;
}

/**
 * @param current By full name, references replaced by definitions.
 * @returns What can no longer be read, and how to put it right; empty when every released version can be.
 */
export function evolutionProblems(current: ReadonlyMap<string, AvroSchema>, released: readonly Released[]): SchemaProblem[] {
  return released.flatMap(({ file, schema }) => {
    const name = fullNameOf(schema);
    const reader = current.get(name);
    if (reader === undefined)
      return [{ path: schema.name, version: file, problem: 'the schema is gone', cure: `Put ${file} back: its records lie on topics.` }];
    const found = differences(reader, schema, schema.name).map((problem) => ({ ...problem, version: file }));
    return found.length > 0 ? found : unreadable(reader, schema, schema.name).map((problem) => ({ ...problem, version: file }));
  });
}

type Difference = Omit<SchemaProblem, 'version'>;
const PROMOTIONS: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
};
const typeName = (schema: AvroSchema): string => (typeof schema === 'string' ? schema : isUnion(schema) ? 'union' : schema.type);

/** What a reader cannot make of what a writer wrote, by comparing the two. */
function differences(reader: AvroSchema, writer: AvroSchema, path: string): Difference[] {
  if (isUnion(reader) || isUnion(writer)) return unionDifferences(reader, writer, path);
  const [is, was] = [typeName(reader), typeName(writer)];
  if (is !== was) {
    if (PROMOTIONS[was]?.includes(is)) return [];
    return [
      { path, problem: `it was ${nameOf(writer)} and is ${nameOf(reader)}`, cure: 'Leave it as it was, and add a field of another name with a default.' },
    ];
  }
  if (isRecord(reader) && isRecord(writer)) return recordDifferences(reader, writer, path);
  if (typeof reader === 'string' || typeof writer === 'string') return [];
  if (reader.type === 'enum' && writer.type === 'enum') return enumDifferences(reader, writer, path);
  if (reader.type === 'fixed' && writer.type === 'fixed' && reader.size !== writer.size)
    return [
      { path, problem: `it had ${writer.size} bytes and has ${reader.size}`, cure: 'Leave it as it was, and add a field of another name with a default.' },
    ];
  if (reader.type === 'array' && writer.type === 'array') return differences(reader.items, writer.items, `${path}[]`);
  if (reader.type === 'map' && writer.type === 'map') return differences(reader.values, writer.values, `${path}{}`);
  return [];
}

function unionDifferences(reader: AvroSchema, writer: AvroSchema, path: string): Difference[] {
  const branches = isUnion(writer) ? writer : [writer];
  const takes = isUnion(reader) ? reader : [reader];
  return branches.flatMap((branch) => {
    const tried = takes.map((take) => differences(take, branch, path));
    if (tried.some((problems) => problems.length === 0)) return [];
    if (branch === 'null') return [{ path, problem: 'it could be null and no longer can', cure: 'Make it ["null", X] with default null again.' }];
    // Of the branch that is meant, what is wrong within it; else that there is none.
    const isMeant = takes.findIndex((take) => typeName(take) === typeName(branch));
    const meant = isMeant >= 0 ? isMeant : takes.findIndex((take) => take !== 'null');
    return meant >= 0 ? tried[meant]! : [{ path, problem: `it could be ${nameOf(branch)} and no longer can`, cure: 'Put the branch back.' }];
  });
}

function recordDifferences(reader: AvroRecord, writer: AvroRecord, path: string): Difference[] {
  const written = new Map(writer.fields.map((field) => [field.name, field]));
  return reader.fields.flatMap((field) => {
    const at = `${path}.${field.name}`;
    const before = written.get(field.name);
    if (before !== undefined) return differences(field.type, before.type, at);
    if (field.default !== undefined) return [];
    const cure = isUnion(field.type) && field.type[0] === 'null' ? 'Add "default": null.' : 'Give it a default, which older records are read with.';
    return [{ path: at, problem: 'it is new and has no default', cure }];
  });
}

function enumDifferences(reader: AvroEnum, writer: AvroEnum, path: string): Difference[] {
  const gone = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
  if (gone.length === 0 || reader.default !== undefined) return [];
  return [{ path, problem: `${gone.join(', ')} can no longer be read`, cure: 'Put the symbol back, or give the enum a default for what it does not know.' }];
}

const typeOf = (schema: AvroSchema): avsc.Type => avsc.Type.forSchema(selfContained(schema) as avsc.Schema, { wrapUnions: false });

/** Encodes values of the writer and reads them with the reader: what both have must come back the same. */
function unreadable(reader: AvroSchema, writer: AvroRecord, path: string): Difference[] {
  const cure = 'Compare it with the released file, and put back what older records need.';
  try {
    const [readerType, writerType] = [typeOf(reader), typeOf(writer)];
    const resolver = readerType.createResolver(writerType);
    for (const value of sampleValues(writer)) {
      const back: unknown = readerType.fromBuffer(writerType.toBuffer(value), resolver);
      const lost = firstLost(value, plain(back), reader, path);
      if (lost !== undefined) return [{ path: lost, problem: 'a value written by it comes back as another', cure }];
    }
    return [];
  } catch (error) {
    return [{ path, problem: `a value written by it cannot be read: ${(error as Error).message}`, cure }];
  }
}
const plain = (value: unknown): unknown =>
  Buffer.isBuffer(value) || typeof value !== 'object' || value === null
    ? value
    : Array.isArray(value)
      ? value.map(plain)
      : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));

/** Path of the first difference among what both sides have; fields that went are no loss to the reader. */
function firstLost(written: unknown, read: unknown, reader: AvroSchema, path: string): string | undefined {
  const type = isUnion(reader) ? (reader.find((branch) => branch !== 'null') ?? 'null') : reader;
  if (isRecord(type) && typeof written === 'object' && written !== null) {
    for (const { name, type: inner } of type.fields) {
      if (!Object.hasOwn(written, name)) continue;
      const lost = firstLost((written as Record<string, unknown>)[name], (read as Record<string, unknown>)[name], inner, `${path}.${name}`);
      if (lost !== undefined) return lost;
    }
    return undefined;
  }
  if (typeof type === 'object' && !isUnion(type) && type.type === 'array' && Array.isArray(written)) {
    for (const [index, item] of written.entries()) {
      const lost = firstLost(item, (read as unknown[])[index], type.items, `${path}[${index}]`);
      if (lost !== undefined) return lost;
    }
    return undefined;
  }
  if (typeof type === 'object' && !isUnion(type) && type.type === 'enum') return undefined; // a symbol may have become the default
  return isDeepStrictEqual(written, read) ? undefined : path;
}
